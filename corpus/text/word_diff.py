"""What changed between two texts, word by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Side = Literal["same", "removed", "added"]

MOST_COMPARED = 200_000_000
"""Words of the one text times words of the other, where they differ, up to which words are compared: a tenth of a second
and 25 MB. Beyond it all that lies between the first difference and the last counts as replaced."""

_GLUE = 3  # Characters of a word that does not keep two changes apart ...
_FEW = 2  # ... nor do so many of them.


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Hold a stretch of text that is the same in both texts, or that only one of them has."""

    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class _Word:
    """Hold a word or a mark, with where it stands."""

    text: str
    start: int
    end: int


def diff_words(old: str, new: str) -> list[DiffPiece]:
    """Return both texts as one: what is the same as the new text has it, and in between what was removed and added.

    The pieces that are not "removed" give the new text. White space alone is no change. The time is bounded by
    `MOST_COMPARED`, whatever the texts are.
    """
    a, b = _split(old), _split(new)
    pieces: list[DiffPiece] = []
    at_new = 0
    for (i, j), (k, m) in _join_near(_find_changes([w.text for w in a], [w.text for w in b]), a):
        start_old, end_old = _range(a, i, j, len(old))
        start_new, end_new = _range(b, k, m, len(new))
        pieces += [
            DiffPiece("same", new[at_new:start_new]),
            DiffPiece("removed", old[start_old:end_old]),
            DiffPiece("added", new[start_new:end_new]),
        ]
        at_new = end_new
    pieces.append(DiffPiece("same", new[at_new:]))
    return [piece for piece in pieces if piece.text]


def cut_same(pieces: Sequence[DiffPiece], around: int = 80) -> list[DiffPiece]:
    """Return a diff with only so many characters around each change, cut between words; "…" stands for what is left out."""
    return [
        DiffPiece("same", _shorten(piece.text, around, n > 0, n < len(pieces) - 1)) if piece.side == "same" else piece
        for n, piece in enumerate(pieces)
    ]


def _shorten(text: str, around: int, follows: bool, precedes: bool) -> str:
    """Return what of a text stands next to the change that it follows, and to the one that it precedes."""
    if len(text) <= around * (follows + precedes):
        return text
    head = text[:around].rpartition(" ")[0] if follows else ""
    tail = text[-around:].partition(" ")[2] if precedes else ""
    return f"{head} … {tail}"


def have_other_words(one: str, other: str) -> bool:
    """Return whether two texts differ in more than marks, white space and capitals."""
    return _fold(one) != _fold(other)


def _fold(text: str) -> list[str]:
    return [word.text for word in _split(text.casefold()) if word.text[0].isalnum()]


def _split(text: str) -> list[_Word]:
    """Return the words of a text, and each mark between them; not its white space."""
    found, at = [], 0
    for kind, run in groupby(
        text, key=lambda char: "word" if char.isalnum() else "space" if char.isspace() else "mark"
    ):
        length = sum(1 for _ in run)
        if kind == "word":
            found.append(_Word(text[at : at + length], at, at + length))
        elif kind == "mark":
            found += [_Word(text[i], i, i + 1) for i in range(at, at + length)]
        at += length
    return found


_Change = tuple[tuple[int, int], tuple[int, int]]  # Words of the old text that become words of the new one.


def _find_changes(a: Sequence[str], b: Sequence[str]) -> Iterator[_Change]:
    from rapidfuzz.distance import LCSseq  # Most commands compare nothing.

    first = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    most = min(len(a), len(b)) - first
    last = next((n for n in range(most) if a[-1 - n] != b[-1 - n]), most)
    mine, theirs = a[first : len(a) - last], b[first : len(b) - last]
    if not mine and not theirs:
        return
    if len(mine) * len(theirs) > MOST_COMPARED:
        yield (first, first + len(mine)), (first, first + len(theirs))
        return
    steps = LCSseq.opcodes(list(mine), list(theirs))
    for same, run in groupby(steps, key=lambda step: step.tag == "equal"):
        if not same:
            ends = list(run)
            yield (
                (first + ends[0].src_start, first + ends[-1].src_end),
                (first + ends[0].dest_start, first + ends[-1].dest_end),
            )


def _join_near(changes: Iterator[_Change], words: Sequence[_Word]) -> list[_Change]:
    """Join changes that only a word or two like "of" keep apart: they would be read as one."""
    joined: list[_Change] = []
    for (i, j), (k, m) in changes:
        between = words[joined[-1][0][1] : i] if joined else []
        if joined and len(between) <= _FEW and all(len(word.text) <= _GLUE for word in between):
            (first, _), (other, _) = joined.pop()
            joined.append(((first, j), (other, m)))
        else:
            joined.append(((i, j), (k, m)))
    return joined


def _range(words: Sequence[_Word], start: int, end: int, length: int) -> tuple[int, int]:
    """Return where words stand; no words stand before the word that follows."""
    if start == end:
        at = words[start].start if start < len(words) else length
        return at, at
    return words[start].start, words[end - 1].end
