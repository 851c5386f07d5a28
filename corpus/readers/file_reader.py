"""How a file finds its reader, by content first and by suffix second, and how one bad file never stops the rest."""

import io
import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import compression, encoding, folder
from corpus.readers.document import Document, open_document
from corpus.readers.formats import FORMATS, Format, Head, find_unknown_root
from corpus.readers.memory import recall_or_read
from corpus.readers.refusal import ReadOptions, Refusal

_log = logging.getLogger(__name__)
_DEFAULT = ReadOptions()
_STRAY = 4  # Control characters that a short text may hold.


def read(paths: Iterable[Path], options: ReadOptions = _DEFAULT) -> Iterator[Article | Refusal]:
    """Yield the articles of files and folders one by one; what cannot be read is yielded as a `Refusal`, and reading continues."""
    for path in paths:
        for entry in folder.walk_files(path, options.limits.depth):
            if isinstance(entry, Refusal):
                yield entry
            else:
                yield from _read_file(entry, options)


def read_bytes(name: str, data: bytes, options: ReadOptions = _DEFAULT) -> Iterator[Article | Refusal]:
    """Yield the articles of an upload; `name` gives the suffix, and names it in refusals."""
    yield from _read_stream(folder.display_path(name), io.BytesIO(data), options)


def _read_file(path: Path, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        stream = folder.open_file(path)
    except InputError as error:
        yield Refusal(folder.display_path(path), str(error))
        return
    with stream:
        yield from _read_stream(folder.display_path(path), stream, options)


def _read_stream(name: str, stream: BinaryIO, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        opened = open_document(name, stream, options.limits)
        empty = True
        for one in _read(opened, detect_format(opened), options):
            empty = False
            yield one
        if empty:
            yield Refusal(name, "It contains no article: there is nothing to read.")
    except InputError as error:
        yield Refusal(name, str(error))
    except compression.DAMAGED as error:
        yield Refusal(
            name, f"It is damaged or cut ({type(error).__name__}): everything before that was read; fetch it again."
        )
    except Exception as error:  # A third-party parser may raise anything, and one bad file must not stop the batch.
        _log.exception("%s cannot be read", name)
        yield Refusal(name, f"It cannot be read ({type(error).__name__}): check that the file is whole.")


def _read(opened: Document, found: Format, options: ReadOptions) -> Iterator[Article | Refusal]:
    content = b""
    if found.document and options.memory and not opened.inflated:
        content = opened.stream.read(options.limits.page_bytes + 1)
        opened.stream.seek(0)
    if 0 < len(content) <= options.limits.page_bytes:
        content = f"{found.name}\0".encode() + content
        yield from recall_or_read(opened.name, content, options, lambda inner: found.read(opened, inner))
    else:
        yield from found.read(opened, options)
    if opened.inflated and opened.inflated.damage:
        raise opened.inflated.damage


def detect_format(opened: Document) -> Format:
    """Return the format of a file.

    Raises:
        InputError: If it is empty, or none of `FORMATS`.
    """
    if not opened.head.strip():
        raise InputError("It is empty: there is nothing to read.")
    head = Head(opened.head, _read_as_text(opened.head), opened.suffix)
    names = ", ".join(one.name for one in FORMATS)
    if root := find_unknown_root(head):
        raise InputError(f"It is XML of a kind that Newsdesk does not read (<{root}>): use one of {names}.")
    for one in FORMATS:
        if one.sniff(head):
            return one
    raise InputError(f"It is not a format that Newsdesk reads: use one of {names}.")


def _read_as_text(head: bytes) -> str:
    """Return the head as text, or "" when it is none: many control characters tell; a few are stray."""
    name = encoding.detect_encoding(head)
    text = head.decode(name, "replace").lstrip("\ufeff")
    odd = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f]", text))
    return "" if odd > len(text) // 100 + min(_STRAY, len(text) // 20) else encoding.decode_text(head).lstrip("\ufeff")
