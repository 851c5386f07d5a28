"""What programs ask over HTTP: the same things that the page does, under names that stay."""

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio.events import api

from corpus import NewsdeskError
from corpus.text.characters import strip_invisible
from rag import Assistant
from rag.drafts.draft_report import DraftReport
from rag.drafts.draft_text import MOST_SENT, read_sent_draft
from rag.question.filter_values import read_filters
from rag.question.question_text import read_question
from web.assistant.assistant_loader import AssistantLoader
from web.frame import user_of
from web.rate_limit import asks

T = TypeVar("T")

CHECKING: dict[str, Any] = {"concurrency_id": "drafts", "concurrency_limit": 2}
"""Two drafts are checked at a time: each takes as long as some sixty searches, and a model's time on top."""

_PATIENCE_S = 60.0
_MOST_PASSAGES = 50


class Api:
    """Answer programs."""

    def __init__(self, loader: AssistantLoader) -> None:
        """Answer with the assistant of a loader."""
        self.loader = loader

    def build(self) -> None:
        """Add the endpoints to the blocks that are open."""
        for endpoint in (self.ask, self.search, self.background, self.outlets, self.get_article, self.cite):
            api(endpoint, api_name=endpoint.__name__, concurrency_limit=8)
        api(self.verify, api_name="verify", **CHECKING)

    @asks()
    def ask(
        self,
        request: gr.Request,
        question: str,
        since: str = "",
        until: str = "",
        outlet: str = "",
        author: str = "",
        section: str = "",
        collection: str = "",
    ) -> dict[str, Any]:
        """Answer a question from the archive: text with [n] marks, citations with offsets, checked claims, passages."""
        _check_question(question)
        answer = self.run(
            lambda a: a.ask(
                question, (), read_filters(since, until, outlet, author, section, collection, user_of(request))
            )
        )
        return answer.to_record()

    @asks()
    def search(
        self,
        request: gr.Request,
        query: str,
        k: int = 10,
        since: str = "",
        until: str = "",
        outlet: str = "",
        author: str = "",
        section: str = "",
        collection: str = "",
    ) -> list[dict[str, Any]]:
        """Return the k best passages for a query, with article, offsets and score."""
        _check_question(query)
        k = min(max(k, 1), _MOST_PASSAGES)  # A number out of range gets the nearest that makes sense.
        passages = self.run(
            lambda a: a.search(
                query, k, read_filters(since, until, outlet, author, section, collection, user_of(request))
            )
        )
        return [passage.to_record() for passage in passages]

    @asks()
    def background(self, article_id: str) -> dict[str, Any]:
        """Return what the archive has on an article: coverage before and since, other reports, corrections, names."""
        return self.run(lambda a: a.background(article_id)).to_record()

    @asks()
    def outlets(
        self,
        request: gr.Request,
        asked: str,
        since: str = "",
        until: str = "",
        outlet: str = "",
        author: str = "",
        section: str = "",
        collection: str = "",
    ) -> dict[str, Any]:
        """Return how several outlets tell a story, found by the id of an article or by a question."""
        _check_question(asked)
        found = self.run(
            lambda a: a.compare_outlets(
                asked, read_filters(since, until, outlet, author, section, collection, user_of(request))
            )
        )
        return found.to_record()

    @asks()
    def verify(
        self,
        request: gr.Request,
        draft: str,
        limit: int = MOST_SENT,
        since: str = "",
        until: str = "",
        outlet: str = "",
        author: str = "",
        section: str = "",
        collection: str = "",
    ) -> dict[str, Any]:
        """Check a text against the archive: a verdict on each claim, with the passages found, and what was passed over."""
        limit = min(max(limit, 1), MOST_SENT)

        def check(assistant: Assistant) -> DraftReport:
            filters = read_filters(since, until, outlet, author, section, collection, user_of(request))
            *_, last = assistant.check_draft(read_sent_draft(draft), filters, limit)
            return last.report

        return self.run(check).to_record()

    def get_article(self, article_id: str) -> dict[str, Any]:
        """Return an article of the archive with its whole text."""
        article = self.run(lambda a: a.archive.get(strip_invisible(article_id)))
        if article is None:
            raise gr.Error("There is no article with this id.", print_exception=False)
        return article.to_record()

    def cite(self, article_ids: str, form: str = "ris") -> str:
        """Return articles, their ids separated by blanks, as references: "ris", "bibtex" or "csl" (CSL JSON)."""
        wanted = article_ids.split()[:_MOST_PASSAGES]
        return self.run(lambda a: a.cite([strip_invisible(name) for name in wanted], form))

    def run(self, work: Callable[[Assistant], T]) -> T:
        """Return what some work with the assistant returns.

        Raises:
            gr.Error: The archive is not open, or the work cannot be done; the message says why.
        """
        assistant = self.loader.wait(_PATIENCE_S)
        if assistant is None:
            raise gr.Error(self.loader.problem or "The archive is still being opened.", print_exception=False)
        try:
            return work(assistant)
        except NewsdeskError as error:
            raise gr.Error(str(error), print_exception=False) from error


def _check_question(question: str) -> None:
    try:
        read_question(question)
    except NewsdeskError as error:
        raise gr.Error(str(error), print_exception=False) from error
