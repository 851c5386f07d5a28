"""Parquet: the columns are named as those of a table are; rows are read in batches."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import records
from corpus.readers.document import Document
from corpus.readers.draft import convert_drafts
from corpus.readers.refusal import ReadOptions, Refusal

_BATCH = 64


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each row.

    Raises:
        InputError: If it is damaged, or no column holds a headline or a text.
    """
    try:
        table = pq.ParquetFile(_make_seekable(document, options))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"It is not a whole Parquet file ({_describe_error(error)}): fetch it again.") from error
    if missing := records.find_missing_columns(table.schema_arrow.names, options.mapping):
        names = ", ".join(table.schema_arrow.names[:20])
        hint = options.hints.describe_name(missing[0], "COLUMN")
        raise InputError(f"No column holds the {missing[0]}: its columns are {names}; name the right one {hint}.")
    largest = max(
        (table.metadata.row_group(n).total_byte_size for n in range(table.metadata.num_row_groups)), default=0
    )
    if largest > 16 * options.limits.document_bytes:
        raise InputError(f"One of its row groups unpacks to {largest:,} bytes: write it with smaller row groups.")
    yield from _rows(document.name, table, options)


def _rows(name: str, table: pq.ParquetFile, options: ReadOptions) -> Iterator[Article | Refusal]:
    number = 0
    try:
        for batch in table.iter_batches(batch_size=_BATCH, use_threads=False):
            for record in batch.to_pylist():
                number += 1
                yield from convert_drafts(f"{name}:row {number}", records.build_draft(record, options.mapping), options)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"It is damaged after row {number} ({_describe_error(error)}): fetch it again.") from error


def _make_seekable(document: Document, options: ReadOptions) -> BinaryIO:
    return io.BytesIO(document.read(options.limits.document_bytes)) if document.inflated else document.stream


def _describe_error(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
