"""Find the passages that a query is about: dense and lexical candidates, fused, grouped, ranked."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np

from corpus.archive.chunk_store import Facets
from corpus.archive.selection import EVERYTHING, Selection
from corpus.article import Article
from rag.index.embedder import Vectors
from rag.index.indexes import Indexes
from rag.model import Filters, Passage
from rag.retrieval.reranker import RERANKED, Reranker
from rag.text.names import find_name_words
from rag.text.terms import detect_script_languages, list_query_terms

CANDIDATES = 100
"""Chunks taken from each index before fusion."""

DENSE_WEIGHT = 0.5
"""Share of the dense score in the fused one; tuned in docs/retrieval.md."""

SECOND = 0.2
"""What the fused score of an article's second-best chunk weighs beside that of each of its chunks, since an article of
which two passages are found is about the question and does not only touch on it; tuned in docs/retrieval.md."""

HINT = 0.1
"""Added to the score of a chunk for each of these that the question names and its article has: outlet, author, time."""

LATEST = 0.06
"""Added to the newest of the candidates, and in proportion to the older ones, where the newest state is asked for."""

_WIDER = 4  # More chunks are asked for where a filter holds.
# To look further through the graph for chunks that pass takes N / P steps for each, P of N articles passing; to compare all
# takes P. So few are compared, up to the root of 100 N: over a million chunks 4,000 of 250,000 articles took 220 ms that way and
# 320 the other (docs/scale.md), which are equal at 5,000. Their vectors are in memory meanwhile, hence the limit.
_SCAN_COST, _SCANNED = 100, 10_000
_FEW = 300  # Articles, of which every chunk is compared in any case.

_MEANWHILE = ThreadPoolExecutor(thread_name_prefix="words")
"""Looks for words while the question is embedded, which leaves the interpreter free (docs/retrieval.md)."""

PER_STORY = 2
"""Chunks of one outlet on one story that may come before the rest."""


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


@dataclass(frozen=True, slots=True)
class SearchText:
    """Hold one text to search for.

    Attributes:
        text: The words.
        hints: Outlets and time that are preferred; an article that does not say loses nothing.
        latest: Prefer what is newest.
        byline: Prefer what is by this author.
    """

    text: str
    hints: Filters | None = None
    latest: bool = False
    byline: str = ""


class _ChunkPosition(NamedTuple):
    """Name the article that a chunk was cut from, and its place in it."""

    article: Facets
    ordinal: int


_Ranking = tuple[Sequence[Candidate], Mapping[int, Sequence[str]]]  # Best first; other copies' ids by story.


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

    def retrieve(self, queries: Sequence[SearchText], k: int, filters: Filters | None = None) -> list[list[Passage]]:
        """Return for each text the `k` best passages, best first; several texts at once cost less than one by one.

        Scores are a weighted mean of the cosine and of BM25 over the best BM25 of this text, so at most 1, with what a
        second chunk of the article and the hints add.

        Args:
            queries: What to search for.
            k: How many passages a text, at most.
            filters: What every passage must meet.
        """
        return self.retrieve_deeply(queries, k, 0, filters)[0]

    def retrieve_deeply(
        self, queries: Sequence[SearchText], k: int, depth: int, filters: Filters | None = None
    ) -> tuple[list[list[Passage]], list[list[Passage]]]:
        """Return what `retrieve` does, and for each text the `depth` best passages however many are of one article."""
        best, deep = [], []
        for one, candidates in zip(queries, self.find_candidates([one.text for one in queries], filters), strict=True):
            kept, copies = collapse_copies(self._sort(candidates, one))
            if self.reranker:
                kept = self._rerank(self.reranker, one.text, kept)
            best.append((diversify(kept)[:k], copies))
            deep.append((kept[:depth], copies))
        loaded = self._load_passages([*best, *deep])
        return loaded[: len(best)], loaded[len(best) :]

    def find_candidates(self, texts: Sequence[str], filters: Filters | None = None) -> list[list[Candidate]]:
        """Return for each text every chunk that either index finds, unordered."""
        # Which articles are by an author or in a section is known to the archive alone.
        among = self.indexes.store.archive.list_ids(filters.selection) if filters and filters.listed else []
        if filters and filters.listed and not among:
            return [[] for _ in texts]
        worded = _MEANWHILE.submit(lambda: [self._search_words(text, filters, among) for text in texts])
        vectors = self.indexes.embedder.embed_queries(texts)
        dense = self._search_vectors(vectors, filters)
        lexical = worded.result()
        places = self._filter_candidates(chain(*dense, *lexical), filters)
        pairs = list(zip(dense, lexical, strict=True))
        alone = {i: places[i] for near, words in pairs for i in words if i in places and i not in near}
        cosines = self._compute_cosines(vectors, alone)
        for n, (near, words) in enumerate(pairs):
            # A chunk found by its words alone gets its cosine too, so that all candidates are scored alike.
            near.update((i, cosines[i][n]) for i in words if i in cosines and i not in near)
        return [_make_candidates(near, words, places) for near, words in pairs]

    def stemming_languages(self, text: str) -> tuple[str, ...]:
        """Return the languages to stem a text in; "" is that of an article whose language is not known."""
        return (*self.languages, *detect_script_languages(text), "")

    def _search_words(self, text: str, filters: Filters | None, among: Collection[str]) -> dict[str, float]:
        """Return the chunks that share most with a text by BM25, with their scores."""
        wanted = list_query_terms(text, self.stemming_languages(text))
        return dict(self.indexes.lexical.search(wanted, CANDIDATES, filters, among))

    def _search_vectors(self, vectors: Vectors, filters: Filters | None) -> list[dict[str, float]]:
        """Return for each vector the nearest chunks that pass filters, with their cosines.

        More are asked for until enough of them pass; where few articles pass at all, each of their chunks is compared.
        """
        if not filters:
            return [dict(found) for found in self.indexes.dense.search(vectors, CANDIDATES)]
        selected = self.indexes.dense.search_among(vectors, CANDIDATES, filters.selection)
        if selected is not None:
            return [dict(found) for found in selected]
        near: dict[int, dict[str, float]] = {}
        wide = CANDIDATES
        while left := [n for n in range(len(vectors)) if n not in near]:
            wide *= _WIDER
            for n, found in zip(left, self.indexes.dense.search(vectors[left], wide), strict=True):
                places = self._filter_candidates([i for i, _ in found], filters)
                passing = [pair for pair in found if pair[0] in places]
                # Enough pass, or there are no more to ask for.
                if len(passing) >= CANDIDATES or len(found) < wide:
                    near[n] = dict(passing[:CANDIDATES])
            first = wide == _WIDER * CANDIDATES
            if first and len(near) < len(vectors) and self._passes_few(filters):
                far = sorted(set(left) - set(near))
                near |= dict(zip(far, self._compare_all(vectors[far], filters), strict=True))
        return [near[n] for n in range(len(vectors))]

    def _passes_few(self, filters: Filters) -> bool:
        """Return whether so few articles pass filters that to compare their chunks takes less than to look for them."""
        archive = self.indexes.store.archive
        few = min(_SCANNED, max(_FEW, math.isqrt(_SCAN_COST * archive.count())))
        return archive.count(filters.selection) <= few

    def _compare_all(self, vectors: Vectors, filters: Filters) -> list[dict[str, float]]:
        """Return for each vector the nearest of all chunks that pass filters, with their cosines."""
        held = self.indexes.store.vectors_of(filters.selection)
        if not held:
            return [{} for _ in vectors]
        ids, cosines = list(held), vectors @ np.stack(list(held.values())).T
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :CANDIDATES]
        return [{ids[i]: float(row[i]) for i in order} for row, order in zip(cosines, best, strict=True)]

    def _filter_candidates(self, chunk_ids: Iterable[str], filters: Filters | None) -> dict[str, _ChunkPosition]:
        """Return where those of some chunks stand that the archive still holds and that pass."""
        split = {chunk_id: _split(chunk_id) for chunk_id in chunk_ids}
        ids = {article for article, _, _ in split.values()}
        facets = self.indexes.store.facets(ids, filters.listed if filters else EVERYTHING)
        passing = {i: f for i, f in facets.items() if not filters or filters.admits(f)}
        return {
            chunk_id: _ChunkPosition(passing[article], ordinal)
            for chunk_id, (article, version, ordinal) in split.items()
            # An index may still hold an earlier version.
            if article in passing and passing[article].version == version
        }

    def _compute_cosines(self, vectors: Vectors, places: Mapping[str, _ChunkPosition]) -> dict[str, list[float]]:
        """Return the cosines of chunks with each of some vectors, from those that the archive keeps."""
        ids = list(places)
        found = self.indexes.store.vectors([(place.article.key, place.ordinal) for place in places.values()])
        rows = (np.stack(list(found.values())) @ vectors.T).tolist() if found else []
        return dict.fromkeys(ids, [0.0] * len(vectors)) | {ids[n]: row for n, row in zip(found, rows, strict=True)}

    def _load_passages(self, rankings: Sequence[_Ranking]) -> list[list[Passage]]:
        """Read the chunks of candidates, in their order; one that went meanwhile is passed over."""
        chunks = self.indexes.store.chunks(c.article.id for candidates, _ in rankings for c in candidates)
        copies = self._load_articles(
            i for candidates, copies in rankings for c in candidates for i in copies.get(c.article.story or 0, ())
        )
        return [
            [
                Passage(
                    chunks[c.chunk_id],
                    rank,
                    c.score,
                    c.signals,
                    tuple(copies[i] for i in folded.get(c.article.story or 0, ()) if i in copies),
                )
                for rank, c in enumerate((c for c in candidates if c.chunk_id in chunks), 1)
            ]
            for candidates, folded in rankings
        ]

    def _load_articles(self, ids: Iterable[str]) -> dict[str, Article]:
        wanted = tuple(dict.fromkeys(ids))
        found = self.indexes.store.archive.articles(Selection(ids=wanted)) if wanted else ()
        return {article.id: article for article in found}

    def _sort(self, candidates: Sequence[Candidate], queries: SearchText) -> list[Candidate]:
        """Score the candidates for a text and return them, best first."""
        authors = self.indexes.store.authors({c.article.id for c in candidates}) if queries.byline else {}
        wanted = find_name_words(queries.byline)
        written = {name for name, author in authors.items() if wanted <= find_name_words(author)}
        return _order(candidates, queries, written)

    def _rerank(self, reranker: Reranker, text: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        top = {c.chunk_id: c for c in candidates[:RERANKED]}
        read = reranker.rerank(text, self._load_passages([(list(top.values()), {})])[0])
        for passage in read:
            candidate = top[passage.chunk.id]
            candidate.score, candidate.signals = passage.score, dict(passage.signals)
        return [*(top[passage.chunk.id] for passage in read), *candidates[RERANKED:]]


def _split(chunk_id: str) -> tuple[str, int, int]:
    """Take a chunk's id apart: article, version, ordinal."""
    text, _, ordinal = chunk_id.rpartition("#")
    article, _, version = text.rpartition("@")
    return article, int(version), int(ordinal)


def _make_candidates(
    near: Mapping[str, float], words: Mapping[str, float], places: Mapping[str, _ChunkPosition]
) -> list[Candidate]:
    """Make candidates of the cosines of all chunks that a text found, and of the BM25 scores of some."""
    best = max((score for i, score in words.items() if i in places), default=0.0) or 1.0
    found = []
    for i, cosine in near.items():
        if i in places:
            score = words.get(i, 0.0)
            signals = {"dense": cosine, "lexical": score, "coverage": score / best}
            found.append(Candidate(i, *places[i], 0.0, signals))
    return found


def _order(candidates: Sequence[Candidate], queries: SearchText, written: Set[str] = frozenset()) -> list[Candidate]:
    """Score the candidates for a text and return them, best first; `written` are articles by whom it names."""
    newest = _compute_recency(candidates) if queries.latest else {}
    scores = [DENSE_WEIGHT * c.signals["dense"] + (1 - DENSE_WEIGHT) * c.signals["coverage"] for c in candidates]
    seconds = find_second_scores(candidates, scores)
    for c, score, hinted in zip(candidates, scores, count_hints(candidates, queries.hints), strict=True):
        c.score = (
            (score + SECOND * seconds[c.article.id]) / (1 + SECOND)
            + HINT * (hinted + (c.article.id in written))
            + LATEST * newest.get(c.chunk_id, 0.0)
        )
    return sorted(candidates, key=lambda c: (-c.score, c.chunk_id))


def find_second_scores(candidates: Sequence[Candidate], scores: Sequence[float]) -> dict[str, float]:
    """Return for each article the score of its second-best chunk among the candidates, 0 where there is one only."""
    found: dict[str, list[float]] = defaultdict(list)
    for candidate, score in zip(candidates, scores, strict=True):
        found[candidate.article.id].append(score)
    return {article: sorted(some)[-2] if len(some) > 1 else 0.0 for article, some in found.items()}


def count_hints(candidates: Sequence[Candidate], hints: Filters | None) -> list[int]:
    """Return how many of the hints on outlet and time hold of each candidate."""
    if not hints:
        return [0] * len(candidates)
    time = Filters(since=hints.since, until=hints.until)
    return [(c.article.source in hints.outlets) + (bool(time) and time.admits(c.article)) for c in candidates]


def _compute_recency(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return for each dated chunk where its date lies between the oldest (0) and the newest (1)."""
    dates = {c.chunk_id: date.timestamp() for c in candidates if (date := c.article.published_at)}
    first, last = min(dates.values(), default=0.0), max(dates.values(), default=0.0)
    return {i: (date - first) / (last - first or 1.0) for i, date in dates.items()}


def collapse_copies(candidates: Iterable[Candidate]) -> tuple[list[Candidate], dict[int, list[str]]]:
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


def diversify(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Move the third and later chunks of an article, or of its story, after what comes for the first time."""
    seen: Counter[object] = Counter()
    early: list[Candidate] = []
    late: list[Candidate] = []
    for candidate in candidates:
        key = candidate.article.story or candidate.article.id
        seen[key] += 1
        (early if seen[key] <= PER_STORY else late).append(candidate)
    return early + late
