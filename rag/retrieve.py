"""Find the passages that a query is about: dense and lexical candidates, fused, grouped, ranked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.article import Article, Chunk
from rag.embedder import Vectors
from rag.indexes import Indexes
from rag.lexical import article_of
from rag.model import Filters, Passage
from rag.rerank import Reranker
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

PER_STORY = 2
"""Chunks of one outlet on one story that may stand before others had their turn."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold a chunk with its two scores; `dense` is a cosine, `lexical` a BM25 score, 0 where not found."""

    chunk: Chunk
    dense: float
    lexical: float


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
        best = max((c.lexical for c in candidates), default=0.0) or 1.0
        newest = _recency(candidates) if latest else {}
        scored = [
            (_fused(c, best) + _hinted(c.chunk.article, hints) + LATEST * newest.get(c.chunk.id, 0.0), c)
            for c in candidates
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1].chunk.id))
        stories = self.indexes.store.archive.stories([c.chunk.article.id for _, c in scored])
        passages = [
            Passage(c.chunk, 0, score, {"dense": c.dense, "lexical": c.lexical, "coverage": c.lexical / best})
            for score, c in scored
        ]
        passages = collapsed(passages, stories)
        if self.reranker:
            passages = self.reranker.reranked(text, passages)
        return ranked(diversified(passages, stories)[:k])

    def candidates(self, text: str, filters: Filters | None = None) -> list[Candidate]:
        """Return every chunk that either index finds, unordered."""
        vector = self.indexes.embedder.embed_query(text)
        dense = dict(self.indexes.dense.search(vector, CANDIDATES, filters))
        lexical = dict(self.indexes.lexical.search(query_terms(text, self.spoken(text)), CANDIDATES, filters))
        chunks = self.indexes.store.chunks(_article_ids([*dense, *lexical]))
        missing = [chunk_id for chunk_id in lexical if chunk_id not in dense and chunk_id in chunks]
        dense.update(self.cosines(vector, missing))
        return [
            Candidate(chunks[chunk_id], dense.get(chunk_id, 0.0), lexical.get(chunk_id, 0.0))
            for chunk_id in dict.fromkeys([*dense, *lexical])
            if chunk_id in chunks and (not filters or filters.admits(chunks[chunk_id].article))
        ]

    def spoken(self, text: str) -> tuple[str, ...]:
        """Return the languages to stem a text in; "" is that of an article whose language is not known."""
        return (*self.languages, *script_languages(text), "")

    def cosines(self, vector: Vectors, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """Return the cosine of each chunk with a vector, from the vectors that the dense index keeps."""
        return {i: float(v @ vector) for i, v in self.indexes.dense.vectors(chunk_ids).items()}


def _fused(candidate: Candidate, best: float) -> float:
    return DENSE_WEIGHT * candidate.dense + (1 - DENSE_WEIGHT) * candidate.lexical / best


def _hinted(article: Article, hints: Filters | None) -> float:
    if not hints:
        return 0.0
    bonus = OUTLET_HINT if article.source in hints.outlets else 0.0
    if (hints.since or hints.until) and replace(hints, outlets=(), languages=(), feeds=()).admits(article):
        bonus += TIME_HINT
    return bonus


def _recency(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return for each dated chunk where its date stands between the oldest (0) and the newest (1)."""
    dates = {c.chunk.id: date.timestamp() for c in candidates if (date := c.chunk.article.published_at)}
    first, last = min(dates.values(), default=0.0), max(dates.values(), default=0.0)
    return {i: (date - first) / (last - first or 1.0) for i, date in dates.items()}


def _article_ids(chunk_ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(article_of, chunk_ids)))


def collapsed(passages: Sequence[Passage], stories: Mapping[str, int]) -> list[Passage]:
    """Fold the copies of one story into the passage of the copy that ranks best; the others are named in `copies`."""
    leaders: dict[int, str] = {}
    copies: dict[int, dict[str, Article]] = {}
    kept: list[Passage] = []
    for passage in passages:
        article = passage.article
        story = stories.get(article.id)
        if story is None or leaders.setdefault(story, article.id) == article.id:
            kept.append(passage)
        else:
            copies.setdefault(story, {})[article.id] = article
    return [replace(p, copies=tuple(copies.get(stories.get(p.article.id, -1), {}).values())) for p in kept]


def diversified(passages: Sequence[Passage], stories: Mapping[str, int]) -> list[Passage]:
    """Move the third and later chunks of an article, or of its story, behind what comes for the first time."""
    seen: Counter[object] = Counter()
    early: list[Passage] = []
    late: list[Passage] = []
    for passage in passages:
        key = stories.get(passage.article.id, passage.article.id)
        seen[key] += 1
        (early if seen[key] <= PER_STORY else late).append(passage)
    return early + late


def ranked(passages: Iterable[Passage]) -> list[Passage]:
    """Number passages in their order."""
    return [replace(passage, rank=rank) for rank, passage in enumerate(passages, 1)]
