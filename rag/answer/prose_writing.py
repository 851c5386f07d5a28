"""Let a model write an answer: choose what it reads, and search once more for what it says is missing."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig

from corpus.article import Chunk
from corpus.errors import ModelError
from rag.answer.chain_steps import AnswerState
from rag.answer.prompt_evidence import DEPTH, REPRESENTED, choose_evidence
from rag.llm.prompt import REFUSAL, Prompt, build_prompt, hide_missing, read_missing
from rag.llm.writer import Reply, Writer
from rag.model import Event, Passage
from rag.retrieval.evidence_search import EvidenceSearch
from rag.retrieval.passage_search import SearchText
from rag.text.output_filter import filter_output

log = logging.getLogger(__name__)

_FURTHER = 4  # The share of the budget by which a second search may go beyond it.

Pieces = Iterator[Mapping[str, Any]]


class ProseWriting:
    """Write answers by a model from the passages of a budget."""

    def __init__(
        self,
        writer: Writer,
        evidence: EvidenceSearch,
        count: Callable[[str], int],
        evidence_tokens: int,
        look_again: bool,
    ) -> None:
        """Take the parts of `rag.answer.answer_pipeline.AnswerPipeline`."""
        self._writer = writer
        self._evidence = evidence
        self._count = count
        self._tokens = evidence_tokens
        self._look_again = look_again

    def choose(self, rankings: Sequence[Sequence[Passage]]) -> list[Passage]:
        """Return what the model is to read of what the searches found."""
        return choose_evidence(rankings, self._tokens, self._count)

    def build_prompt(self, state: AnswerState) -> Prompt:
        """Return what is sent first."""
        return self._build_prompt(state, state["passages"], "write")

    def write(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        """Yield what the model writes, and, where it says that a part is missing, what it writes after a second search.

        Raises:
            ModelError: It failed; where only the second answer did, the first one stands.
        """
        prompt, reply = self.build_prompt(state), Reply()
        yield {"prompt": prompt}
        yield from self._stream(prompt, reply, config)
        text, missing = read_missing(reply.text) if self._look_again else (reply.text, "")
        if missing and (passages := self._search_again(state, missing)):
            fuller, again = self._build_prompt(state, passages, "again"), Reply()
            yield {"event": Event("reading", "", passages)}
            try:
                yield from self._stream(fuller, again, config)
            except ModelError as error:
                log.info("the first answer stands: %s", error)
            else:
                prompt, (text, _) = fuller, read_missing(again.text)
        event = Event("checking", filter_output(text), prompt.passages)
        # A model that wrote nothing but what is missing has refused.
        yield {"text": text or REFUSAL, "status": "answered", "written": True, "event": event}
        yield {"prompt": prompt, "passages": list(prompt.passages)}

    def _stream(self, prompt: Prompt, reply: Reply, config: RunnableConfig) -> Pieces:
        """Collect what the model writes to a prompt, and count what it cost."""
        timings: dict[str, float] = {}
        failure: ModelError | None = None
        with measure(timings, prompt.stage):
            try:
                for _ in self._writer.stream(prompt, reply, config):  # An empty piece is a chance to stop.
                    text = filter_output(hide_missing(reply.text))
                    yield {"event": Event("writing" if reply.text else "reading", text, prompt.passages)}
            except ModelError as error:
                failure = error
        # Before the failure is raised: a request that failed was paid for too.
        yield {**count_request(prompt.stage, reply.usage), "timings": timings}
        if failure:
            raise failure

    def _search_again(self, state: AnswerState, missing: str) -> list[Passage]:
        """Return what to read with the evidence for a missing part, or nothing where the search brings nothing new."""
        (_,), (ranking,) = self._evidence.retriever.retrieve_deeply([SearchText(missing)], 1, DEPTH, state["searched"])
        read = [passage.chunk for passage in state["passages"]]
        if all(any(_lies_in(p.chunk, chunk) for chunk in read) for p in ranking[:REPRESENTED]):
            return []
        budget = self._tokens + self._tokens // _FURTHER
        return choose_evidence([ranking, *state["found"].rankings], budget, self._count)

    def _build_prompt(self, state: AnswerState, passages: Sequence[Passage], stage: str) -> Prompt:
        ask_missing = self._look_again and stage == "write"
        apart = [meaning.article_id for meaning in state.get("meanings", ())]
        return build_prompt(state["query"], passages, state["now"], state["history"], ask_missing, stage, apart)


def count_request(stage: str, usage: Mapping[str, int]) -> dict[str, Any]:
    """Return what one request of a stage cost, as the state sums it."""
    return {"usage": dict(usage), "stages": {stage: {"requests": 1, **usage}}}


@contextmanager
def measure(timings: dict[str, float], stage: str) -> Iterator[None]:
    """Add the milliseconds of a block to a stage."""
    start = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = timings.get(stage, 0.0) + 1000 * (time.perf_counter() - start)


def _lies_in(chunk: Chunk, other: Chunk) -> bool:
    return chunk.article.id == other.article.id and other.start <= chunk.start and chunk.end <= other.end
