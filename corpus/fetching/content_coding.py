"""Undo the content codings of HTTP (gzip and deflate) in small pieces, so that a bomb is cut before it grows."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

ACCEPT_ENCODING = "gzip, deflate"
PIECE = 64 * 1024
_CODINGS_AT_MOST = 2
_MEMBERS_AT_MOST = 1_000  # Of gzip; a body has one, and each costs time even if it is empty.


class CodingError(ValueError):
    """Say why a coded body cannot be read."""


class _Decoder(Protocol):
    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what the data decodes to, in pieces of bounded size."""

    def close(self) -> None:
        """Raise `CodingError` if the coded data ended early."""


def decode(body: Iterable[bytes], codings: str, limit: int) -> bytes:
    """Return a whole body, decoded.

    Args:
        body: The bytes as they come from the network.
        codings: The value of `Content-Encoding`, "" for none.
        limit: The most bytes that the body, and each coded layer of it, may have.

    Raises:
        CodingError: The coding is unknown, the data are damaged or cut, or the limit is passed.
    """
    pieces = _limit(body, limit)
    names = [name for name in (part.strip().lower() for part in codings.split(",")) if name not in ("", "identity")]
    if len(names) > _CODINGS_AT_MOST:
        raise CodingError(f"the body is coded more than {_CODINGS_AT_MOST} times")
    for name in reversed(names):
        if name not in _DECODERS:
            raise CodingError(f"the body is coded as {name[:40]!r}, which is not one of {ACCEPT_ENCODING}")
        pieces = _limit(_decode(pieces, _DECODERS[name]()), limit)
    return b"".join(pieces)


def gunzip(data: bytes, limit: int) -> bytes:
    """Return the content of a gzip file, of at most `limit` bytes.

    Raises:
        CodingError: It is not a whole gzip file, or it is larger than that.
    """
    return decode((data,), "gzip", limit)


def _limit(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise CodingError(f"the body is larger than {limit:,} bytes")
        yield piece


def _decode(pieces: Iterable[bytes], decoder: _Decoder) -> Iterator[bytes]:
    started = False
    try:
        for piece in pieces:
            started = started or bool(piece)
            yield from decoder.decode(piece)
    except zlib.error as error:
        raise CodingError("the coded body is damaged") from error
    if started:
        decoder.close()


class _Zlib:
    """Decode gzip and, with a zlib header or without, deflate; gzip members may follow one another."""

    def __init__(self, window_bits: int) -> None:
        self._bits = window_bits
        self._inflate = zlib.decompressobj(window_bits)
        self._members = 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        # What zlib leaves over is a copy, so a large body is handed to it in pieces.
        for start in range(0, len(data), PIECE):
            yield from self._decode(data[start : start + PIECE])

    def _decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflate.eof:
                if self._bits < zlib.MAX_WBITS + 16 or not data.startswith(b"\x1f\x8b"):
                    return  # Some servers pad the body after its end.
                self._members += 1
                if self._members > _MEMBERS_AT_MOST:
                    raise CodingError(f"the body consists of more than {_MEMBERS_AT_MOST:,} gzip members")
                self._inflate = zlib.decompressobj(self._bits)
            yield self._inflate.decompress(data, PIECE)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data

    def close(self) -> None:
        if not self._inflate.eof:
            raise CodingError("the coded body ends early")


class _Deflate:
    """Decode deflate, which some servers send without the zlib header that RFC 9110 asks for."""

    def __init__(self) -> None:
        self._zlib: _Zlib | None = None

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._zlib is None and data:
            has_header = data[0] & 0x0F == 8
            self._zlib = _Zlib(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
        if self._zlib is not None:
            yield from self._zlib.decode(data)

    def close(self) -> None:
        if self._zlib is not None:
            self._zlib.close()


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(zlib.MAX_WBITS + 16),
    "x-gzip": lambda: _Zlib(zlib.MAX_WBITS + 16),
    "deflate": _Deflate,
}
