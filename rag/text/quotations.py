"""The quotations of a text: where they are, and whether another text holds them word for word."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_PAIRS = re.compile(
    r"“([^“”]{1,1500})”|„([^„“”]{1,1500})[“”]|«([^«»]{1,1500})»|»([^«»]{1,1500})«|「([^「」]{1,1500})」"
    r"|(?<!\w)\"((?:[^\"\n]|\n(?!\n)){1,1500})\""
    # A mark between two letters is an apostrophe, and so is the first of "'90s" and "'em".
    r"|(?<!\w)‘(?=\S)((?:[^‘’\n]|’(?=\w)){3,1500})’(?!\w)"
    r"|(?<![\w'])'(?!\d\ds?\b|(?:em|til|tis|twas|cause|n)\b|\s)((?:[^'\"\n]|(?<=\w)'(?=\w)){3,1500})(?<!\s)'(?!\w)",
    re.IGNORECASE,
)
_OMISSION = re.compile(r"\[?(?:\.\s?){3,}\]?|\[?…\]?|\[[^\]]{0,60}\]")
_EDGE = " \t\n.,;:!?-'"
_SAME = (
    dict.fromkeys("‘’‚‛`´", "'") | dict.fromkeys('“”„«»"', "") | dict.fromkeys("‐‑‒–—―−", "-") | {"[": "(", "]": ")"}
)
MIN_WORDS = 2
"""A single word in quotation marks is a term or a title more often than somebody's words."""


@lru_cache(maxsize=8192)
def find_quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Return the quotations of a text as (start, end) offsets, the marks left out.

    Marks are double, angled, of East Asia, or single; one inside another is part of it. Two apostrophes, as in "Trump's
    tariffs and China's answer", are none.
    """
    return tuple(match.span(match.lastindex or 0) for match in _PAIRS.finditer(text))


def replace_quotations(text: str, replacement: str) -> str:
    """Return a text with each quotation and its marks replaced."""
    return _PAIRS.sub(lambda _: replacement, text)


@dataclass(frozen=True, slots=True)
class Folded:
    """Hold a text in the form in which quotations are compared, with the place of each of its characters.

    Attributes:
        text: NFKC and lower case, one form of apostrophe and dash, no quotation marks, round brackets, single
            spaces and none next to dashes.
        offsets: For each character of `text`, its offset in what was folded; one more for the end.
    """

    text: str
    offsets: tuple[int, ...]

    def find(self, piece: str, since: int = 0) -> int:
        """Return the offset of a folded piece as whole words in `text` from an index on, or -1."""
        start = self.text.find(piece, since)
        while start >= 0:
            if not (_is_letter(self.text[start - 1 : start]) and _is_letter(piece[:1])) and not (
                _is_letter(self.text[start + len(piece) : start + len(piece) + 1]) and _is_letter(piece[-1:])
            ):
                return start
            start = self.text.find(piece, start + 1)
        return -1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in what was folded of a piece of `text`."""
        return self.offsets[start], self.offsets[end - 1] + 1


def _is_letter(character: str) -> bool:
    """Return whether a character is part of a word that spaces set off."""
    return character.isalnum() and not "\u3040" <= character <= "\u9fff"


@lru_cache(maxsize=4096)
def fold(text: str) -> Folded:
    """Return a text as quotations are compared."""
    kept: list[str] = []
    offsets: list[int] = []
    for i, character in enumerate(text):
        plain = _SAME.get(character, character)
        plain = plain if plain.isascii() else unicodedata.normalize("NFKC", plain)
        for c in plain.casefold():
            c = " " if c.isspace() else c
            if c == "-" and kept and kept[-1] in " -":
                kept[-1] = "-"
            elif c != " " or (kept and kept[-1] not in " -"):
                kept.append(c)
                offsets.append(i)
    return Folded("".join(kept), (*offsets, len(text)))


def is_quoted_from(quotation: str, text: str) -> bool:
    """Return whether a text holds a quotation word for word, apart from what ellipses and brackets leave out."""
    parts, folded = split_at_ellipses(quotation), fold(text)
    return bool(parts) and all(folded.find(part) >= 0 for part in parts)


def split_at_ellipses(quotation: str) -> list[str]:
    """Return what must be held verbatim: the parts between ellipses and editor's brackets, folded.

    A quotation of fewer than `MIN_WORDS` words has none.
    """
    if len(quotation.split()) < MIN_WORDS:
        return []
    parts = [fold(part).text.strip(_EDGE) for part in _OMISSION.split(quotation)]
    return [part for part in parts if part]
