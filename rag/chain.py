"""The archive as a LangChain retriever, and the chain that answers questions as a Runnable, for chains of your own."""

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import convert_to_messages
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langchain_core.runnables.utils import AddableDict
from pydantic import ConfigDict, SkipValidation

from rag.answer.chain_steps import AnswerState
from rag.answer.passage_retriever import to_document
from rag.assistant import Assistant, show_events
from rag.model import Filters, Passage, Turn

_ROLES = {"human": "user", "ai": "assistant"}


class ArchiveRetriever(BaseRetriever):
    """Find the passages of a question, best first, as documents.

    `page_content` is the text of the passage, verbatim; `metadata` holds article_id, chunk_id, title, outlet, url,
    published_at (ISO 8601 or None), start and end (character offsets in the article's text), rank, score, signals and
    copies.

    Attributes:
        assistant: Where to search; open it before and close it after.
        k: How many passages, at most.
        filters: What every article must meet; None leaves it to what the question says.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: SkipValidation[Assistant]
    k: int = 10
    filters: SkipValidation[Filters | None] = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        return [to_document(passage) for passage in self.assistant.search(query, self.k, self.filters)]


def answer_runnable(assistant: Assistant, filters: Filters | None = None) -> Runnable[Any, dict[str, Any]]:
    """Return the chain that `Assistant.stream` runs, with inputs and outputs in the forms of other LangChain chains.

    Its input is the question, or a mapping with "question" and, if you like, "history": messages in any form that
    LangChain takes. Its output has the keys "context" (the passages, as documents), "draft" (the text as it was
    written, with the places of passages in [n]), "answer" (the checked text, numbers in order of mention) and "result"
    (the `Answer`, with citations, claims and notes). Streamed, they come in this order, "draft" piece by piece; the
    pieces add up to the output. Errors are those of `Assistant.ask`.

    Tracers and `astream_events` see the steps "plan", "retrieve" (with a retriever's events), "judge", "write" (with
    those of the chat model), "check" and "verify".

    Args:
        assistant: Who answers; open it before and close it after.
        filters: What to search in; None leaves it to what the question says.
    """

    def read_input(pieces: list[Any]) -> AnswerState:
        question, history = _parse_input(pieces)
        return AnswerState(question=question, history=history, filters=filters, now=None, whole=False)

    return assistant.pipeline.runnable(read_input, _show_output)


def _parse_input(pieces: list[Any]) -> tuple[str, Sequence[Turn]]:
    """Join what a chain streams in, and return the question and the turns before it."""
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole + piece
    if isinstance(whole, str):
        return whole, ()
    if not isinstance(whole, dict) or not isinstance(whole.get("question"), str):
        raise ValueError('the input must be a question or {"question": ..., "history": [...]}')
    messages = convert_to_messages(whole.get("history") or [])
    return whole["question"], [Turn(_ROLES[m.type], m.text) for m in messages if m.type in _ROLES]


def _show_output(pieces: Iterator[AnswerState]) -> Iterator[dict[str, Any]]:
    passages: Sequence[Passage] = ()
    draft = ""
    for event in show_events(pieces):
        if event.passages and not passages:
            passages = event.passages
            yield AddableDict(context=[to_document(passage) for passage in passages])
        # An answer begun anew after a second search cannot take back what was streamed, so it adds nothing.
        if event.stage == "writing" and len(event.text) > len(draft) and event.text.startswith(draft):
            yield AddableDict(draft=event.text[len(draft) :])
            draft = event.text
        if event.answer and event.stage == "done":
            yield AddableDict(answer=event.answer.text, result=event.answer)
