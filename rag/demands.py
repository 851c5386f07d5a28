"""What a claim demands of its evidence: quotations, figures, dates, names and words, each looked up by sentence."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rag.dates_in_text import Moment, moments
from rag.evidence import Evidence
from rag.figures import Figure, figures
from rag.names import Name, named, names, same_word
from rag.places import Places
from rag.quotations import pieces, plain, quotations, stands_in
from rag.terms import words
from rag.wording import content, lemma

Kind = Literal["quotation", "figure", "date", "name", "word"]
WEIGHTS: dict[Kind, int] = {"quotation": 12, "figure": 3, "date": 3, "name": 2, "word": 1}
_PUBLISHED = re.compile(
    r"\b(?:according to|report|publish|article|wrote)(?:[^.;]|\.(?=\S)){0,80}$|\([^)]{0,40}$", re.IGNORECASE
)
_PHRASE = 120  # Characters before a date or behind a figure that can belong to it.
_REPORTED = re.compile(r"^[^.;,]{0,3},?\s+(?:[\w ]{0,30})\breport", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Demand:
    """Hold one thing that the evidence must give.

    Attributes:
        kind: What it is.
        said: How the claim writes it.
        value: The piece of a quotation, `Figure`, `Moment`, `Name`, or lemma.
        counted: For a figure: the lemmas of the next words, what it counts.
        reported: For a date: it may be the day of publication.
    """

    kind: Kind
    said: str
    value: str | Figure | Moment | Name
    counted: frozenset[str] = frozenset()
    reported: bool = False

    @property
    def weight(self) -> int:
        """Return how much it counts when the sentences are chosen that support a claim."""
        return WEIGHTS[self.kind]


def demands(text: str, language: str = "en", now: datetime | None = None) -> list[Demand]:
    """Return what a claim demands.

    Args:
        text: The claim without marks.
        language: Its ISO 639-1 code.
        now: What "last week" in the claim is counted from; without it such words must stand in the passage.
    """
    dates = moments(text)
    found = [
        Demand("quotation", text[a:b], piece) for a, b in quotations(text) for piece in pieces(text[a:b])
    ]  # fmt: skip
    found += [_date(text, moment, now) for moment in dates]
    taken = [(moment.start, moment.end) for moment in dates]
    places = Places(text, taken)
    counts = [f for f in figures(text, language) if not f.bare and not places.touch(f.start, f.end)]
    found += [Demand("figure", text[f.start : f.end].strip(), f, counted(text, f, language)) for f in counts]
    called = [n for n in names(text) if not places.touch(n.start, n.end)]
    found += [Demand("name", text[n.start : n.end], n) for n in called]
    blank = [*taken, *((f.start, f.end) for f in counts), *((n.start, n.end) for n in called)]
    found += [Demand("word", word, word) for word in content(_without(text, blank), language)]
    return found


def _date(text: str, moment: Moment, now: datetime | None) -> Demand:
    said = text[moment.start : moment.end]
    reported = bool(
        _PUBLISHED.search(text, max(0, moment.start - _PHRASE), moment.start) or _REPORTED.search(text[moment.end :])
    )
    relative = moment.year is None and moment.month is None and moment.weekday is None
    if relative and now:
        resolved = moments(said, now.date())
        moment = resolved[0] if resolved else moment
    return Demand("date", said, moment, reported=reported)


def counted(text: str, figure: Figure, language: str) -> frozenset[str]:
    """Return the lemmas of up to three words behind a figure, within its phrase: what it counts."""
    phrase = re.split(
        r"[,;:.()“”\"]|\b(?:and|or|to|in|on|of|from|by|at|for|with|who|that)\b",
        text[figure.end : figure.end + _PHRASE],
        maxsplit=1,
    )
    return frozenset(lemma(word, language) for word in words(phrase[0])[:3])


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept)


def held(demand: Demand, evidence: Evidence, i: int) -> bool:
    """Tell whether sentence i of a passage gives what is demanded."""
    value = demand.value
    if isinstance(value, Figure):
        return any(figure.holds(value) for figure in evidence.figures(i))
    if isinstance(value, Moment):
        return _held_date(demand, value, evidence, i)
    if isinstance(value, Name):
        return named(value, evidence.names(i), evidence.initials, evidence.article_names)
    if demand.kind == "quotation":
        return stands_in(value, plain(evidence.texts[i]))
    return value in evidence.lemmas(i) or _related(value, evidence.lemmas(i))


def _held_date(demand: Demand, value: Moment, evidence: Evidence, i: int) -> bool:
    if any(moment.holds(value) for moment in evidence.moments(i)):
        return True
    if value.year and not value.month:
        return any(figure.value == value.year and not figure.unit for figure in evidence.figures(i))
    return value.month is None and value.weekday is None and demand.said.lower() in evidence.texts[i].lower()


def _related(word: str, present: frozenset[str]) -> bool:
    """Tell whether a word of the same family is there: "regul" and "regulatori", "decid" and "decis"."""
    root = word[: max(4, len(word) - 3)]
    return len(word) >= 5 and any(other.startswith(root) and abs(len(other) - len(word)) <= 5 for other in present)


def held_by_heading(demand: Demand, evidence: Evidence) -> bool:
    """Tell whether headline, outlet or day of publication give what is demanded, or a quotation runs over sentences."""
    value = demand.value
    if isinstance(value, Moment):
        return _held_by_publication(demand, value, evidence)
    if isinstance(value, Name):
        joined = "".join(value.words)
        return joined in evidence.heading_names or named(
            value, evidence.heading_names, evidence.initials, evidence.article_names
        )
    if isinstance(value, Figure):
        return any(f.holds(value) for f in figures(evidence.passage.article.title, evidence.language))
    if demand.kind == "quotation":
        return stands_in(value, evidence.plain)
    return value in evidence.heading_lemmas


def _held_by_publication(demand: Demand, value: Moment, evidence: Evidence) -> bool:
    at = evidence.published
    if at is None or value.weekday is not None:
        return False
    if value.day is None:  # The year or month in which a report was made is the frame of all it tells.
        return (value.year or value.month) is not None and (
            value.year in {None, at.year} and value.month in {None, at.month}
        )
    return demand.reported and (value.day, value.month) == (at.day, at.month) and value.year in {None, at.year}


def same_name(name: Name, other: Name, evidence: Evidence) -> bool:
    """Tell whether a claim's name and a passage's name are of the same person or body."""
    if any(same_word(a, b) for a in name.words[-1:] for b in other.words[-1:]):
        return True
    return named(name, frozenset(other.words), evidence.initials, evidence.article_names)
