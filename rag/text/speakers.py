"""Who says something in a sentence: the name before or after a verb of saying, or after "according to"."""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from corpus.text.sentences import split_sentences
from rag.text.names import Name, find_name_words, find_names
from rag.text.quotations import find_quotations
from rag.text.speech_verbs import SAID

_BEFORE = re.compile(
    rf"(?:,[^.“”\"]{{1,120}},|\s\([^)]{{1,60}}\)|,)?\s+(?P<lead>(?:[a-z]+\s+){{0,2}})(?:{SAID}|spoke of)\b"
)
# Whoever stands after "told" is told.
_BEFORE_NAME = re.compile(
    rf"[,”\"“?!]\s*(?!tell|told)(?:{SAID})\s+(?:(?:the|its|his|their|a)\s+)?(?:[a-z][\w'-]*\s+){{0,6}}$"
)
_ACCORDING = re.compile(r"\b[Aa]ccording to\s+(?:(?:the|its)\s+)?(?:[a-z][\w'-]*\s+){0,4}$")
_NEAR = 200  # Characters before a name in which a verb of saying is looked for.
_PASSIVE = re.compile(r"\b(?:was|were|been|be|being)\s+$")
_OTHERS = frozenset({"he", "she", "they", "it", "we", "i"})
_SMALL = re.compile(r"(?:[a-z]+ )*")  # "of the Commerce Department"
# What stands before the end of a longer name: "Ministry of Electronics and Information Technology".
_FRAGMENT = re.compile(r"(?<![\w’'-])[A-Z][\w’'-]*+,? (?:and|&) (?:the )?$")
_THE = re.compile(r"\bthe $", re.IGNORECASE)


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
        elif _BEFORE_NAME.search(text, near, name.start) or _is_speaker(text, name.end):
            found.append(Attribution(name, False))
    return tuple(found)


def _is_speaker(text: str, end: int) -> bool:
    """Return whether a verb of saying follows the name that ends here: not in "Lee was told", nor in "to Lee, he said"."""
    found = _BEFORE.match(text, end)
    return found is not None and not (_PASSIVE.search(found["lead"]) or _OTHERS.intersection(found["lead"].split()))


def find_speakers(text: str) -> list[str]:
    """Return who says something, by names of two words or three, each as the text gives it: with "the" or without."""
    found: dict[str, None] = {}
    for name in find_names(text):
        small = _SMALL.match(text, name.start, name.end)
        first = small.end() if small else name.start
        written = text[first : name.end]
        part = _FRAGMENT.search(text[max(0, first - _NEAR) : first])
        if 2 <= len(written.split()) <= 3 and written.isprintable() and not part and _is_speaker(text, name.end):
            article = "the " if _THE.search(text[max(0, first - 5) : first]) else ""
            found[article + written] = None
    return list(found)


def find_quoted_speakers(text: str) -> list[str]:
    """Return the speakers whose words some sentence of a text quotes, as `find_speakers` gives them; no countries.

    "The United States said" tells what somebody said for it, and nobody asks what a country said.
    """
    found = [speaker for speaker in find_speakers(text) if speaker.removeprefix("the ") not in _list_countries()]
    return [speaker for speaker in found if is_quoted(speaker, text)]


def is_quoted(speaker: str, text: str) -> bool:
    """Return whether a sentence of a text holds a quotation and gives it to a speaker."""
    wanted = find_name_words(speaker.removeprefix("the "))
    for start, end in split_sentences(text):
        sentence = text[start:end]
        if any(wanted <= set(said.name.words) for said in find_attributions(sentence)) and find_quotations(sentence):
            return True
    return False


@lru_cache(maxsize=1)
def _list_countries() -> frozenset[str]:
    organisations = {"EU", "UN"}
    return frozenset(name for code, name in Locale("en").territories.items() if code not in organisations)
