"""Let a model write the background of an article from what was found on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import cast

from rag.answer.answer_pipeline import AnswerPipeline
from rag.answer.chain_steps import AnswerState
from rag.answer.question_reader import QuestionReader
from rag.llm.prompt import format_passage
from rag.model import Answer, Filters, Passage
from rag.question.query import Query
from rag.question.question_text import LONGEST_QUESTION
from rag.retrieval.evidence_search import RetrievedPassages
from rag.story.background import Background

TASK = (
    "What is the background of what the first passage reports? Tell in order of time what the other passages report of the "
    "same affair, those before it and those since, in at most six sentences, each with the date of its passage."
)
"""What the model is asked. It names no headline: what an article says never stands outside of the passages."""


class BackgroundWriting:
    """Write backgrounds; each is checked like any answer."""

    def __init__(self, questions: QuestionReader, pipeline: AnswerPipeline, tokens: int) -> None:
        """Compose it.

        Args:
            questions: Understands what is asked.
            pipeline: Writes and checks, with no second search.
            tokens: How many tokens of passages the model reads, at most.
        """
        self._questions = questions
        self._pipeline = pipeline
        self._tokens = tokens

    def write(self, background: Background) -> Background:
        """Return a background with what the model wrote, or with a note where it wrote nothing that holds."""
        passages = list(self._choose(background))
        if len(passages) < 2:  # Nothing but the article itself.
            return background
        answer = self._ask(self._make_query(background), passages)
        if answer.status == "answered":
            return replace(background, written=answer)
        return replace(background, notes=(*background.notes, _describe_failure(answer)))

    def _choose(self, background: Background) -> Iterator[Passage]:
        """Yield the article and what was found on it, in the order in which it is listed, as far as it fits."""
        own = self._pipeline.evidence.retriever.indexes.store.chunks([background.article.id])
        first = [Passage(chunk, 1, 1.0) for chunk in own.values() if chunk.ordinal == 0]
        left = self._tokens
        for passage in (*first, *(entry.passage for entry in background.entries)):
            cost = self._pipeline.count(format_passage(1, passage, ""))
            if cost <= left:
                left -= cost
                yield passage

    def _ask(self, query: Query, passages: list[Passage]) -> Answer:
        """Return the checked answer of the model, which reads nothing but some passages."""
        found = RetrievedPassages(passages)
        state = AnswerState(
            query=query,
            history=(),
            now=datetime.now().astimezone(),
            found=found,
            passages=passages,
            evidence=self._pipeline.evidence.read(query, found),
            enough=True,
        )
        return cast(Answer, self._pipeline.finish.invoke(state)["answer"])

    def _make_query(self, background: Background) -> Query:
        title = background.article.title[: LONGEST_QUESTION // 2]
        query = self._questions.read(f"What is known about “{title}”?", whole=True)
        # The task is what is asked; what passages are searched and read for is the headline.
        plain = replace(query, question=TASK, standalone=TASK, searched=query.standalone, notes=(), parts=())
        # What the headline says of times and outlets narrows nothing: the passages are chosen already.
        return replace(plain, filters=Filters(), hints=Filters(), latest=False, asks_after=None)


def _describe_failure(answer: Answer) -> str:
    return " ".join(["The model wrote no background that the evidence holds.", *answer.notes])
