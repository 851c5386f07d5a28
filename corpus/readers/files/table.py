"""CSV and TSV: the first row names the columns; the delimiter is found."""

import csv
from collections.abc import Iterator

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import records
from corpus.readers.document import Document
from corpus.readers.draft import convert_drafts
from corpus.readers.refusal import ReadOptions, Refusal

_DELIMITERS = ",;\t|"
# Our own export puts an apostrophe before a cell that a spreadsheet would take for a formula; it is taken off again.
_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each row.

    Raises:
        InputError: If no column holds a headline or a text.
    """
    # The limit belongs to the module `csv`, not to a reader; its default refuses long articles.
    csv.field_size_limit(options.limits.record_bytes)
    lines = _lines(document, options.limits.record_bytes)
    header = next((line for line in lines if line.strip()), "")
    rows = csv.reader(lines, delimiter=find_delimiter(header))
    # The header is parsed on its own: its delimiter decides how the rest is read.
    names = _read_header(header)
    if missing := records.find_missing_columns(names, options.mapping):
        raise InputError(
            f"No column holds the {missing[0]}: its columns are {', '.join(names[:20])[:300]};"
            f" name the right one {options.hints.describe_name(missing[0], 'COLUMN')}."
        )
    number = 1
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Refusal(
                f"{document.name}:row {number}", f"The row is not readable ({error}): check its quotation marks."
            )
            continue
        if any(cell.strip() for cell in row):
            yield from _parse_row(f"{document.name}:row {number}", names, row, options)


def _parse_row(item: str, names: list[str], row: list[str], options: ReadOptions) -> Iterator[Article | Refusal]:
    if len(row) > len(names):
        yield Refusal(
            item, f"The row has {len(row)} cells for {len(names)} columns: put cells with commas in quotation marks."
        )
        return
    cells = (cell[1:] if cell.startswith(_GUARDED) else cell for cell in row)
    yield from convert_drafts(
        item, records.build_draft(dict(zip(names, cells, strict=False)), options.mapping), options
    )


def find_delimiter(header: str) -> str:
    """Return the most frequent delimiter of the first row."""
    return max(_DELIMITERS, key=header.count)


def names_articles(header: str) -> bool:
    """Return whether a first row names columns for a headline and a text."""
    names = _read_header(header)
    return len(names) > 1 and all(len(name) < 40 for name in names) and not records.find_missing_columns(names, {})


def _read_header(header: str) -> list[str]:
    try:
        cells = next(csv.reader([header], delimiter=find_delimiter(header)), [])
    except csv.Error:
        return []
    return [cell.strip().lstrip("\ufeff") for cell in cells]


def _lines(document: Document, limit: int) -> Iterator[str]:
    for line in document.lines():
        if line is None:
            raise InputError(f"A row is longer than {limit:,} bytes: check its quotation marks, or split the file.")
        yield line
