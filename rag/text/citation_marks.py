"""Citation marks in an answer: read in every form that models write, taken out, and put back as `[n]`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WORD = r"(?:(?:passages?|sources?|documents?|docs?|articles?|refs?|ids?|no\.?)\s*+:?\s*+)"
_LEAD = rf"{_WORD}?"
_NUMBER = r"(?:[#^]\s*+)?\d{1,6}"
_LIST = rf"{_NUMBER}(?:\s*+(?:,|;|&|and|[-–—])\s*+{_LEAD}{_NUMBER})*+"
_ONE = (
    rf"(?:\[\[\s*+{_LEAD}{_LIST}\s*+\]\]|\[\s*+{_LEAD}{_LIST}\s*+\]|【\s*+{_LEAD}{_LIST}\s*+(?:†[^】\n]{{0,80}})?】)"
    r"(?:\(\s*+(?:#|https?:)[^)\s]{0,300}\))?"
)
_MARK = re.compile(
    rf"(?<![^\S\n])[^\S\n]*+(?:\((?:\s|see\b)*+{_ONE}(?:[\s,;]*+{_ONE}){{0,20}}\s*+\)|{_ONE}|\(\s*+{_WORD}{_LIST}\s*+\))",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d++)\s*+[-–—]\s*+(?:[#^]\s*+)?(\d+)|(\d+)")
_CLOSING = frozenset(".!?。！？…:;,")
_STOPS = 10  # The most that a sentence ends with.

HEADING = re.compile(r"^\*\*[^*\n]+\*\*$", re.MULTILINE)
"""A line above sentences that are quoted, with outlet and date, or above what is listed, with the topic."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Hold a text without its marks.

    Attributes:
        text: The words alone.
        marks: (end offset in `text` of the words that are marked, positions of passages counted from 1), in order.
        invented: The same of the numbers that point at no passage.
    """

    text: str
    marks: tuple[tuple[int, tuple[int, ...]], ...]
    invented: tuple[tuple[int, tuple[int, ...]], ...] = ()


def read_marks(text: str, count: int) -> Marked:
    """Take the marks out of a text.

    Understood are `[1]`, `[1][2]`, `[1, 2]`, `[1-3]`, `[^1]`, `[[1]]`, `[Passage 1]`, `[ID:1]`, `(Source 1)`, `([1])` and
    `【1】`.

    Args:
        text: An answer.
        count: How many passages the answer was given: numbers outside 1..count are invented.
    """
    pieces: list[str] = []
    marks: list[tuple[int, tuple[int, ...]]] = []
    invented: list[tuple[int, tuple[int, ...]]] = []
    length = last = 0
    for match in _MARK.finditer(text):
        piece = text[last : match.start()]
        pieces.append(piece)
        length += len(piece)
        last = match.end()
        numbers, wrong = _read_numbers(match.group(), count)
        if numbers:
            marks.append((length, numbers))
        if wrong:
            invented.append((length, wrong))
        # Else the words on both sides of the mark would become one.
        if last < len(text) and text[last].isalnum():
            pieces.append(" ")
            length += 1
    pieces.append(text[last:])
    return Marked("".join(pieces), tuple(marks), tuple(invented))


def strip_marks(text: str) -> str:
    """Return text of an article in which nothing can be taken for a mark.

    "As reported [3]" becomes "as reported (3)", and "[Source 3]" becomes "Source 3", since models write "(Source 3)" too.
    """
    return _MARK.sub(_strip_brackets, text)


def _strip_brackets(match: re.Match[str]) -> str:
    space = re.match(r"\s*", match.group())
    inside = match.group().strip().partition("](")[0].strip("[]()【】").partition("†")[0].strip()
    written = f"({inside})" if not _MARK.search(f"({inside})") else inside
    return f"{space.group() if space else ''}{written}"


def _read_numbers(mark: str, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the positions that a mark names, and the numbers in it that are none."""
    found: list[int] = []
    wrong: list[int] = []
    for match in _SPAN.finditer(mark.partition("†")[0].partition("](")[0]):
        first = int(match[1] or match[3])
        last = int(match[2] or match[3])
        if not 1 <= first <= last:
            wrong.append(first)
            continue
        wrong.extend([last] if last > count else [])
        # Only up to the last passage: "[1-999999]" names a million.
        found.extend(range(first, min(last, count) + 1))
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(wrong))


def insert_marks(text: str, marks: Iterable[tuple[int, Sequence[int]]]) -> str:
    """Return the text with `[n]` marks after the words that end at each offset, before the stop as written.

    Args:
        text: The words alone.
        marks: (end offset of the last word or its full stop, numbers), in order of offset.
    """
    pieces: list[str] = []
    last = 0
    for offset, numbers in marks:
        place = _move_before_stop(text, offset, max(last, offset - _STOPS))
        pieces.append(text[last:place])
        if numbers:
            space = " " if place and not text[place - 1].isspace() else ""
            pieces.append(space + "".join(f"[{n}]" for n in numbers))
        last = place
    pieces.append(text[last:])
    return "".join(pieces)


def _move_before_stop(text: str, offset: int, first: int) -> int:
    """Return the offset before the stops that end at an offset, at least `first`."""
    while offset > first and text[offset - 1] in _CLOSING:
        offset -= 1
    return max(first, offset)
