"""Requests for an overview: the summary of a story, an explanation, some points, or who takes which position."""

from rag.model import Filters
from rag.question.coverage_question import CoverageQuestion, Form
from rag.text.terms import STOPWORDS, words

_ASKED = frozenset(
    "please can could would you i we want need like give show write make get me us a an the some short brief quick "
    "main key full tell what are is there different".split()
)
_SUMMARY = frozenset("summarise summarize summary overview recap explain explanation".split())
_POSITIONS = frozenset("positions views opinions reactions stances".split())
_POINTS = frozenset("points bullets facts sentences".split())
_LINKING = frozenset("of on about to towards for".split())
_STORY = frozenset("story stories affair saga news coverage case".split())
_NUMBERS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_CLAUSE = frozenset("who whom whose what when where why how which whether if that did does do was were is are".split())
_MOST = 5
_MOST_ASKED = 10
_MOST_WORDS = 6


def parse_overview_question(text: str, filters: Filters) -> CoverageQuestion | None:
    """Read "summarise the Yahoo story", "three points on SolarWinds" or "positions on net neutrality"; None for any other.

    Args:
        text: The stand-alone question.
        filters: What the question or the user demands already.
    """
    said = text.strip(" ?!.").split()
    place = next((n for n, word in enumerate(said) if word.lower() in _SUMMARY | _POSITIONS | _POINTS), None)
    if place is None or any(not _is_asked(word) for word in said[:place]):
        return None
    kind, rest = said[place].lower(), said[place + 1 :]
    if not rest or (kind not in _SUMMARY and rest[0].lower() not in _LINKING):
        return None
    topic = _strip_topic(rest)
    held = [word for word in words(" ".join(topic)) if word not in STOPWORDS]
    if not held or len(topic) > _MOST_WORDS or _CLAUSE & {word.lower() for word in topic}:
        return None
    most = next((n for word in said[:place] if (n := _read_number(word))), _MOST)
    form: Form = "positions" if kind in _POSITIONS else "summary"
    return CoverageQuestion(form, " ".join(topic), filters, min(most, _MOST_ASKED))


def _is_asked(word: str) -> bool:
    return word.lower().strip(",") in _ASKED or bool(_read_number(word))


def _read_number(word: str) -> int:
    """Return a number up to 99, in figures or words, or 0."""
    return int(word) if word.isdecimal() and len(word) < 3 else _NUMBERS.get(word.lower(), 0)


def _strip_topic(rest: list[str]) -> list[str]:
    """Return a topic without "of the" before it and "story" behind it."""
    while rest and rest[0].lower() in _LINKING | {"the", "a", "an"}:
        rest = rest[1:]
    while len(rest) > 1 and rest[-1].lower() in _STORY:
        rest = rest[:-1]
    return rest
