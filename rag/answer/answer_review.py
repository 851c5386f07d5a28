"""The second reading of what a model wrote: each claim against what it cites, and one chance to mend what fails."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.runnables import RunnableConfig

from corpus.errors import ModelError
from corpus.text.language_detection import detect
from rag.llm.prompt import SYSTEM, Prompt, read_missing
from rag.llm.verification_prompt import build_mending_prompt, build_verification_prompt
from rag.llm.verifier import SecondReading, read_claims
from rag.llm.writer import Reply, Writer
from rag.model import Claim
from rag.text.injected_instructions import strip_injected_instructions
from rag.text.output_filter import filter_output
from rag.verification.claim_check import Checked, ClaimCheck
from rag.verification.second_reading import OpenClaim, carry_readings

log = logging.getLogger(__name__)

_LEAST_S = 1.0  # Less time than this is not worth a request.


@dataclass(frozen=True, slots=True)
class Review:
    """Hold an answer after its second reading.

    Attributes:
        checked: The answer.
        notes: Sentences for the reader.
        usage: Tokens by kind.
        stages: The same with the number of requests by stage, "verify" and "mend".
        timings: Milliseconds by stage.
    """

    checked: Checked
    notes: tuple[str, ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)

    def spend(self, stage: str, usage: Mapping[str, int], milliseconds: float) -> "Review":
        """Return the same with one more request counted."""
        total = {kind: self.usage.get(kind, 0) + usage.get(kind, 0) for kind in {**self.usage, **usage}}
        stages = {**self.stages, stage: {"requests": 1, **usage}}
        return replace(self, usage=total, stages=stages, timings={**self.timings, stage: milliseconds})


def make_check(text: str, prompt: Prompt) -> ClaimCheck:
    """Return the check of what a model wrote to a prompt, in the language that it wrote in."""
    return ClaimCheck(text, prompt.passages, detect(text) or "en")


class AnswerReview:
    """Have the claims of answers read a second time by a model, and mended by the one that wrote them."""

    def __init__(self, verifier: Writer, writer: Writer, *, mend: bool, total_s: float) -> None:
        """Compose the review.

        Args:
            verifier: What reads.
            writer: What wrote, and mends.
            mend: Whether it gets the chance.
            total_s: Seconds for an answer as a whole.
        """
        self._verifier = verifier
        self._writer = writer
        self._mend = mend
        self._total_s = total_s

    def run(
        self, text: str, check: ClaimCheck, prompt: Prompt, spent_s: float, config: RunnableConfig | None = None
    ) -> Iterator[Review | None]:
        """Yield None while models work, then the answer with its verdicts.

        Two requests at most: one has all claims read, one has those mended that fail. What was mended is checked by rules;
        a claim that stayed as it was keeps what its reading found. A mended answer with as many faults is not taken.

        Args:
            text: What the model wrote, with marks that give the place of a passage in the prompt.
            check: The check of it.
            prompt: What it was written to.
            spent_s: Seconds that the answer has taken until now.
            config: LangChain's, with the callbacks that see the models' events.
        """
        claims = check.list_open_claims()
        if not claims:
            yield Review(check.conclude())
            return
        request = build_verification_prompt(claims, prompt.passages)
        left_s, reading = self._total_s - spent_s, SecondReading(failure="no time is left for it")
        if left_s > _LEAST_S:
            for step in read_claims(self._verifier, request, left_s, config):
                yield None
                reading = step or reading
        review = Review(check.conclude(reading.readings), _note_failure(reading.failure))
        review = review.spend("verify", reading.usage, reading.milliseconds)
        left_s -= reading.milliseconds / 1000
        if self._mend and not reading.failure and left_s > _LEAST_S and _list_faults(review.checked):
            for mended in self._run_mending(text, prompt, review, claims, reading, left_s, config):
                yield None
                review = mended or review
        yield review

    def _run_mending(
        self,
        text: str,
        prompt: Prompt,
        review: Review,
        claims: Sequence[OpenClaim],
        reading: SecondReading,
        left_s: float,
        config: RunnableConfig | None,
    ) -> Iterator[Review | None]:
        """Yield None while the writer works, then the review with the mended answer where that has fewer faults."""
        faults, reply, start = _list_faults(review.checked), Reply(), time.monotonic()
        request = build_mending_prompt(prompt, text, [(claim.text, claim.reason) for claim in faults])
        try:
            for _ in self._writer.stream(request, reply, config, left_s):
                yield None
        except ModelError as error:
            log.info("not mended: %s", error)
        review = review.spend("mend", reply.usage, 1000 * (time.monotonic() - start))
        if reply.whole:
            check = make_check(_read_mended(reply.text, prompt), prompt)
            mended = check.conclude(carry_readings(reading.readings, claims, check.list_open_claims()))
            if mended.claims and len(_list_faults(mended)) < len(faults):
                review = replace(review, checked=mended)
        yield review


def _read_mended(reply: str, prompt: Prompt) -> str:
    text, _ = read_missing(reply)
    return strip_injected_instructions(filter_output(text), prompt.passages, SYSTEM)


def _list_faults(checked: Checked) -> list[Claim]:
    return [claim for claim in checked.claims if claim.verdict == "flagged"]


def _note_failure(failure: str) -> tuple[str, ...]:
    if not failure:
        return ()
    return (
        f"A second reading of the claims was not possible ({failure.rstrip('.')}); they are checked by rules only.",
    )
