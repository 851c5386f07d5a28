"""What any result must be compared with: answers without reading, and rankings of one index alone."""

from collections.abc import Callable, Sequence

from corpus.archive.chunk_store import ChunkStore
from corpus.text.sentences import split_sentences
from eval.question import Question
from eval.runs.systems import Searcher
from rag.index.dense import Dense
from rag.index.embedder import Embedder
from rag.index.lexical import LexicalIndex
from rag.model import Answer, Citation, Claim, Passage
from rag.text.terms import list_query_terms


class AlwaysRefuse:
    """Refuse every question."""

    name = "always-refuse"

    def search(self, question: Question, k: int) -> None:  # noqa: ARG002
        """Search nothing."""
        return

    def answer(self, question: Question) -> Answer:
        """Refuse."""
        return Answer(question.text, "not_found", "The archive does not hold this.")


class AlwaysYes:
    """Answer yes to every question: a yes/no measure is worth its distance from this."""

    name = "always-yes"

    def search(self, question: Question, k: int) -> None:  # noqa: ARG002
        """Search nothing."""
        return

    def answer(self, question: Question) -> Answer:
        """Say yes, citing nothing."""
        return Answer(question.text, "answered", "Yes.")


class FirstSentence:
    """Answer with the first sentence of the top passage, and cite it; never refuse."""

    name = "first-sentence"

    def __init__(self, search: Callable[[Question, int], Sequence[Passage] | None]) -> None:
        """Take the search of the system that it is compared with."""
        self._search = search

    def search(self, question: Question, k: int) -> None:  # noqa: ARG002
        """Leave retrieval to the system that it is compared with."""
        return

    def answer(self, question: Question) -> Answer:
        """Quote the first sentence that was found."""
        passages = self._search(question, 1)
        if not passages:
            return Answer(question.text, "not_found", "Nothing was found.")
        return quote_first(question.text, passages[0])


def quote_first(question: str, passage: Passage) -> Answer:
    """Return an answer made of the first sentence of a passage."""
    chunk = passage.chunk
    start, end = next(iter(split_sentences(chunk.text, passage.article.language or "en")), (0, len(chunk.text)))
    text = chunk.text[start:end]
    return Answer(
        question,
        "answered",
        f"{text} [1]",
        citations=(Citation(1, passage, chunk.start + start, chunk.start + end),),
        claims=(Claim(text, (1,), "supported"),),
        passages=(passage,),
    )


class OneIndex:
    """Rank by one searcher alone; answers nothing."""

    def __init__(self, name: str, search: Searcher) -> None:
        """Name a searcher."""
        self.name = name
        self._search = search

    def search(self, question: Question, k: int) -> list[Passage]:
        """Return what the searcher finds for the words of the question."""
        return self._search(question.text, k)

    def answer(self, question: Question) -> None:  # noqa: ARG002
        """Answer nothing."""
        return


def dense_searcher(index: Dense, embedder: Embedder, store: ChunkStore) -> Searcher:
    """Return a search by the cosine of vectors alone."""

    def search(text: str, k: int) -> list[Passage]:
        return passages(store, index.search(embedder.embed_queries([text]), k)[0], "dense")

    return search


def lexical_searcher(index: LexicalIndex, store: ChunkStore) -> Searcher:
    """Return a search by BM25 over stemmed words alone."""

    def search(text: str, k: int) -> list[Passage]:
        return passages(store, index.search(list_query_terms(text), k), "lexical")

    return search


def passages(store: ChunkStore, found: Sequence[tuple[str, float]], signal: str) -> list[Passage]:
    """Return the chunks of (chunk id, score) pairs as passages, best first, ties by id."""
    # `ARTICLE@VERSION#ORDINAL`; the id of an article may hold an "@" too.
    chunks = store.chunks(chunk_id.rpartition("@")[0] for chunk_id, _ in found)
    ordered = sorted(((key, score) for key, score in found if key in chunks), key=lambda pair: (-pair[1], pair[0]))
    return [Passage(chunks[key], rank, score, {signal: score}) for rank, (key, score) in enumerate(ordered, start=1)]
