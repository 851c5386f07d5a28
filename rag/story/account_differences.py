"""In what sentences that tell of the same certainly differ: figures, days, and to whom they give the words.

Whatever is not certain is no difference here: the sentences stand side by side, and the reader sees for himself.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from corpus.text.sentences import Span
from rag.answer.conflicts import find_conflicts
from rag.retrieval.sentence_ranking import Sentence
from rag.story.sentence_alignment import Row, list_content
from rag.text.dates.date_mentions import Moment, find_moments
from rag.text.figures import Figure, find_figures
from rag.text.names import find_name_words
from rag.text.speakers import find_attributions

DifferenceKind = Literal["figures", "dates", "attribution"]

_SAME_STATEMENT = 0.6
"""Share of the words of the shorter sentence that two must have in common so that a day or a speaker belongs to the same."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold one thing in which the sentences of a row differ.

    Attributes:
        kind: What differs.
        spans: What is written for it, as offsets in the body of the article, by the number of the report.
    """

    kind: DifferenceKind
    spans: Mapping[int, Span]


def find_differences(row: Row) -> tuple[Difference, ...]:
    """Return in what the sentences of a row certainly differ."""
    compared: tuple[tuple[DifferenceKind, Callable[[Sentence, Sentence], tuple[Span, Span] | None]], ...] = (
        ("figures", _compare_figures),
        ("dates", _compare_days),
        ("attribution", _compare_speakers),
    )
    found = []
    for kind, compare in compared:
        spans: dict[int, Span] = {}
        for (a, one), (b, other) in combinations(row.items(), 2):
            if pair := compare(one, other):
                spans.setdefault(a, _shift(one, pair[0]))
                spans.setdefault(b, _shift(other, pair[1]))
        if spans:
            found.append(Difference(kind, spans))
    return tuple(found)


def _shift(sentence: Sentence, span: Span) -> Span:
    return sentence.start + span[0], sentence.start + span[1]


def _compare_figures(one: Sentence, other: Sentence) -> tuple[Span, Span] | None:
    """Return the figures in which two sentences differ: of one unit, and neither the other one rounded."""
    if not find_conflicts(one, [other]):
        return None
    mine, theirs = _read_figures(one), _read_figures(other)
    own = [f for f in mine if not any(_may_equal(f, g) for g in theirs)]
    their_own = [g for g in theirs if not any(_may_equal(f, g) for f in mine)]
    pairs = [(f, g) for f in own for g in their_own if f.units == g.units or f.units & g.units]
    if len(pairs) != 1:  # With several it is not certain which stands for which.
        return None
    ((f, g),) = pairs
    return (f.start, f.end), (g.start, g.end)


def _read_figures(sentence: Sentence) -> list[Figure]:
    language = sentence.passage.article.language or "en"
    dates = find_moments(sentence.text, None, language)
    return [
        figure
        for figure in find_figures(sentence.text, language)
        if not (figure.bare or figure.named or any(d.start < figure.end and figure.start < d.end for d in dates))
    ]


def _may_equal(one: Figure, other: Figure) -> bool:
    """Return whether two figures may be the same: equal, rounded, or one within the bound that the other sets."""
    if one.holds(other) or other.holds(one):
        return True
    pairs = one.list_shared_values(other) if one.units and other.units else [(one.value, other.value)]
    return any(
        abs(a - b) <= max(_read_step(one, a), _read_step(other, b)) / 2
        or (b - a) * one.bound > 0
        or (a - b) * other.bound > 0
        for a, b in pairs
    )


def _read_step(figure: Figure, value: float) -> float:
    """Return what one more in the last digit that is written would make: 10 million in "150 million"."""
    return 10.0 ** (math.floor(math.log10(abs(value))) - figure.digits + 1) if value else 0.0


def _compare_days(one: Sentence, other: Sentence) -> tuple[Span, Span] | None:
    """Return the days of two sentences that make the same statement and give one day each, another one."""
    mine, theirs = _read_days(one), _read_days(other)
    if len(mine) != 1 or len(theirs) != 1 or mine[0].as_date == theirs[0].as_date or not _state_same(one, other):
        return None
    return (mine[0].start, mine[0].end), (theirs[0].start, theirs[0].end)


def _read_days(sentence: Sentence) -> Sequence[Moment]:
    article = sentence.passage.article
    day = article.published_at.date() if article.published_at else None
    moments = find_moments(sentence.text, day, article.language or "en")
    return [moment for moment in moments if moment.as_date and not moment.until]


def _compare_speakers(one: Sentence, other: Sentence) -> tuple[Span, Span] | None:
    """Return the speakers of two sentences that make the same statement and give it to one name each, another one."""
    mine, theirs = find_attributions(one.text), find_attributions(other.text)
    if len(mine) != 1 or len(theirs) != 1 or not _state_same(one, other):
        return None
    a, b = mine[0].name, theirs[0].name
    around = find_name_words(one.text), find_name_words(other.text)
    if not around[1].isdisjoint(a.words) or not around[0].isdisjoint(b.words):
        return None  # Both may name both, or one by a part of the name.
    return (a.start, a.end), (b.start, b.end)


def _state_same(one: Sentence, other: Sentence) -> bool:
    a, b = list_content(one), list_content(other)
    return len(a & b) >= _SAME_STATEMENT * min(len(a), len(b))
