"""Requests for an overview: the summary of a story, an explanation, some points, or who takes which position."""

from rag.model import Filters
from rag.question.coverage_question import CoverageQuestion, Form
from rag.text.terms import STOPWORDS, words

_ASKED = frozenset(
    "please can could would you i we want need like give show write make get me us a an the some short brief quick "
    "main key full tell so what what's whats are is does do there different this your our archive's bring find just".split()
)
_SUMMARY = frozenset("summarise summarize summary overview recap explain explanation tldr".split())
_POSITIONS = frozenset("positions views opinions reactions stances".split())
_POINTS = frozenset("points bullets facts sentences".split())
_LINKING = frozenset("of on about to towards for over behind around between".split())
_OWN = frozenset("yourself archive today today's news".split())  # No story that an archive tells.
_MEASURES = frozenset("number cost price size amount date penalty length age name reason reasons".split())
_POINTING = frozenset("the a an this that these those".split())
_STORY = frozenset(
    "story stories affair saga news coverage case history background rundown gist back and forth".split()
)
# What asks for a summary in several words, and what stands for it.
_PHRASES = {
    tuple(phrase.split()): instead
    for instead, phrases in {
        "summarise": ("sum up", "brief me on", "fill me in on", "catch me up on"),
        "explain": ("walk me through", "talk me through", "take me through", "run me through", "guide me through"),
        "summary of": (
            "background on",
            "background to",
            "rundown of",
            "rundown on",
            "lowdown on",
            "low-down on",
            "gist of",
            "history of",
            "story of",
            "story with",
            *(
                f"{whats} {way}with"
                for whats in ("what's", "what’s", "whats")
                for way in ("the deal ", "up ", "it ", "")
            ),
            "what is it with",
            "tell me about",
            "went on with",
            "went on between",
            "going on with",
            "going on between",
            "story on",
            "story about",
            "story behind",
            "everything about",
            "everything on",
            "all about",
            "up to speed on",
            "up to speed with",
            "everything you have on",
            "everything you have about",
            "everything you know about",
            "archive have on",
            "archive have about",
            "archive hold on",
            "archive say about",
            "archive know about",
        ),
    }.items()
    for phrase in phrases
}
_SIZES = ("short", "quick", "brief", "simple")
_PIECES = frozenset("sentence sentences line lines point points bullet bullets word words paragraph paragraphs".split())
# How it is to be told, which is no part of what is asked for.
_MANNERS = tuple(
    tuple(manner.split())
    for manner in (
        "please", "pls", "briefly", "for me", "in short", "in brief", "in detail", "from the start", "from the beginning", "from start", "from beginning", "step by step", "so far", "to date",
    )
)  # fmt: skip
_NUMBERS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_CLAUSE = frozenset("who whom whose what when where why how which whether if that did does do was were is are".split())
_SHORTENED = frozenset(
    f"{said}{manner}"
    for said in (
        *(f"{a}{s} {v}" for a in ("", "the ", "a ") for s in _SIZES for v in ("version", "summary", "overview")),
        "tldr", "overview", "summary", "in brief", "in short", "briefly", "what do you have", "what have you got",
        *(f"{whats} {told}" for whats in ("what's", "what’s", "whats") for told in ("the deal", "the story", "up", "that about", "it about")),
    )
    for manner in ("", " please", " pls", " of it", " on it")
)  # fmt: skip
_OWN_CLAUSE, _APART = frozenset("summary overview".split()), frozenset(",;:.?!")
_MOST = 5
_MOST_ASKED = 10
_MOST_WORDS = 8
_CLAUSE_WORDS = 4  # That one may have more.


def parse_overview_question(text: str, filters: Filters) -> CoverageQuestion | None:
    """Read "summarise the Yahoo story", "three points on SolarWinds" or "positions on net neutrality"; None for any other.

    Args:
        text: The stand-alone question.
        filters: What the question or the user demands already.
    """
    pieces = text.strip(" ?!.").split()
    said = _replace_phrase(_strip_marks(pieces))
    place = _find_kind(said)
    if topic := _find_shortened(pieces):
        return CoverageQuestion("summary", " ".join(topic), filters, _MOST)
    said, most = _cut_manner(said, place + 2) if place is not None else (said, _MOST)
    if place is None or any(not _is_asked(word) for word in said[:place]):
        return None
    kind, rest = said[place].lower(), said[place + 1 :]
    if not rest or (kind not in _SUMMARY and rest[0].lower() not in _LINKING):
        return None
    topic = _strip_topic(rest)
    held = [w for w in words(" ".join(topic)) if w not in STOPWORDS | _STORY | _OWN and not w.isdigit()]
    if (
        not held
        or _MEASURES & {word.lower() for word in topic[:1]}
        or len(topic) > _MOST_WORDS
        or _CLAUSE & {word.lower() for word in topic}
    ):
        return None
    most = next((n for word in said[:place] if (n := _read_number(word))), most)
    form: Form = "positions" if kind in _POSITIONS else "summary"
    return CoverageQuestion(form, " ".join(topic), filters, min(most, _MOST_ASKED))


def _find_kind(said: list[str]) -> int | None:
    """Return the place of the word that asks for an overview, or None."""
    return next((n for n, word in enumerate(said) if word.lower() in _SUMMARY | _POSITIONS | _POINTS), None)


def _strip_marks(pieces: list[str]) -> list[str]:
    """Return words without the marks behind them."""
    return [piece.rstrip(",;:") for piece in pieces]


def _find_shortened(pieces: list[str]) -> list[str]:
    """Return the topic of "Yahoo, the short version please", or no words.

    Behind a comma, "short summary" shows that no single fact is asked for: "How did A lose B, short summary please".
    """
    said = _strip_marks(pieces)
    end = next((n for n in range(1, len(said)) if " ".join(said[n:]).lower() in _SHORTENED), 0)
    topic = _strip_topic(said[:end])
    if _find_kind(_replace_phrase(said[:end])) is not None or STOPWORDS.issuperset(words(" ".join(topic))):
        return []
    apart = pieces[end - 1][-1] in _APART and not _OWN_CLAUSE.isdisjoint(word.lower() for word in said[end:])
    if _CLAUSE.isdisjoint(word.lower() for word in topic):
        return topic if len(topic) <= _MOST_WORDS else []
    return topic if apart and len(topic) <= _MOST_WORDS + _CLAUSE_WORDS else []


def _replace_phrase(said: list[str]) -> list[str]:
    """Return words with the first phrase that asks for a summary in one word, unless a word before it does."""
    lower = tuple(word.lower() for word in said)
    for start in range(len(said)):
        for length in (2, 3, 4):
            if instead := _PHRASES.get(lower[start : start + length]):
                return (
                    [*said[:start], *instead.split(), *said[start + length :]]
                    if _find_kind(said[:start]) is None
                    else said
                )
    return said


def _cut_manner(said: list[str], start: int) -> tuple[list[str], int]:
    """Return words up to how a summary is to be told, and of how many sentences it is to be: "in three sentences".

    Args:
        said: The words.
        start: The first that may be no part of the topic.
    """
    lower = [word.lower() for word in said]
    for at in range(start, len(said)):
        if any(tuple(lower[at : at + len(manner)]) == manner for manner in _MANNERS):
            return said[:at], _MOST
        if lower[at] == "in" and lower[-1] in _PIECES:
            return said[:at], next((n for word in lower[at:] if (n := _read_number(word))), _MOST)
    return said, _MOST


def _is_asked(word: str) -> bool:
    return word.lower().strip(",") in _ASKED or bool(_read_number(word))


def _read_number(word: str) -> int:
    """Return a number up to 99, in figures or words, or 0."""
    return int(word) if word.isdecimal() and len(word) < 3 else _NUMBERS.get(word.lower(), 0)


def _strip_topic(rest: list[str]) -> list[str]:
    """Return a topic without "of the story of" before it and "story" behind it."""
    while rest and (rest[0].lower() in _LINKING | _POINTING or _leads(rest)):
        rest = rest[1:]
    while len(rest) > 1 and rest[-1].lower() in _STORY:
        rest = rest[:-1]
    return rest


def _leads(rest: list[str]) -> bool:
    """Return whether words begin with "story of" or "back and forth over", and not with a name such as "News Corp"."""
    before = next((n for n, word in enumerate(rest) if word not in _STORY), len(rest))
    return 0 < before < len(rest) and rest[before] in _LINKING
