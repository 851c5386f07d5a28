"""Near duplicates: wire copies of one text under other headlines, cut, or with a paragraph added.

Candidates come from MinHash signatures cut into bands (Broder 1997; Leskovec, Rajaraman and Ullman, *Mining of Massive
Datasets*, chapter 3), and each is then verified on the words themselves. Articles that are copies of one another, also
by way of a third, share a number in `articles.story`.
"""

import re
import zlib
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from corpus.article import Article

Hashes = NDArray[np.uint64]

BANDS = 32
"""Bands of two hashes each: texts that share 30 % of their word triples become candidates in 95 of 100 cases, texts
that share 2 % in one."""

_ROWS = 2
_SEED = 20
_COARSE = 3  # Words in a shingle that finds candidates ...
_FINE = 6  # ... and in one that verifies: a template whose names and figures were filled in anew has few of these.
_SLICE = 20_000  # Shingles hashed at once, so that a book needs no gigabyte.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_PERMUTATIONS = BANDS * _ROWS


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hold what two texts are compared by.

    Attributes:
        words: Words in the text; of a script without spaces, characters.
        coarse: Hashes of its short shingles, sorted, each once.
        fine: Hashes of its long shingles, sorted, each once.
        figures: Its numbers.
    """

    words: int
    coarse: Hashes
    fine: Hashes
    figures: frozenset[str]


def fingerprint(article: Article) -> Fingerprint:
    """Return what an article's text is compared by; the headline plays no part, for it is what copies change first."""
    tokens = _TOKEN.findall(article.body.casefold())
    unspaced = sum(len(word) == 1 and word >= "\u0e00" for word in tokens) > len(tokens) / 2
    factor = 2 if unspaced else 1
    codes = np.fromiter((zlib.crc32(token.encode()) for token in tokens), dtype=np.uint64, count=len(tokens))
    figures = frozenset(token for token in tokens if token[0].isdigit())
    return Fingerprint(
        len(tokens) // factor, _shingles(codes, _COARSE * factor), _shingles(codes, _FINE * factor), figures
    )


def _shingles(codes: Hashes, width: int) -> Hashes:
    """Return the hash of every run of `width` words; of a shorter text, one of the whole."""
    width = max(1, min(width, len(codes)))
    mixed = np.zeros(max(0, len(codes) - width + 1), dtype=np.uint64)
    for offset in range(width):
        mixed = (mixed + codes[offset : len(codes) - width + 1 + offset]) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed)


def similar(one: Article, other: Article) -> bool:
    """Tell whether one text is a copy of the other."""
    return resembles(fingerprint(one), fingerprint(other))


def resembles(one: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether two fingerprints are those of copies."""
    return share(one.fine, other.fine) >= 0.5


def share(one: Hashes, other: Hashes) -> float:
    """Return how much of the shorter text stands in the other (the overlap coefficient of the two sets)."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / max(1, min(len(one), len(other)))


def signature(fingerprint: Fingerprint) -> list[int]:
    """Return one hash of 32 bits for each band; two texts are candidates if they have one in the same place."""
    minhash = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=int)
    shingles = (fingerprint.coarse >> np.uint64(32)).tolist()
    for start in range(0, len(shingles), _SLICE):
        minhash.update_batch(shingles[start : start + _SLICE])
    pairs = minhash.hashvalues.reshape(BANDS, _ROWS).astype(np.uint64)
    mixed = (pairs[:, 0] * _MULTIPLIER + pairs[:, 1]) * _MULTIPLIER
    return [int(value) for value in mixed >> np.uint64(32)]
