"""Near duplicates: wire copies of one text under other headlines, cut, or with a paragraph added.

Candidates come from MinHash signatures cut into bands (Broder 1997; Leskovec, Rajaraman and Ullman, *Mining of Massive
Datasets*, chapter 3), and each is then verified on the words themselves. Articles that are copies of one another, also
by way of a third, share a number in `articles.story`.
"""

import re
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article

if TYPE_CHECKING:
    from datasketch import MinHash

Hashes = NDArray[np.uint64]

BANDS = 48
"""Bands of two hashes each: two texts with a Jaccard similarity of .25 become candidates in 95 of 100 cases, with .2 in
86, with .02 in 2 (1 - (1 - J^2)^48)."""

_ROWS = 2
_SEED = 20
_COARSE = 3  # Words in a shingle that finds candidates ...
_FINE = 6  # ... and in one that verifies: a template filled in with other names and figures has few of these.
_OVERLAP = 0.32  # The share of the shorter text's long shingles from which two texts are copies ...
_OVERLAP_SHORT = 0.36  # ... for a short text, where one quotation weighs more ...
_VERBATIM = 0.7  # ... and where the numbers differ.
_SHORT = 40  # Words.
_FIGURES = 3  # Fewer numbers than this prove nothing.
_SLICE = 20_000  # Shingles hashed at once, so that a book needs no gigabyte.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_SENTENCE = re.compile(r"(?<![.!?…。！？؟।])[.!?…。！？؟।]+[\"'”’»)\]]*(?:\s+|(?<=[。！？]))|\n+")
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
        sentences: Its sentences, by a hash of their words.
    """

    words: int
    coarse: Hashes
    fine: Hashes
    figures: frozenset[str]
    sentences: frozenset[int]


def fingerprint_article(article: Article) -> Fingerprint:
    """Return what an article's text is compared by; the headline plays no part, for it is what copies change first."""
    body = article.body.casefold()
    tokens = _TOKEN.findall(body)
    unspaced = sum(len(word) == 1 and word >= "\u0e00" for word in tokens) > len(tokens) / 2
    factor = 2 if unspaced else 1
    codes = np.fromiter((zlib.crc32(token.encode()) for token in tokens), dtype=np.uint64, count=len(tokens))
    figures = frozenset(token for token in tokens if token[0].isdigit())
    return Fingerprint(
        len(tokens) // factor,
        _shingles(codes, _COARSE * factor),
        _shingles(codes, _FINE * factor),
        figures,
        frozenset(
            zlib.crc32(" ".join(words).encode()) for words in map(_TOKEN.findall, _SENTENCE.split(body)) if words
        ),
    )


def _shingles(codes: Hashes, width: int) -> Hashes:
    """Return the hash of every run of `width` words; of a shorter text, one of the whole."""
    width = max(1, min(width, len(codes)))
    mixed = np.zeros(max(0, len(codes) - width + 1), dtype=np.uint64)
    for offset in range(width):
        mixed = (mixed + codes[offset : len(codes) - width + 1 + offset]) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed)


def find_similar(one: Article, other: Article) -> bool:
    """Return whether one text is a copy of the other."""
    return resembles(fingerprint_article(one), fingerprint_article(other))


def resembles(one: Fingerprint, other: Fingerprint) -> bool:
    """Return whether two fingerprints are those of copies.

    The thresholds were set with `benchmarks/near_duplicate_recall.py`: a copy that was cut and got a new lede and a local paragraph
    shares from .34 of its long shingles, two articles that quote one statement of 45 words share up to .3, and reports
    of one template up to .4, which have other figures. A text of a sentence or two that fills a template with other names
    shares more than that, but no sentence.
    """
    common = shared_ratio(one.fine, other.fine)
    if _contradict(one, other) and common < _VERBATIM:
        return False
    if min(one.words, other.words) >= _SHORT:
        return common >= _OVERLAP
    return common >= _OVERLAP_SHORT and not one.sentences.isdisjoint(other.sentences)


def _contradict(one: Fingerprint, other: Fingerprint) -> bool:
    """Return whether the numbers differ, as in a template that was filled in again."""
    fewer = min(len(one.figures), len(other.figures))
    return fewer >= _FIGURES and len(one.figures & other.figures) < fewer / 2


def shared_ratio(one: Hashes, other: Hashes) -> float:
    """Return how much of the shorter text is contained in the other (the overlap coefficient of the two sets)."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / max(1, min(len(one), len(other)))


@cache
def _empty_minhash() -> "MinHash":
    from datasketch import MinHash  # Brings scipy along, a second that reading an archive need not wait.

    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=int)


def signature(fingerprint_article: Fingerprint) -> list[int]:
    """Return one hash of 32 bits for each band; two texts are candidates if they have one in the same place."""
    minhash = _empty_minhash().copy()
    shingles = (fingerprint_article.coarse >> np.uint64(32)).tolist()
    for start in range(0, len(shingles), _SLICE):
        minhash.update_batch(shingles[start : start + _SLICE])
    pairs = minhash.hashvalues.reshape(BANDS, _ROWS).astype(np.uint64)
    mixed = (pairs[:, 0] * _MULTIPLIER + pairs[:, 1]) * _MULTIPLIER
    return [int(value) for value in mixed >> np.uint64(32)]
