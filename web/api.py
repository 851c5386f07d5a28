"""What programs ask over HTTP: the same three things that the page does, under names that stay."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

import gradio as gr
from gradio.events import api

from corpus import NewsdeskError
from rag.model import Filters
from web.allowance import Allowance
from web.asking import unfit
from web.desk import Assistant, Desk
from web.frame import client_of
from web.pause import duration

T = TypeVar("T")

_PATIENCE_S = 60.0
_MOST_PASSAGES = 50


def filters_of(since: str, until: str, outlet: str) -> Filters | None:
    """Read filters as the command line writes them; without any, the question decides.

    Args:
        since: A day, "2017-09-01": published on it or later.
        until: A day: published on it or before.
        outlet: An outlet as the archive writes it.

    Raises:
        NewsdeskError: A day is not written like that.
    """
    if not (since or until or outlet):
        return None
    return Filters(
        since=day_of(since) if since else None,
        until=day_of(until) + timedelta(days=1) if until else None,
        outlets=(outlet,) if outlet else (),
    )


def day_of(text: str) -> datetime:
    """Read a day, "2017-09-01", as its first instant in UTC.

    Raises:
        NewsdeskError: It is none.
    """
    try:
        return datetime.combine(datetime.strptime(text.strip(), "%Y-%m-%d").date(), time(), UTC)
    except ValueError as error:
        raise NewsdeskError(f"{text!r} is no day; write it as 2017-09-01") from error


class Api:
    """Answer programs."""

    def __init__(self, desk: Desk, allowance: Allowance) -> None:
        """Answer from a desk, as often as the allowance lets a client."""
        self.desk = desk
        self.allowance = allowance

    def build(self) -> None:
        """Add the endpoints to the blocks that are open."""
        for endpoint in (self.ask, self.search, self.get_article):
            api(endpoint, api_name=endpoint.__name__, concurrency_limit=8)

    def ask(
        self, question: str, request: gr.Request, since: str = "", until: str = "", outlet: str = ""
    ) -> dict[str, Any]:
        """Answer a question from the archive: text with [n] marks, citations with offsets, checked claims, passages."""
        self._admit(request, question)
        answer = self._do(lambda a: a.ask(question, (), filters_of(since, until, outlet)))
        return answer.to_record()

    def search(
        self, query: str, request: gr.Request, k: int = 10, since: str = "", until: str = "", outlet: str = ""
    ) -> list[dict[str, Any]]:
        """Return the k best passages for a query, with article, offsets and score."""
        self._admit(request, query)
        k = min(max(int(k), 1), _MOST_PASSAGES)
        passages = self._do(lambda a: a.search(query, k, filters_of(since, until, outlet)))
        return [passage.to_record() for passage in passages]

    def get_article(self, article_id: str) -> dict[str, Any]:
        """Return an article of the archive with its whole text."""
        article = self._do(lambda a: a.archive.get(article_id))
        if article is None:
            raise gr.Error("There is no article with this id.", print_exception=False)
        return article.to_record()

    def _admit(self, request: gr.Request, question: str) -> None:
        problem = unfit(question)
        if not problem and (seconds := self.allowance.take(client_of(request))):
            problem = f"{self.allowance.reason} You can ask again in {duration(seconds)}."
        if problem:
            raise gr.Error(problem, print_exception=False)

    def _do(self, work: Callable[[Assistant], T]) -> T:
        assistant = self.desk.wait(_PATIENCE_S)
        if assistant is None:
            raise gr.Error(self.desk.problem or "The archive is still being opened.", print_exception=False)
        try:
            return work(assistant)
        except NewsdeskError as error:
            raise gr.Error(str(error), print_exception=False) from error
