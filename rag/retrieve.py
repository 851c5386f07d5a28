"""Find the passages that a query is about: dense and lexical candidates, fused, grouped, ranked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.article import Article
from corpus.chunkstore import Facets
from rag.embedder import Vectors
from rag.indexes import Indexes
from rag.model import Filters, Passage
from rag.rerank import RERANKED, Reranker
from rag.terms import query_terms, script_languages

CANDIDATES = 100
"""Chunks taken from each index before fusion."""

DENSE_WEIGHT = 0.5
"""Share of the dense score in the fused one; tuned in docs/retrieval.md."""

OUTLET_HINT = 0.15
"""Added to the score of a chunk from an outlet that the question names."""

TIME_HINT = 0.05
"""Added to the score of a chunk published in the time that the question names."""

LATEST = 0.06
"""Added to the newest of the candidates, and in proportion to the older ones, where the newest state is asked for."""

_WIDER = 4  # More chunks are asked for where a filter holds.
_FEW = 300  # Articles: of so many every chunk is compared.

PER_STORY = 2
"""Chunks of one outlet on one story that may stand before others had their turn."""


@dataclass(slots=True)
class Candidate:
    """Hold a chunk that an index found, before its text is read.

    Attributes:
        chunk_id: The chunk.
        article: What is known of its article without the text.
        ordinal: Its place in the article.
        score: The fused score; 0 until it is ranked.
        signals: "dense" is a cosine, "lexical" a BM25 score (0 where not found), "coverage" its share of the best one.
    """

    chunk_id: str
    article: Facets
    ordinal: int
    score: float = 0.0
    signals: dict[str, float] = field(default_factory=dict)


class Retriever:
    """Search both indexes at once."""

    def __init__(self, indexes: Indexes, languages: Sequence[str] = ("en",), reranker: Reranker | None = None) -> None:
        """Search in `indexes`.

        Args:
            indexes: Where to search.
            languages: Questions are stemmed in each of these, and in those of their own scripts.
            reranker: What reorders the best, or None.
        """
        self.indexes = indexes
        self.reranker = reranker
        self.languages = tuple(languages) or ("en",)

    def expect(self, texts: Sequence[str]) -> None:
        """Embed several texts that are going to be searched for at once, which is faster than one by one."""
        self.indexes.embedder.embed_queries(texts)

    def retrieve(
        self, text: str, k: int, filters: Filters | None = None, hints: Filters | None = None, latest: bool = False
    ) -> list[Passage]:
        """Return the `k` best passages for a text, best first.

        Scores are a weighted mean of the cosine and of BM25 over the best BM25 of this search, so at most 1, and
        what the hints add.

        Args:
            text: What to search for.
            k: How many passages, at most.
            filters: What every passage must meet.
            hints: Outlets and time that are preferred; an article that does not say loses nothing.
            latest: Prefer what is newest.
        """
        candidates = self.candidates(text, filters)
        newest = _recency(candidates) if latest else {}
        for c in candidates:
            c.score = (
                DENSE_WEIGHT * c.signals["dense"]
                + (1 - DENSE_WEIGHT) * c.signals["coverage"]
                + _hinted(c.article, hints)
                + LATEST * newest.get(c.chunk_id, 0.0)
            )
        candidates.sort(key=lambda c: (-c.score, c.chunk_id))
        kept, copies = collapsed(candidates)
        if self.reranker:
            kept = self._reranked(self.reranker, text, kept)
        return self._passages(diversified(kept)[:k], copies)

    def candidates(self, text: str, filters: Filters | None = None) -> list[Candidate]:
        """Return every chunk that either index finds, unordered."""
        vector = self.indexes.embedder.embed_query(text)
        dense = self._near(vector, filters) if filters else dict(self.indexes.dense.search(vector, CANDIDATES))
        lexical = dict(self.indexes.lexical.search(query_terms(text, self.spoken(text)), CANDIDATES, filters))
        found = self._admitted([*dense, *lexical], filters)
        cosines = self._cosines(vector, [c for c in found if c.chunk_id not in dense])
        best = max((lexical.get(c.chunk_id, 0.0) for c in found), default=0.0) or 1.0
        for c in found:
            words = lexical.get(c.chunk_id, 0.0)
            near = dense.get(c.chunk_id) if c.chunk_id in dense else cosines.get((c.article.id, c.ordinal))
            c.signals = {"dense": near or 0.0, "lexical": words, "coverage": words / best}
        return found

    def spoken(self, text: str) -> tuple[str, ...]:
        """Return the languages to stem a text in; "" is that of an article whose language is not known."""
        return (*self.languages, *script_languages(text), "")

    def _near(self, vector: Vectors, filters: Filters) -> dict[str, float]:
        """Return the nearest chunks that pass filters, with their cosines.

        More are asked for until enough of them pass; where few articles pass at all, each of their chunks is compared.
        """
        wide = CANDIDATES
        while True:
            wide *= _WIDER
            found = dict(self.indexes.dense.search(vector, wide))
            passing = [c.chunk_id for c in self._admitted(list(found), filters)]
            if len(passing) >= CANDIDATES or len(found) < wide:
                return {chunk_id: found[chunk_id] for chunk_id in passing[:CANDIDATES]}
            if self.indexes.store.archive.count(filters.selection) <= _FEW:
                cosines = {i: float(v @ vector) for i, v in self.indexes.store.vectors_of(filters.selection).items()}
                return dict(sorted(cosines.items(), key=lambda pair: -pair[1])[:CANDIDATES])

    def _admitted(self, chunk_ids: Sequence[str], filters: Filters | None) -> list[Candidate]:
        """Return those of some chunks, in their order, that the archive still holds and that pass."""
        places = {chunk_id: _place(chunk_id) for chunk_id in chunk_ids}
        facets = self.indexes.store.facets({article for article, _, _ in places.values()})
        return [
            Candidate(chunk_id, facets[article], ordinal)
            for chunk_id, (article, version, ordinal) in places.items()
            if article in facets
            and facets[article].version == version
            and (not filters or filters.admits(facets[article]))
        ]

    def _cosines(self, vector: Vectors, candidates: Sequence[Candidate]) -> dict[tuple[str, int], float]:
        """Return the cosine of chunks that only words found, from the vectors that the archive keeps."""
        kept = self.indexes.store.vectors((c.article.id, c.ordinal) for c in candidates)
        return {place: float(v @ vector) for place, v in kept.items()}

    def _passages(self, candidates: Sequence[Candidate], copies: Mapping[int, Sequence[str]]) -> list[Passage]:
        """Read the chunks of candidates, in their order; one that went meanwhile is passed over."""
        chunks = self.indexes.store.chunks(c.article.id for c in candidates)
        kept = [c for c in candidates if c.chunk_id in chunks]
        return [
            Passage(chunks[c.chunk_id], rank, c.score, c.signals, self._articles(copies.get(c.article.story or 0, ())))
            for rank, c in enumerate(kept, 1)
        ]

    def _articles(self, ids: Iterable[str]) -> tuple[Article, ...]:
        return tuple(article for i in ids if (article := self.indexes.store.archive.get(i)))

    def _reranked(self, reranker: Reranker, text: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        top = {c.chunk_id: c for c in candidates[:RERANKED]}
        read = reranker.reranked(text, self._passages(list(top.values()), {}))
        for passage in read:
            candidate = top[passage.chunk.id]
            candidate.score, candidate.signals = passage.score, dict(passage.signals)
        return [*(top[passage.chunk.id] for passage in read), *candidates[RERANKED:]]


def _place(chunk_id: str) -> tuple[str, int, int]:
    """Take a chunk's id apart: article, version, ordinal."""
    text, _, ordinal = chunk_id.rpartition("#")
    article, _, version = text.rpartition("@")
    return article, int(version), int(ordinal)


def _hinted(article: Facets, hints: Filters | None) -> float:
    if not hints:
        return 0.0
    bonus = OUTLET_HINT if article.source in hints.outlets else 0.0
    if (hints.since or hints.until) and replace(hints, outlets=(), languages=(), feeds=()).admits(article):
        bonus += TIME_HINT
    return bonus


def _recency(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return for each dated chunk where its date stands between the oldest (0) and the newest (1)."""
    dates = {c.chunk_id: date.timestamp() for c in candidates if (date := c.article.published_at)}
    first, last = min(dates.values(), default=0.0), max(dates.values(), default=0.0)
    return {i: (date - first) / (last - first or 1.0) for i, date in dates.items()}


def collapsed(candidates: Iterable[Candidate]) -> tuple[list[Candidate], dict[int, list[str]]]:
    """Keep of each story only the copy that ranks best; return what is kept, and the other copies' ids by story."""
    leaders: dict[int, str] = {}
    copies: dict[int, list[str]] = {}
    kept: list[Candidate] = []
    for candidate in candidates:
        article = candidate.article
        if article.story is None or leaders.setdefault(article.story, article.id) == article.id:
            kept.append(candidate)
        elif article.id not in (others := copies.setdefault(article.story, [])):
            others.append(article.id)
    return kept, copies


def diversified(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Move the third and later chunks of an article, or of its story, behind what comes for the first time."""
    seen: Counter[object] = Counter()
    early: list[Candidate] = []
    late: list[Candidate] = []
    for candidate in candidates:
        key = candidate.article.story or candidate.article.id
        seen[key] += 1
        (early if seen[key] <= PER_STORY else late).append(candidate)
    return early + late
