"""Find the passages that a query is about: dense and lexical candidates, fused, grouped, ranked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.article import Article, Chunk
from rag.embedder import Vectors
from rag.indexes import Indexes
from rag.model import Filters, Passage
from rag.terms import query_terms

CANDIDATES = 100
"""Chunks taken from each index before fusion."""

DENSE_WEIGHT = 0.5
"""Share of the dense score in the fused one; tuned in docs/retrieval.md."""

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

    def __init__(self, indexes: Indexes, languages: Sequence[str] = ("en",)) -> None:
        """Search in `indexes`; questions are stemmed in each of `languages`."""
        self.indexes = indexes
        self.languages = tuple(languages) or ("en",)

    def retrieve(
        self, text: str, k: int, filters: Filters | None = None, hints: Filters | None = None
    ) -> list[Passage]:
        """Return the `k` best passages for a text, best first.

        Scores are a weighted mean of the cosine and of BM25 over the best BM25 of this search, so at most 1.
        """
        candidates = self.candidates(text, filters)
        best = max((c.lexical for c in candidates), default=0.0) or 1.0
        scored = [(_fused(c, best), c) for c in candidates]
        scored.sort(key=lambda pair: (-pair[0], pair[1].chunk.id))
        stories = self.indexes.store.archive.stories([c.chunk.article.id for _, c in scored])
        passages = [
            Passage(c.chunk, 0, score, {"dense": c.dense, "lexical": c.lexical, "coverage": c.lexical / best})
            for score, c in scored
        ]
        return ranked(diversified(collapsed(passages, stories), stories)[:k])

    def candidates(self, text: str, filters: Filters | None = None) -> list[Candidate]:
        """Return every chunk that either index finds, unordered."""
        vector = self.indexes.embedder.embed_query(text)
        dense = dict(self.indexes.dense.search(vector, CANDIDATES, filters))
        lexical = dict(self.indexes.lexical.search(query_terms(text, self.languages), CANDIDATES, filters))
        chunks = self.indexes.store.chunks(_article_ids([*dense, *lexical]))
        missing = [chunk_id for chunk_id in lexical if chunk_id not in dense and chunk_id in chunks]
        dense.update(self.cosines(vector, missing))
        return [
            Candidate(chunks[chunk_id], dense.get(chunk_id, 0.0), lexical.get(chunk_id, 0.0))
            for chunk_id in dict.fromkeys([*dense, *lexical])
            if chunk_id in chunks
        ]

    def cosines(self, vector: Vectors, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """Return the cosine of each chunk with a vector, from the vectors that the dense index keeps."""
        return {i: float(v @ vector) for i, v in self.indexes.dense.vectors(chunk_ids).items()}


def _fused(candidate: Candidate, best: float) -> float:
    return DENSE_WEIGHT * candidate.dense + (1 - DENSE_WEIGHT) * candidate.lexical / best


def _article_ids(chunk_ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(chunk_id.rpartition("#")[0].rpartition("@")[0] for chunk_id in chunk_ids))


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
