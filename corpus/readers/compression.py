"""Unpack gzip, bzip2, xz and Zstandard as a stream, and stop at bombs."""

import bz2
import gzip
import io
import lzma
import zlib
from typing import BinaryIO, Protocol, cast

import zstandard

from corpus.errors import InputError
from corpus.readers.refusal import Limits

_MAGIC = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
# Enough for `xz -9` (65 MB) and `zstd --long=27` (128 MB).
_XZ_MEMORY = 100_000_000
_ZSTD_WINDOW = 2**27
_STEP = 64 * 1024

DAMAGED = (EOFError, OSError, lzma.LZMAError, zstandard.ZstdError, zlib.error)
"""What a damaged or cut file raises while it is unpacked."""


def detect_compression(head: bytes) -> str:
    """Return the name of the compression that a file begins with, or ""."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")


def inflate(stream: BinaryIO, kind: str, limits: Limits) -> "Inflated":
    """Return the unpacked stream; reading it raises `InputError` at a bomb."""
    counted = _Counted(stream)
    return Inflated(_decoder(counted, kind), counted, limits)


class _Readable(Protocol):
    def read1(self, size: int = -1, /) -> bytes: ...


def _decoder(stream: "_Counted", kind: str) -> _Readable:
    if kind == "gzip":
        return gzip.GzipFile(fileobj=cast(BinaryIO, stream))
    if kind == "bzip2":
        return bz2.BZ2File(cast(BinaryIO, stream))
    if kind == "xz":
        return _Xz(stream)
    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(
        cast(BinaryIO, stream), read_across_frames=True, closefd=False
    )


class _Counted(io.RawIOBase):
    """Count the packed bytes that were taken."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.taken += len(data)
        return len(data)


class Inflated(io.RawIOBase):
    """Hand on unpacked bytes, and refuse when they are too many for the packed ones.

    At damage the stream ends, so that everything before it is read; `damage` then holds the error.
    """

    def __init__(self, decoder: _Readable, packed: _Counted, limits: Limits) -> None:
        self._decoder, self._packed, self._limits = decoder, packed, limits
        self._given = 0
        self.damage: Exception | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; raise `InputError` at a bomb."""
        try:
            # Not `read`: at the cut end of a file it throws away what it has unpacked already.
            data = b"" if self.damage else self._decoder.read1(min(len(buffer), _STEP))
        except DAMAGED as error:
            self.damage, data = error, b""
        buffer[: len(data)] = data
        self._given += len(data)
        limits = self._limits
        if self._given > limits.inflated_bytes and self._given > limits.expansion * max(1, self._packed.taken):
            raise InputError(
                f"It unpacks to more than {limits.expansion} times its size, as a decompression bomb does:"
                " unpack it yourself if you trust it."
            )
        return len(data)


class _Xz:
    """Unpack xz with a bound on memory, which `lzma.LZMAFile` cannot set."""

    def __init__(self, stream: _Counted) -> None:
        self._stream = stream
        self._decoder = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read1(self, size: int = -1, /) -> bytes:
        while True:
            packed = self._packed()
            if packed is None:
                return b""
            if data := self._decoder.decompress(packed, size):
                return data

    def _packed(self) -> bytes | None:
        if self._decoder.eof:
            rest = (self._decoder.unused_data or self._stream.read(_STEP)).lstrip(b"\0")
            self._decoder = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            return rest or None
        if not self._decoder.needs_input:
            return b""
        if packed := self._stream.read(_STEP):
            return packed
        raise EOFError("The file ends in the middle of its packed data.")
