"""Who says something in a text."""

import re

from rag.text.names import find_names

_SPOKE = re.compile(r"(?:, [^,.;]{3,60},)? (?:said|told|wrote|testified|argued|warned|added)\b")
_SMALL = re.compile(r"(?:[a-z]+ )*")  # "of the Commerce Department"
_THE = re.compile(r"\bthe $", re.IGNORECASE)


def find_speaker(text: str) -> list[str]:
    """Return who says something, by names of two words or three, each as the text gives it: with "the" or without."""
    found: dict[str, None] = {}
    for name in find_names(text):
        small = _SMALL.match(text, name.start, name.end)
        first = small.end() if small else name.start
        written = text[first : name.end]
        if 2 <= len(written.split()) <= 3 and written.isprintable() and _SPOKE.match(text, name.end):
            article = "the " if _THE.search(text[max(0, first - 5) : first]) else ""
            found[article + written] = None
    return list(found)
