"""Bring the archive, Newsdesk and the baselines together for a run."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from corpus import Article
from corpus.archive.database import Archive
from corpus.errors import InputError
from eval.runs.baselines import (
    AlwaysRefuse,
    AlwaysYes,
    FirstSentence,
    OneIndex,
    dense_searcher,
    lexical_searcher,
)
from eval.runs.embedding_cache import CachingEmbedder
from eval.runs.run_folder import MAIN
from eval.runs.systems import AssistantSystem, System
from eval.runs.usual_chain import UsualChain
from rag.assistant import Assistant
from rag.index.embedder import Embedder
from rag.index.pending_articles import Progress
from rag.llm.chat_model import chat_model
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Bench:
    """Hold what a run puts questions to.

    Attributes:
        assistant: Newsdesk.
        articles: The articles of its archive.
    """

    assistant: Assistant
    articles: Mapping[str, Article]

    def newsdesk(self, now: datetime) -> AssistantSystem:
        """Return Newsdesk as a run asks it; `now` is that of every question without a date of its own."""
        return AssistantSystem(self.assistant, MAIN, now)

    def baselines(self, main: System, only: str = "") -> list[System]:
        """Return the baselines that a run of this kind can be compared with.

        Args:
            main: The system that they are compared with.
            only: "retrieval", "answers" or "", as in the run.

        Raises:
            SettingsError: The named model is not available.
        """
        indexes, embedder = self.assistant.indexes, CachingEmbedder(self.assistant.embedder)
        found: list[System] = []
        if only != "retrieval":
            found += [AlwaysRefuse(), AlwaysYes(), FirstSentence(main.search)]
        if only != "answers":
            found += [
                OneIndex("dense", dense_searcher(indexes.dense, embedder, indexes.store)),
                OneIndex("bm25", lexical_searcher(indexes.lexical, indexes.store)),
            ]
        settings = self.assistant.settings
        model = chat_model(settings) if settings.llm and only != "retrieval" else None
        if model or only != "answers":
            found.append(UsualChain(self.articles.values(), embedder, model, settings.llm_tries))
        return found


@contextmanager
def open_bench(
    settings: Settings, articles: Mapping[str, Article], progress: Progress | None = None, timed: bool = True
) -> Iterator[Bench]:
    """Open the assistant of the settings, put in the articles that its archive lacks, and index them.

    Args:
        settings: Of the assistant.
        articles: That the questions are about.
        progress: Told how many articles are embedded.
        timed: Embed as for a user; else each text once, which is faster and makes the times of stages meaningless.

    Raises:
        InputError: An article does not go in under its own id, so that questions about it could not be scored.
        NewsdeskError: Another process has the indexes, or the model is not available.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    embedder = None if timed else CachingEmbedder(Embedder(settings.embedder))
    with Assistant(settings, "python -m eval", embedder) as assistant:
        if refused := fill(assistant.archive, articles.values()):
            named = "; ".join(f"{key}: {reason}" for key, reason in refused[:5])
            raise InputError(f"{len(refused)} articles do not go in ({named}). Use an empty folder: --data DIR")
        assistant.indexes.embed_pending(progress, wait=600)
        assistant.indexes.catch_up()
        yield Bench(assistant, {article.id: article for article in assistant.archive.articles()})


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
