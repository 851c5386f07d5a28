"""Who says something in a sentence: the name before or behind a verb of speech, or behind "according to"."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.text.names import Name, find_names

_SAID = (
    r"(?:said|says|saying|told|tells|wrote|writes|added|adds|stated|states|announced|announces|argued|argues|explained|"
    r"explains|declared|declares|warned|warns|noted|notes|insisted|insists|replied|replies|conceded|acknowledged|"
    r"testified|tweeted|commented|remarked|called|calls|promised|observed|claimed|claims|reported|reports|"
    r"described|describes|thinks|believes|put it)"
)
_BEFORE = re.compile(rf"(?:,[^.“”\"]{{1,120}},|\s\([^)]{{1,60}}\)|,)?\s+(?:[a-z]+\s+){{0,2}}{_SAID}\b")
_BEHIND = re.compile(rf"[,”\"“?!]\s*(?:{_SAID})\s+(?:(?:the|its|his|their|a)\s+)?(?:[a-z][\w'-]*\s+){{0,6}}$")
_ACCORDING = re.compile(r"\b[Aa]ccording to\s+(?:(?:the|its)\s+)?(?:[a-z][\w'-]*\s+){0,4}$")
_NEAR = 200  # Characters before a name in which the verb stands that gives it words.
_PASSIVE = re.compile(r"\b(?:was|were|is|been|be|being|so-)\s+$")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Hold one name to which a sentence gives words.

    Attributes:
        name: The speaker.
        according: True for "according to NAME", which may name an outlet.
    """

    name: Name
    according: bool


@lru_cache(maxsize=8192)
def find_attributions(text: str) -> tuple[Attribution, ...]:
    """Return to whom a sentence gives words by name, in order."""
    found = []
    for name in find_names(text):
        near = max(0, name.start - _NEAR)
        if _ACCORDING.search(text, near, name.start):
            found.append(Attribution(name, True))
        elif _BEHIND.search(text, near, name.start) or _speaks(text, name.end):
            found.append(Attribution(name, False))
    return tuple(found)


def _speaks(text: str, end: int) -> bool:
    """Tell whether a verb of speech stands behind the name that ends here."""
    return bool(_BEFORE.match(text, end)) and not _PASSIVE.search(text[end : end + 20])
