"""Find the articles that bear on the same affair as another one: they are about the same names and mean similar things."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from corpus.archive.chunk_store import Embedded
from corpus.article import Article, Chunk
from rag.index.embedder import Vectors
from rag.retrieval.passage_search import Retriever, SearchText
from rag.story.main_names import list_headline_words, list_main_words
from rag.text.terms import stem

SAME_AFFAIR = 0.45
"""The least score of an article on the same affair; set by looking at the starter corpus and a part of MultiHop-RAG, see
docs/story.md."""

SAME_EVENT = 0.5
"""The least score of an article on the same event, if it is of the same days too."""

_MEANING = 0.4  # The least cosine of two articles, however many names they share,
_NAMES = 0.2  # and the least share of their names, however near they are.
_RARE = 2.0  # The least inverse document frequency of a name that tells one affair from another.
_NEAR_MEANING = 0.7  # The least cosine from which on a rare name in both headlines counts,
_HEADLINES = 0.5  # and what it counts.
_LEAST_COUNT = 300  # Chunks: in a smaller archive most names would count as common.
_CANDIDATES = 40  # Passages that are looked at for each of the two searches.
_OPENING = 300  # Characters of the body that are searched for with the headline.


@dataclass(frozen=True, slots=True)
class RelatedArticle:
    """Hold an article on the same affair as another one.

    Attributes:
        article: The article.
        chunks: Its chunks, in order.
        score: How near it is, 0 to 1: the mean of the cosine and of the share of names, by rarity, that both are about.
    """

    article: Article
    chunks: tuple[Chunk, ...]
    score: float


class RelatedArticles:
    """Find the articles that bear on the affair of another one."""

    def __init__(self, retriever: Retriever) -> None:
        """Search with `retriever`."""
        self._retriever = retriever
        self._store = retriever.indexes.store

    def find(self, article: Article) -> list[RelatedArticle]:
        """Return the other articles on the affair of an article, the nearest first; copies of its text are left out.

        An article is one if it shares two names with this one that both are about, or one that stands in both headlines,
        if one of the headlines has a rare name that both are about, and if names and meaning together are near enough.
        """
        names = list_main_words(article)
        if not names:
            return []
        texts = (f"{article.title}. {article.body[:_OPENING]}", " ".join(sorted(names)))
        ranked = self._retriever.retrieve([SearchText(text) for text in texts], _CANDIDATES)
        own = {article.id, *(copy.id for copy in self._store.archive.copies(article.id))}
        ids = {p.article.id for passages in ranked for p in passages} - own
        embedded = {one.article.id: one for one in self._store.read_embedded([article.id, *sorted(ids)])}
        target = embedded.pop(article.id, None)
        if target is None:  # Not embedded yet.
            return []
        return self._rank(target, embedded.values())

    def _rank(self, target: Embedded, others: Iterable[Embedded]) -> list[RelatedArticle]:
        words = {word for one in (target, *others) for word in list_main_words(one.article)}
        rarity = self._measure_rarity(words)
        scored = [(_score(target, one, rarity), one) for one in others]
        scored.sort(key=lambda pair: (-pair[0], pair[1].article.id))
        return [RelatedArticle(one.article, one.chunks, score) for score, one in scored if score >= SAME_AFFAIR]

    def _measure_rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of words, as BM25 has it."""
        lexical = self._retriever.indexes.lexical
        count = max(lexical.count(), _LEAST_COUNT)
        found = {word: lexical.count_documents(stem(word)) for word in words}
        return {word: math.log(1 + (count - n + 0.5) / (n + 0.5)) for word, n in found.items()}


def _score(one: Embedded, other: Embedded, rarity: Mapping[str, float]) -> float:
    """Return how near two articles are, 0 where they are surely on different affairs."""
    mine, theirs = list_main_words(one.article), list_main_words(other.article)
    headings = list_headline_words(one.article), list_headline_words(other.article)
    shared, rare = mine & theirs, {word for word in mine & theirs if rarity[word] >= _RARE}
    if len(shared) < 2 and not headings[0] & headings[1]:
        return 0.0
    if all(headings) and rare.isdisjoint(headings[0] | headings[1]):
        return 0.0  # Each headline names something that the other article is not about.
    weight = _weigh(shared, rarity) / (math.sqrt(_weigh(mine, rarity) * _weigh(theirs, rarity)) or 1.0)
    cosine = _compare(one.vectors, other.vectors)
    if cosine >= _NEAR_MEANING and (both := rare & headings[0] & headings[1]):
        least = min(_weigh(heading, rarity) for heading in headings)
        weight = max(weight, _HEADLINES * _weigh(both, rarity) / least)
    return (cosine + weight) / 2 if cosine >= _MEANING and weight >= _NAMES else 0.0


def _weigh(words: Iterable[str], rarity: Mapping[str, float]) -> float:
    return sum(rarity[word] ** 2 for word in words)


def _compare(one: Vectors, other: Vectors) -> float:
    """Return the cosine of the means of the vectors of two articles."""
    a, b = one.mean(axis=0), other.mean(axis=0)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) or 1.0))
