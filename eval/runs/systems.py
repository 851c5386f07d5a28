"""What is evaluated: anything that searches and answers like the assistant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from eval.question import Question
from rag.model import Answer, Filters, Passage, Turn


class Asker(Protocol):
    """Describe the part of `rag.Assistant` that an evaluation calls."""

    def search(
        self,
        question: str,
        k: int = 10,
        filters: Filters | None = None,
        now: datetime | None = None,
        history: Sequence[Turn] = (),
    ) -> list[Passage]:
        """Return the best passages."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
    ) -> Answer:
        """Return an answer."""


class System(Protocol):
    """Describe what a run puts questions to; one that cannot search or answer returns None."""

    @property
    def name(self) -> str:
        """Return the name, fit for a file."""

    def search(self, question: Question, k: int) -> list[Passage] | None:
        """Return up to `k` passages, best first."""

    def answer(self, question: Question) -> Answer | None:
        """Return an answer."""


class Searcher(Protocol):
    """Describe a retriever for plain text."""

    def __call__(self, text: str, k: int) -> list[Passage]:
        """Return up to `k` passages, best first."""


class AssistantSystem:
    """Put questions to the assistant as a user would: with their history, and as of their own date."""

    def __init__(self, asker: Asker, name: str, now: datetime | None = None) -> None:
        """Name an assistant.

        Args:
            asker: The assistant.
            name: Fit for a file.
            now: The "now" of every question that has no date of its own; the present without one.
        """
        self.name = name
        self._asker = asker
        self._now = now

    def search(self, question: Question, k: int) -> list[Passage]:
        """Return the passages that the question would be answered from."""
        return self._asker.search(question.text, k, None, question.as_of or self._now, question.history)

    def answer(self, question: Question) -> Answer:
        """Return the assistant's answer."""
        return self._asker.ask(question.text, question.history, None, question.as_of or self._now)
