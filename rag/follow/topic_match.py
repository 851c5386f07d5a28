"""Which articles bear on a topic: those from which a question about it would be answered, each judged by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.archive.chunk_store import Embedded
from rag.follow.topic_book import Kind, Topic, TopicFinding
from rag.index.embedder import Vectors
from rag.model import Filters, Passage
from rag.question.query import Query
from rag.question.question_kind import classify_question
from rag.retrieval.evidence_search import EvidenceSearch, PassageReading, RetrievedPassages
from rag.retrieval.passage_search import DENSE_WEIGHT, SearchText
from rag.retrieval.sentence_ranking import Sentence, measure_matched_share
from rag.text.terms import list_held_terms

NEAR = 0.45
"""Score of its best passage from which on an article may bear on a topic; the mean of cosine and share of the words."""

MAIN = 0.5
"""Cosine of its best passage, or share of the topic's words in its headline, from which on an article is about the topic,
and does not only mention it.

Both were chosen on the 26 topics of `benchmarks/data/topics.jsonl`; `python -m benchmarks.topic_matching` measures them.
"""

QUOTED = 3
"""Sentences that are kept of an article."""

_BATCH = 200  # Articles whose vectors are in memory at once.
_FIRST = 100  # Passages that are looked at when a topic is new.
_TELLING = 0.5  # Share of the score of the best sentence that a further one must have.


class TopicMatcher:
    """Judge articles by the archive's own measures: vectors, rarity of words, sufficiency."""

    def __init__(self, evidence: EvidenceSearch) -> None:
        """Judge with what reads evidence."""
        self._evidence = evidence
        self._store = evidence.retriever.indexes.store

    def find_known(self, topic: Topic) -> list[TopicFinding]:
        """Return what the archive has on a topic already: the articles that a search finds first, as known."""
        (passages,) = self._evidence.retriever.retrieve([SearchText(topic.text)], _FIRST, topic.filters)
        ids = list(dict.fromkeys(passage.article.id for passage in passages))
        return list(self.find(topic, ids, "known"))

    def find(self, topic: Topic, article_ids: Sequence[str], kind: Kind = "new") -> Iterator[TopicFinding]:
        """Yield those of the articles that bear on a topic; one that is not indexed yet is left out."""
        weights = self._evidence.reader.weigh_terms(topic.text)
        vector = self._evidence.reader.embedder.embed_query(topic.text)
        query = _make_query(topic.text)
        for start in range(0, len(article_ids), _BATCH):
            for item in self._store.read_embedded(self._list_admitted(topic, article_ids[start : start + _BATCH])):
                passages = _rank_passages(item, vector, weights)
                # Reading sentences takes far longer than comparing vectors, and most articles end here.
                if passages[0].score < NEAR:
                    continue
                found = RetrievedPassages(passages)
                reading = self._evidence.read(query, found).whole
                if reading.sufficiency.enough:
                    article = item.article
                    main = _is_about(passages, weights)
                    yield TopicFinding(article.id, article.version, kind, main, _pick_spans(reading))

    def _list_admitted(self, topic: Topic, article_ids: Sequence[str]) -> list[str]:
        """Return those of some articles that pass the filters of a topic, its collections too, in their order."""
        if not topic.filters or not article_ids:
            return list(article_ids)
        passing = set(self._store.archive.list_ids(replace(topic.filters.selection, ids=tuple(article_ids))))
        return [name for name in article_ids if name in passing]


def _make_query(text: str) -> Query:
    """Return a topic as a query; it is taken as written, since what will be reported has no spelling yet."""
    return Query(text, text, classify_question(text), Filters(), Filters(), (), False, None)


def _rank_passages(item: Embedded, vector: Vectors, weights: dict[str, float]) -> list[Passage]:
    """Return the chunks of an article as passages, the best first, scored as a search scores them."""
    language = item.article.language or "en"
    cosines = (item.vectors @ vector).tolist()
    scored = []
    for chunk, cosine in zip(item.chunks, cosines, strict=True):
        share = measure_matched_share(weights, list_held_terms(chunk.indexed_text, language))
        signals = {"dense": cosine, "coverage": share}
        scored.append((DENSE_WEIGHT * cosine + (1 - DENSE_WEIGHT) * share, chunk, signals))
    scored.sort(key=lambda entry: (-entry[0], entry[1].ordinal))
    return [Passage(chunk, rank, score, signals) for rank, (score, chunk, signals) in enumerate(scored, 1)]


def _is_about(passages: Sequence[Passage], weights: dict[str, float]) -> bool:
    article = passages[0].article
    headline = measure_matched_share(weights, list_held_terms(article.title, article.language or "en"))
    return max(headline, *(passage.signals["dense"] for passage in passages)) >= MAIN


def _pick_spans(reading: PassageReading) -> tuple[tuple[int, int, float], ...]:
    best: Sentence = reading.sentences[0]
    telling = [s for s in reading.sentences[:QUOTED] if s.score >= _TELLING * best.score]
    return tuple((s.start, s.end, round(s.context, 4)) for s in telling)
