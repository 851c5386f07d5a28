"""The formats that Newsdesk reads, and how a file finds its reader: by content first, by suffix second."""

import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import compression, encoding, folder, json_text, plain
from corpus.readers.document import Document, document
from corpus.readers.outcome import ReadOptions, Refusal

_log = logging.getLogger(__name__)
_DEFAULT = ReadOptions()

Reader = Callable[[Document, ReadOptions], Iterator[Article | Refusal]]


@dataclass(frozen=True, slots=True)
class Head:
    """Hold what a format is told by: the first 64 KiB, the same as text ("" if it is none), and the suffix."""

    data: bytes
    text: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Format:
    """Hold one format: its name and suffixes (for help and docs), how it is told, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Head], bool]
    read: Reader


def _is_lines(head: Head) -> bool:
    if not re.match(r"\s*\{\s*[\"}]", head.text):
        return False
    first, _, rest = head.text.lstrip().partition("\n")
    return head.suffix in (".jsonl", ".ndjson", ".jsonlines") or (
        first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    )


def _is_json(head: Head) -> bool:
    return bool(re.match(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])", head.text)) or (
        head.suffix == ".json" and bool(head.text)
    )


def _is_plain(head: Head) -> bool:
    return head.suffix in ("", ".txt", ".text") and bool(head.text.strip())


FORMATS: tuple[Format, ...] = (
    Format("JSONL", (".jsonl", ".ndjson"), _is_lines, json_text.read_lines),
    Format("JSON", (".json",), _is_json, json_text.read),
    Format("plain text", (".txt",), _is_plain, plain.read),
)


def read(paths: Iterable[Path], options: ReadOptions = _DEFAULT) -> Iterator[Article | Refusal]:
    """Yield the articles of files and folders, one by one; what cannot be read is a `Refusal`, and the rest goes on."""
    for path in paths:
        for entry in folder.files(path, options.limits.depth):
            if isinstance(entry, Refusal):
                yield entry
            else:
                yield from _file(entry, options)


def read_bytes(name: str, data: bytes, options: ReadOptions = _DEFAULT) -> Iterator[Article | Refusal]:
    """Yield the articles of an upload; `name` gives the suffix, and names it in refusals."""
    yield from _stream(folder.shown(name), io.BytesIO(data), options)


def _file(path: Path, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        stream = folder.opened(path)
    except InputError as error:
        yield Refusal(folder.shown(path), str(error))
        return
    with stream:
        yield from _stream(folder.shown(path), stream, options)


def _stream(name: str, stream: BinaryIO, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        opened = document(name, stream, options.limits)
        yield from format_of(opened).read(opened, options)
    except InputError as error:
        yield Refusal(name, str(error))
    except compression.DAMAGED as error:
        yield Refusal(
            name, f"It is damaged or cut ({type(error).__name__}): what came before was read; fetch it again."
        )
    except Exception as error:  # A parser of another project may raise anything, and the batch goes on.
        _log.exception("%s cannot be read", name)
        yield Refusal(name, f"It cannot be read ({type(error).__name__}): check that the file is whole.")


def format_of(opened: Document) -> Format:
    """Return the format of a file.

    Raises:
        InputError: If it is empty, or none of `FORMATS`.
    """
    if not opened.head.strip():
        raise InputError("It is empty: there is nothing to read.")
    head = Head(opened.head, _as_text(opened.head), opened.suffix)
    for one in FORMATS:
        if one.sniff(head):
            return one
    names = ", ".join(one.name for one in FORMATS)
    raise InputError(f"It is not a format that Newsdesk reads: use one of {names}.")


def _as_text(head: bytes) -> str:
    """Return the head as text, or "" when it is none: a null or many control characters tell."""
    text = encoding.decoded(head).lstrip("\ufeff")
    odd = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f]", text))
    return "" if "\x00" in text or odd > len(text) // 100 else text
