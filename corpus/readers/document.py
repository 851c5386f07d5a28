"""One file or upload, open and unpacked: what every reader gets."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, cast

from corpus.errors import InputError
from corpus.readers import compression, encoding
from corpus.readers.refusal import Limits

HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Document:
    """Hold an open file.

    Attributes:
        name: How refusals name it.
        suffix: Of the file name, lower case, without that of a compression.
        head: The first 64 KiB, unpacked.
        stream: The whole content, unpacked, at its beginning; it seeks only when `inflated` is None.
        inflated: What unpacks the file, or None when it was not compressed.
        limits: The bounds to keep.
    """

    name: str
    suffix: str
    head: bytes
    stream: BinaryIO
    inflated: compression.Inflated | None
    limits: Limits

    @property
    def encoding(self) -> str:
        """Return the encoding of the text, judged by its head."""
        return encoding.detect_encoding(self.head)

    def read(self, limit: int) -> bytes:
        """Return all bytes.

        Raises:
            InputError: If there are more than `limit`.
        """
        data = self.stream.read(limit + 1)
        if len(data) > limit:
            raise InputError(f"It is larger than {limit:,} bytes: split it, or store it as JSONL, one article a line.")
        return data

    def text(self, limit: int) -> str:
        """Return all of the text; raise `InputError` if it is longer than `limit` bytes."""
        return encoding.decode_text(self.read(limit))

    @property
    def start_of_text(self) -> str:
        """Return the first kilobyte as text, without white space before it."""
        return encoding.decode_text(self.head[:1024]).lstrip("\ufeff \t\r\n\0")

    def lines(self) -> Iterator[str | None]:
        """Yield line by line, with the line end; None for one that is longer than `record_bytes`."""
        with self._reader() as reader:
            yield from _limit(reader, self.limits.record_bytes)

    @contextmanager
    def characters(self) -> Iterator[Callable[[int], str]]:
        """Return a function that reads up to the given number of characters, and returns "" at the end."""
        with self._reader() as reader:
            yield lambda size: encoding.repair_text(reader.read(size))

    @contextmanager
    def _reader(self) -> Iterator[io.TextIOWrapper]:
        name = self.encoding
        errors = "surrogateescape" if name.startswith("utf-8") else "replace"
        reader = io.TextIOWrapper(self.stream, name, errors, newline="")
        try:
            yield reader
        finally:
            # Whoever opened the file closes it.
            reader.detach()


def _limit(reader: io.TextIOWrapper, limit: int) -> Iterator[str | None]:
    while row := reader.readline(limit):
        whole = len(row) < limit or row.endswith(("\n", "\r"))
        yield encoding.repair_text(row) if whole else None
        while row and not (whole or row.endswith(("\n", "\r"))):
            row = reader.readline(limit)


def open_document(name: str, stream: BinaryIO, limits: Limits) -> Document:
    """Look into an open file, and unpack it when it is compressed.

    Raises:
        InputError: If it is compressed twice.
    """
    path = PurePath(name)
    start = stream.read(8)
    stream.seek(0)
    kind = compression.detect_compression(start)
    if not kind:
        head = stream.read(HEAD)
        stream.seek(0)
        return Document(name, path.suffix.lower(), head, stream, None, limits)
    if path.suffix.lower() in compression.SUFFIXES:
        path = path.with_suffix("")
    inflated = compression.inflate(stream, kind, limits)
    unpacked = cast(io.BufferedReader, io.BufferedReader(inflated, HEAD))
    head = unpacked.read(HEAD)
    if inflated.damage and not head:
        raise inflated.damage
    if compression.detect_compression(head):
        raise InputError("It is compressed twice: unpack it once, then add it.")
    whole = cast(BinaryIO, io.BufferedReader(_Rejoined(head, unpacked), HEAD))
    return Document(name, path.suffix.lower(), head, whole, inflated, limits)


class _Rejoined(io.RawIOBase):
    """Give the head again, then the rest of a stream that cannot seek."""

    def __init__(self, head: bytes, rest: io.BufferedReader) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._rest.read1(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
