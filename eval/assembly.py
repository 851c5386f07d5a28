"""Bring the archive, Newsdesk and the baselines together for a run."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from corpus import Article
from corpus.archive import Archive
from corpus.errors import InputError
from eval.baselines import (
    AlwaysRefuse,
    AlwaysYes,
    FirstSentence,
    OneIndex,
    RememberedQuestions,
    dense_searcher,
    lexical_searcher,
)
from eval.question import Question
from eval.runs import MAIN
from eval.systems import System
from eval.usual_chain import UsualChain
from rag.embedder import Embedder
from rag.indexes import Indexes, Progress
from rag.model import Passage
from rag.retrieve import Retriever
from rag.settings import Settings


class RetrieverSystem:
    """Search as Newsdesk does."""

    name = MAIN

    def __init__(self, retriever: Retriever) -> None:
        """Take a retriever."""
        self._retriever = retriever

    def search(self, question: Question, k: int) -> list[Passage]:
        """Return the passages for the words of the question."""
        return self._retriever.retrieve(question.text, k)

    def answer(self, question: Question) -> None:  # noqa: ARG002
        """Answer nothing."""
        return


@dataclass(frozen=True, slots=True)
class Bench:
    """Hold what a run puts questions to.

    Attributes:
        main: Newsdesk.
        indexes: Its indexes.
        articles: The articles of its archive.
    """

    main: System
    indexes: Indexes
    articles: Mapping[str, Article]

    def baselines(self, only: str = "") -> list[System]:
        """Return the baselines that a run of this kind can be compared with."""
        indexes, embedder = self.indexes, RememberedQuestions(self.indexes.embedder)
        answering: list[System] = [AlwaysRefuse(), AlwaysYes(), FirstSentence(self.main.search)]
        searching: list[System] = [
            OneIndex("dense", dense_searcher(indexes.dense, embedder, indexes.store)),
            OneIndex("bm25", lexical_searcher(indexes.lexical, indexes.store)),
            UsualChain(self.articles.values(), embedder),
        ]
        return (answering if only != "retrieval" else []) + (searching if only != "answers" else [])


@contextmanager
def open_bench(
    settings: Settings, articles: Mapping[str, Article], progress: Progress | None = None
) -> Iterator[Bench]:
    """Open the archive of the settings, put in the articles that it lacks, index them, and give what is evaluated.

    Raises:
        InputError: An article does not go in under its own id, so that questions about it could not be scored.
        IndexUnavailableError: Another process has the indexes.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with Archive(settings.archive_path) as archive:
        if refused := fill(archive, articles.values()):
            named = "; ".join(f"{key}: {reason}" for key, reason in refused[:5])
            raise InputError(f"{len(refused)} articles do not go in ({named}). Use an empty folder: --data DIR")
        indexes = Indexes(archive, Embedder(settings.embedder), settings.data_dir / "index", "python -m eval")
        indexes.open()
        try:
            indexes.embed_pending(progress, wait=600)
            indexes.catch_up()
            found = {article.id: article for article in archive.articles()}
            yield Bench(RetrieverSystem(Retriever(indexes)), indexes, found)
        finally:
            indexes.close()


def fill(archive: Archive, articles: Iterable[Article]) -> list[tuple[str, str]]:
    """Put articles into an archive, and return (id, reason) of each that did not go in under its own id.

    The archive folds an article into another one with the same address or text; a question about it cannot be scored
    then.
    """
    refused = []
    for article in articles:
        archive.put(article)
        if archive.get(article.id) is None:
            refused.append((article.id, "the archive holds the same address or text under another id"))
    return refused
