"""The quotations of a text: where they stand, and whether another text holds them word for word."""

import re
import unicodedata
from functools import lru_cache

_PAIRS = re.compile(
    r"“([^“”]{1,1500})”|„([^„“”]{1,1500})[“”]|«([^«»]{1,1500})»|»([^«»]{1,1500})«|(?<!\w)\"([^\"]{1,1500})\""
)
_SINGLE = re.compile(r"[‘’‚‛`´]")
_DOUBLE = re.compile(r"[“”„«»\"]")
_DASH = re.compile(r"[‐-―−]|(?<=\s)-(?=\s)|--+")
_ELLIPSIS = re.compile(r"\[?(?:\.\s?){3,}\]?|\[?…\]?|\[[^\]]{0,60}\]")
_EDGE = " \t\n.,;:!?-'"
MIN_WORDS = 3
"""A shorter quotation marks a term or a title; its words are checked like any others."""


@lru_cache(maxsize=8192)
def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Return the quotations of a text as (start, end) offsets, the marks left out."""
    return tuple(match.span(match.lastindex or 0) for match in _PAIRS.finditer(text))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a text with one form of quotation mark, apostrophe, dash and white space, in lower case."""
    text = unicodedata.normalize("NFKC", text)
    text = _DASH.sub(" - ", _DOUBLE.sub("", _SINGLE.sub("'", text)))
    return re.sub(r"\s+", " ", text).casefold().strip()


def pieces(quotation: str) -> list[str]:
    """Return what must stand verbatim: the parts between ellipses and editor's brackets, in plain form.

    A quotation of fewer than `MIN_WORDS` words has none.
    """
    if len(quotation.split()) < MIN_WORDS:
        return []
    parts = [plain(part).strip(_EDGE) for part in _ELLIPSIS.split(quotation)]
    return [part for part in parts if part]


def stands_in(piece: str, text: str) -> bool:
    """Tell whether a text in plain form holds a piece as whole words."""
    start = text.find(piece)
    while start >= 0:
        end = start + len(piece)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        start = text.find(piece, start + 1)
    return False
