"""Find and read the evidence for a question: the passages, their sentences, and whether they are enough for an answer.

A question that asks for several things is searched and read once as a whole and once for each of them, so that every
part is represented, and so that what the archive lacks can be named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.text.days import format_day
from corpus.text.sentences import split_sentences
from rag.index.embedder import Vectors
from rag.model import Filters, Passage
from rag.question.filter_values import phrase_names
from rag.question.query import Query, QuestionPart
from rag.question.question_kind import Kind, classify_question
from rag.question.question_parts import is_remark, merge_parts
from rag.retrieval.asked_names import keep_meant
from rag.retrieval.demanded_kinds import put_demanded_first
from rag.retrieval.namesakes import drop_namesakes, keep_carried_topic
from rag.retrieval.passage_search import Retriever, SearchText
from rag.retrieval.read_answers import list_certain_for_part
from rag.retrieval.sentence_ranking import READ_PASSAGES, PassageReader, Sentence, order_best_first
from rag.retrieval.sufficiency import HOPELESS, Sufficiency, judge_sufficiency
from rag.retrieval.told_times import may_answer, order_timely_first
from rag.text.injected_instructions import is_quotable

ANSWERED = 0.5
"""Probability from which a part of a question brings a sentence of its own: with less more of the evidence is cited,
and more that is none (docs/questions.md)."""

HELD = 0.7
"""Share of the words of a part that its best sentence holds, besides the kind of thing asked for, where the probability is less."""

_REST = 2  # Chunks of the article that leads, besides those that were found.
_AFTER = 700  # Characters after a passage in which a sentence is searched for.

NEWEST = 0.2
"""Added to the score of a sentence of the newest article, and in proportion to the place of the others, where the newest
state is asked for; tuned on the starter set's questions of that kind."""


@dataclass(frozen=True, slots=True)
class RetrievedPassages:
    """Hold what a search found.

    Attributes:
        passages: Best first.
        parts: For each part of the question the passages found for it that are among `passages`, best first.
        filters: The filters that held.
        notes: Notes for the user about the filters.
        rankings: For the whole question and each part more passages, however many are of one article; empty where only
            the best were asked for.
    """

    passages: Sequence[Passage] = ()
    parts: Sequence[Sequence[Passage]] = ()
    filters: Filters = field(default_factory=Filters)
    notes: Sequence[str] = ()
    rankings: Sequence[Sequence[Passage]] = ()


@dataclass(frozen=True, slots=True)
class PassageReading:
    """Hold what the passages say to one question.

    Attributes:
        said: The question, or the part of one, in the user's words.
        sentences: Those that can be quoted, the most relevant first.
        sufficiency: Whether they answer it.
        unknown: Whom they say nothing of, though they say it of a namesake, or "".
        certain: The places of those that were surely read as the answer to a part, the likeliest first.
    """

    said: str
    sentences: Sequence[Sentence]
    sufficiency: Sufficiency
    unknown: str = ""
    certain: Sequence[tuple[str, int]] = ()

    @property
    def answered(self) -> bool:
        """Return whether it brings a sentence of its own to an answer: read as one, likely by all signs, or held by the best."""
        probability, best = self.sufficiency.probability, next(iter(self.sentences), None)
        held = best is not None and best.shape == 1 and best.coverage >= HELD
        likely = probability >= ANSWERED or (held and self.sufficiency.enough)
        return best is not None and (bool(self.certain) or likely)

    @property
    def enough(self) -> bool:
        """Return whether it is to be answered."""
        return bool(self.certain) or self.sufficiency.enough


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold the reading of a question as a whole and of its parts.

    Attributes:
        whole: What the passages say to the whole question.
        parts: What they say to each part.
        several: The parts are questions of their own, each of which wants an answer.
    """

    whole: PassageReading
    parts: Sequence[PassageReading] = ()
    several: bool = False

    @property
    def enough(self) -> bool:
        """Return whether to answer: the whole question, one of several that it asks, or all that it compares."""
        parts = [part.enough for part in self.parts]
        return self.whole.sufficiency.enough or (any(parts) if self.several else bool(parts) and all(parts))

    @property
    def hopeful(self) -> bool:
        """Return whether to ask a model, which sees for itself whether the passages answer."""
        each = (self.whole, *self.parts)
        return any(one.sufficiency.probability >= HOPELESS or one.unknown or one.certain for one in each)

    @property
    def lacking(self) -> list[PassageReading]:
        """Return the parts without an answer, where others have one."""
        if not self.several or not any(part.enough for part in self.parts):
            return []
        missing = (part for part in self.parts if part.sufficiency.lacking and not part.certain)
        return [part for part in missing if not is_remark(part.said)]


class EvidenceSearch:
    """Search an archive and read what was found."""

    def __init__(self, retriever: Retriever, reader: PassageReader) -> None:
        """Search with `retriever`, read with `reader`."""
        self.retriever = retriever
        self.reader = reader

    def search(self, query: Query, k: int, strict: bool = False, depth: int = 0) -> RetrievedPassages:
        """Return the `k` best passages for a question, and for each of its parts, and up to `depth` as rankings.

        Filters that exclude everything are dropped, with a note, unless `strict` or set by hand: those of a question
        have a label. An author or a section that it names holds even then. What was published after the time at which the question is asked is not looked at even then.
        """
        found, named = self._search(query, k, query.filters, depth), query.filters
        wide = replace(
            Filters(until=query.known_until, authors=named.authors, sections=named.sections),
            collections=named.collections,
            owner=named.owner,
        )
        if found.passages or strict or replace(query.filters, label="") == wide:
            return found
        if not query.filters.label:
            return replace(found, notes=("No article passes the filter that is set; change it to search elsewhere.",))
        said = f" ({query.filters.label})"
        searched = f"all that is dated before {format_day(wide.until)}" if wide.until else "the whole archive"
        searched = f"all {phrase_names(wide)}" if wide.listed else searched
        note = f"No article passes the filter{said}, so {searched} was searched."
        return replace(self._search(query, k, wide, depth), notes=(note,))

    def _search(self, query: Query, k: int, filters: Filters, depth: int) -> RetrievedPassages:
        queries = [
            SearchText(query.searched or query.standalone, query.hints, query.latest),
            *(SearchText(p.text, p.hints, byline=p.byline) for p in query.parts),
        ]
        (whole, *parts), deep = self.retriever.retrieve_deeply(queries, k, depth, filters)
        rankings = deep if depth else ()
        if not parts:
            return RetrievedPassages(whole, (), filters, (), rankings)
        merged = merge_parts(whole, parts)[:k]
        kept = {passage.chunk.id for passage in merged}
        parts = [[p for p in part if p.chunk.id in kept] for part in parts]
        return RetrievedPassages(merged, parts, filters, (), rankings)

    def search_and_widen(self, query: Query, k: int, depth: int = 0) -> RetrievedPassages:
        """Return what `search` does with the rest of the articles that lead it, which often tells what their best passages do not.

        Each passage comes with the sentence after it, as evidence often continues past a border.
        """
        found = self._add_rest(self.search(query, k, depth=depth))
        wide = {passage.chunk.id: widen_passage(passage).chunk for passage in found.passages}  # Parts hold no others.
        passages, *parts = (
            [replace(passage, chunk=wide[passage.chunk.id]) for passage in some]
            for some in (found.passages, *found.parts)
        )
        return replace(found, passages=passages, parts=parts)

    def _add_rest(self, found: RetrievedPassages) -> RetrievedPassages:
        """Return what was found with the nearest other chunks of the first article of the question and of each part."""
        whole, *parts = (self._insert_rest(some) for some in (found.passages, *found.parts))
        kept = {passage.chunk.id for passage in whole}
        more = {p.chunk.id: p for part in parts for p in part if p.chunk.id not in kept}
        ranked = [replace(passage, rank=rank) for rank, passage in enumerate((*whole, *more.values()), 1)]
        return replace(found, passages=ranked, parts=parts)

    def _insert_rest(self, passages: Sequence[Passage]) -> list[Passage]:
        """Return passages with the nearest other chunks of the first article among them, scored as the least of its own."""
        if not passages:
            return []
        first, held = passages[0].chunk, {passage.chunk.id for passage in passages}
        score = min(p.score for p in passages if p.article.id == first.article.id)
        rest = (c for c in self.retriever.indexes.store.chunks([first.article.id]).values() if c.id not in held)
        near = sorted(rest, key=lambda chunk: abs(chunk.ordinal - first.ordinal))[:_REST]
        place, copies = READ_PASSAGES - _REST, passages[0].copies
        return [*passages[:place], *(Passage(chunk, 0, score, {}, copies) for chunk in near), *passages[place:]]

    def read(self, query: Query, found: RetrievedPassages) -> Evidence:
        """Read what was found for the question and, with the passages found for it, for each part."""
        known: dict[str, Vectors] = {}
        whole = self._read_passages(
            query.question, query.searched or query.standalone, query.kind, found.passages, known
        )
        if query.latest:
            whole = replace(whole, sentences=order_newest_first(whole.sentences))
        elif query.hints.timed:
            whole = replace(whole, sentences=order_timely_first(whole.sentences, query.hints))
        places = {passage.chunk.id: passage for passage in found.passages}
        kinds = [part.kind or classify_question(part.said) for part in query.parts]
        parts = [
            self._read_passages(part.said, part.text, kind, passages, known)
            for part, kind, passages in zip(
                query.parts, kinds, found.parts, strict=False
            )  # Passages of elsewhere have none.
        ]
        parts = [
            replace(part, sentences=order_timely_first(part.sentences, asked.hints)) if asked.hints.timed else part
            for part, asked in zip(parts, query.parts, strict=False)
        ]
        parts = [
            _put_certain_first(part, asked, kind) for part, asked, kind in zip(parts, query.parts, kinds, strict=False)
        ]
        return Evidence(whole, [_restore_ranks(part, places) for part in parts], query.several)

    def _read_passages(
        self, said: str, text: str, asked: Kind, passages: Sequence[Passage], known: dict[str, Vectors]
    ) -> PassageReading:
        passages = [replace(passage, rank=rank) for rank, passage in enumerate(passages, 1)]
        read = [s for s in self.reader.read(text, asked, passages, known) if is_quotable(s.text)]
        read, unknown = drop_namesakes(text, keep_meant(text, keep_carried_topic(text, read)))
        weights = self.reader.weigh_terms(text)
        read = put_demanded_first(text, asked, weights, read)
        judged = judge_sufficiency(text, asked, weights, passages, read)
        return PassageReading(said, read, replace(judged, probability=0.0) if unknown else judged, unknown)


def widen_passage(passage: Passage) -> Passage:
    """Return a passage with the sentence after it, if it is in the same paragraph and not too long."""
    chunk, body = passage.chunk, passage.article.body
    rest = body[chunk.end : chunk.end + _AFTER].partition("\n")[0]
    spans = split_sentences(rest, passage.article.language or "en")
    whole = len(spans) > 1 or (spans and len(rest) < _AFTER)
    return replace(passage, chunk=replace(chunk, end=chunk.end + spans[0][1])) if whole else passage


def order_newest_first(read: Sequence[Sentence]) -> list[Sentence]:
    """Return sentences reranked for a question about the newest state of things; undated ones gain nothing."""
    published = [sentence.passage.article.published_at for sentence in read]
    dates = sorted({date for date in published if date})
    gain = {date: NEWEST * place / max(1, len(dates) - 1) for place, date in enumerate(dates)}
    return _rerank_by_gain(read, [gain[date] if date else 0.0 for date in published], NEWEST)


def _rerank_by_gain(read: Sequence[Sentence], gains: Sequence[float], most: float) -> list[Sentence]:
    """Return sentences by score and gain.

    Scores stay within 1, but for a sentence that holds a quotation of the question: it keeps its own.
    """
    again = [
        s if s.holds_quotation else replace(s, score=(s.score + gain) / (1 + most))
        for s, gain in zip(read, gains, strict=True)
    ]
    return order_best_first(again)


def _put_certain_first(part: PassageReading, asked: QuestionPart, kind: Kind) -> PassageReading:
    """Return the reading of a part of a question with what was surely read as its answer, the first of it before all others.

    Where a time is asked for, that comes before how likely a sentence answers.
    """
    timely = [s for s in part.sentences if may_answer(s, asked.hints)]
    certain = list_certain_for_part(asked.text, kind, timely)
    first = [] if asked.hints.timed else certain[:1]
    rest = [s for s in part.sentences if s not in first]
    return replace(part, sentences=[*first, *rest], certain=[s.place for s in certain])


def _restore_ranks(reading: PassageReading, places: Mapping[str, Passage]) -> PassageReading:
    """Return a reading whose sentences name the passages as the whole question ranked them."""
    return replace(reading, sentences=[replace(s, passage=places[s.passage.chunk.id]) for s in reading.sentences])
