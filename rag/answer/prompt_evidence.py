"""Choose what a model reads: passages of every search, whole paragraphs in the order of their article, within a budget.

What is worth most is taken first, and as much as fits is taken: how many passages that are does not matter.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.article import Chunk
from corpus.text.sentences import split_sentences
from rag.llm.prompt import format_passage
from rag.model import Passage
from rag.text.names import find_names
from rag.text.terms import words

DEPTH = 60
"""Passages of each search that are looked at."""

REPRESENTED = 5
"""Passages of each search that come before all others; tuned in docs/retrieval.md."""

WORTH = 0.35
"""Share of the best score of its search that a later passage must reach: what is worth less is not read, though it would fit."""

RANKS = 60
"""Added to the place of a passage in a search before its reciprocal is taken; Cormack, Clarke and Büttcher (SIGIR 2009)."""

LEAD = 0.06
"""How far the first article of a search must stand above the next one to be read whole,"""

WHOLE = 1500
"""where it has at most so many tokens,"""

WHOLE_SHARE = 0.4
"""and at most this share of the budget."""

_PARAGRAPH = 1200  # Characters that widening to whole paragraphs adds, at most; a longer paragraph stays cut.
_CHARACTERS_A_TOKEN = 8  # No prose has more, so that a text far too long is not counted.
_OPENING = 400  # Characters in which the first sentence of a passage is looked for.
_FULL = 12  # Passages in a row that did not fit: what follows is worth less.
_PRONOUNS = frozenset("he she it they his her hers its their theirs him them this that these those such both".split())

Count = Callable[[str], int]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Reading:
    """Hold what is read of one article.

    Attributes:
        passage: The one that stands for it.
        spans: What is read, in order; none touches another.
        chunks: Where the chunks that lie in them begin, with their ordinals.
        cost: Tokens of all spans in the prompt.
    """

    passage: Passage
    spans: tuple[Span, ...] = ()
    chunks: frozenset[tuple[int, int]] = frozenset({(0, 0)})
    cost: int = 0

    def extend(self, chunk: Chunk, spans: Iterable[Span], count: Count) -> "_Reading":
        """Return the reading with further spans, which a chunk is a part of."""
        joined, body = self.spans, self.passage.article.body
        for span in spans:
            joined = _join(joined, span, body)
        if joined == self.spans:
            return self
        longer = _Reading(self.passage, joined, self.chunks | {(chunk.start, chunk.ordinal)})
        return replace(longer, cost=sum(count(format_passage(1, part, "")) + 1 for part in longer.cut()))

    def cut(self) -> Iterator[Passage]:
        """Yield a passage for each span, in the order of the article, under the id of its first chunk."""
        for start, end in self.spans:
            ordinal = min(number for place, number in self.chunks if start <= place < end)
            chunk = replace(self.passage.chunk, ordinal=ordinal, start=start, end=end)
            yield replace(self.passage, chunk=chunk)


def choose_evidence(rankings: Sequence[Sequence[Passage]], budget: int, count: Count) -> list[Passage]:
    """Return the passages that a prompt is made of: articles by worth, what is read of each in its own order.

    The best passage is always among them.

    Args:
        rankings: What each search found, best first, however many are of one article.
        budget: Tokens of all of them, with headline, outlet and date, as they stand in the prompt.
        count: Counts the tokens of a text.
    """
    readings: dict[str, _Reading] = {}
    left, missed = budget, 0
    for passage, leads in _sort_by_worth(rankings):
        reading = readings.get(passage.article.id) or _Reading(passage)
        longer = [reading.extend(passage.chunk, spans, count) for spans in _offer_spans(passage, leads, budget, count)]
        if not readings and min(one.cost for one in longer) > left:
            return list(longer[-1].cut())
        fitting = next((one for one in longer if one.cost - reading.cost <= left), None)
        missed = 0 if fitting else missed + 1
        if missed == _FULL:
            break
        if fitting:
            readings[passage.article.id] = fitting
            left -= fitting.cost - reading.cost
    chosen = (part for reading in readings.values() for part in reading.cut())
    return [replace(passage, rank=rank) for rank, passage in enumerate(chosen, 1)]


def _sort_by_worth(rankings: Sequence[Sequence[Passage]]) -> list[tuple[Passage, bool]]:
    """Return all passages, and whether their article clearly leads a search: the best of each search, then by score."""
    found: dict[str, Passage] = {}
    places: dict[str, int] = {}
    worth: dict[str, float] = {}
    leading = {ranking[0].article.id for ranking in rankings if ranking and _leads(ranking)}
    for ranking in rankings:
        for place, passage in enumerate(ranking):
            if place >= REPRESENTED and passage.score < WORTH * ranking[0].score:
                break
            name = passage.chunk.id
            found.setdefault(name, passage)
            places[name] = min(place, REPRESENTED, places.get(name, REPRESENTED))
            worth[name] = worth.get(name, 0.0) + 1 / (RANKS + place)
    order = sorted(found, key=lambda name: (places[name], -worth[name], name))
    return [(found[name], found[name].article.id in leading) for name in order]


def _leads(ranking: Sequence[Passage]) -> bool:
    first = ranking[0]
    second = next((p.score for p in ranking if p.article.id != first.article.id), 0.0)
    return first.score - second >= LEAD


def _offer_spans(passage: Passage, leads: bool, budget: int, count: Count) -> Iterator[list[Span]]:
    """Yield what may be read for a passage, the most first: its article, its paragraphs with the first one, itself."""
    chunk, body = passage.chunk, passage.article.body
    limit = min(WHOLE, WHOLE_SHARE * budget)
    if leads and len(body) <= _CHARACTERS_A_TOKEN * limit and count(body) <= limit:
        yield [(0, len(body))]
    wide = _widen((chunk.start, chunk.end), body)
    yield [_first_paragraph(body), wide] if _points_back(body[slice(*wide)], passage.article.language) else [wide]
    yield [(chunk.start, chunk.end)]


def _widen(span: Span, body: str) -> Span:
    """Return a span widened to whole paragraphs, on each side where that does not add too much."""
    start = body.rfind("\n\n", 0, span[0]) + 2 if "\n\n" in body[: span[0]] else 0
    end = body.find("\n\n", span[1])
    end = len(body) if end < 0 else end
    start = start if span[0] - start <= _PARAGRAPH // 2 else span[0]
    return start, end if end - span[1] <= _PARAGRAPH // 2 else span[1]


def _first_paragraph(body: str) -> Span:
    """Return the first paragraph, or the beginning of one that is too long."""
    end = len(body.partition("\n\n")[0])
    return 0, end if end <= _PARAGRAPH else body.rfind(" ", 0, _PARAGRAPH) if " " in body[:_PARAGRAPH] else _PARAGRAPH


def _points_back(text: str, language: str) -> bool:
    """Return whether a passage begins with what only stands before it says: "He ...", "The bill ..."."""
    opening = text[:_OPENING]
    spans = split_sentences(opening, language or "en")
    first = opening[slice(*spans[0])] if spans else opening
    said = words(first)
    return bool(said) and (said[0] in _PRONOUNS or not find_names(first))


def _join(spans: Sequence[Span], span: Span, body: str) -> tuple[Span, ...]:
    """Return spans with a further one, joined with those that it touches or that only white space parts from it."""
    start, end = span
    apart = []
    for one in spans:
        if (one[1] < start and body[one[1] : start].strip()) or (one[0] > end and body[end : one[0]].strip()):
            apart.append(one)
        else:
            start, end = min(start, one[0]), max(end, one[1])
    return tuple(sorted([*apart, (start, end)]))
