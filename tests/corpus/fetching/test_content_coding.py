"""Content codings: what decodes, what is damaged, and bombs."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from corpus.fetching.content_coding import CodingError, decode, gunzip

TEXT = b"The council approved the budget. " * 20_000
MEBIBYTE = 1024 * 1024


def _raw_deflate(data: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return coder.compress(data) + coder.flush()


CODERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
]


def _pieces(data: bytes, size: int = 700) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize(("coding", "encode"), CODERS)
def test_each_coding_decodes(coding: str, encode: Callable[[bytes], bytes]) -> None:
    assert decode(_pieces(encode(TEXT)), coding, len(TEXT)) == TEXT
    assert decode([], coding, 10) == b""


@pytest.mark.parametrize(("coding", "encode"), CODERS)
def test_a_cut_body_is_refused(coding: str, encode: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CodingError, match="ends early"):
        decode(_pieces(encode(TEXT)[:-5]), coding, len(TEXT))


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_damaged_data_are_refused(coding: str) -> None:
    with pytest.raises(CodingError, match="damaged"):
        decode([b"\x1f\x8b\xff\xff not coded at all, whatever the header says" * 9], coding, 10_000)


def test_gzip_members_may_follow_one_another() -> None:
    assert decode([gzip.compress(b"one ") + gzip.compress(b"two")], "gzip", 100) == b"one two"
    assert decode([gzip.compress(b"one") + b"\0\0\0"], "gzip", 100) == b"one"


def test_two_codings_are_undone_in_reverse_order() -> None:
    body = zlib.compress(gzip.compress(b"twice"))
    assert decode([body], "gzip, deflate", 1_000) == b"twice"
    with pytest.raises(CodingError, match="more than 2 times"):
        decode([body], "gzip, gzip, gzip", 1_000)


def test_an_unknown_coding_is_named() -> None:
    with pytest.raises(CodingError, match="'compress'"):
        decode([b"x"], "compress", 10)
    assert decode([b"x"], "identity", 10) == b"x"
    for coding in ("br", "zstd"):
        with pytest.raises(CodingError, match=f"'{coding}', which is not one of gzip, deflate"):
            decode([b"x"], coding, 10)


def test_the_limit_counts_decoded_bytes() -> None:
    assert decode([gzip.compress(b"a" * 1_000)], "gzip", 1_000) == b"a" * 1_000
    with pytest.raises(CodingError, match="larger than 999 bytes"):
        decode([gzip.compress(b"a" * 1_000)], "gzip", 999)
    with pytest.raises(CodingError, match="larger than 5 bytes"):
        gunzip(gzip.compress(b"aaaaaa"), 5)


def _gzip_bomb() -> bytes:
    coder = zlib.compressobj(1, wbits=zlib.MAX_WBITS + 16)
    zeros = bytes(MEBIBYTE)
    return b"".join(coder.compress(zeros) for _ in range(1_024)) + coder.flush()


def test_a_gibibyte_of_zeros_is_refused_in_little_memory() -> None:
    data = _gzip_bomb()
    tracemalloc.start()
    try:
        with pytest.raises(CodingError, match="larger than 10,000,000 bytes"):
            decode(_pieces(data, 64 * 1024), "gzip", 10_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * MEBIBYTE


def test_a_bomb_inside_a_bomb_is_cut_at_its_inner_layer() -> None:
    with pytest.raises(CodingError, match="larger than"):
        decode([gzip.compress(_gzip_bomb())], "gzip, gzip", 10_000_000)


@pytest.mark.parametrize("size", [64 * 1024, 10_000_000])
def test_members_that_hold_nothing_are_refused_when_they_are_many(size: int) -> None:
    empty = gzip.compress(b"")
    assert decode(_pieces(empty * 999 + gzip.compress(b"text"), size), "gzip", 10_000_000) == b"text"
    with pytest.raises(CodingError, match="more than 1,000 gzip members"):
        decode(_pieces(empty * 400_000, size), "gzip", 10_000_000)
