"""Labelled claims read by a model: the requests, live or as a batch, and the verdicts that code makes of the replies.

Several claims share a request, as those of one answer do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.errors import ModelError
from eval.batch import Body, digest, make_row
from eval.claim_scoring import LabelledClaim, find_worst, make_claim_check
from eval.replies import BatchReply
from rag.llm.shared_reading import TOGETHER, CheckToRead, SharedReading, share_reading
from rag.llm.verification_prompt import VerificationPrompt
from rag.llm.verifier import read_claims
from rag.llm.writer import Writer
from rag.model import Verdict
from rag.verification.claim_check import ClaimCheck
from rag.verification.second_reading import read_verdicts


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Hold a request for the reading of some labelled claims.

    Attributes:
        shared: What is sent.
        claims: What is asked about, each with its check.
    """

    shared: SharedReading
    claims: tuple[tuple[LabelledClaim, ClaimCheck], ...]

    @property
    def prompt(self) -> VerificationPrompt:
        """Return what is sent."""
        return self.shared.prompt

    def judge(self, reply: str) -> dict[str, Verdict]:
        """Return the verdict on each claim, by its id; without a reply, that of the rules."""
        readings = self.shared.split(read_verdicts(reply, self.prompt.claims))
        return {
            claim.id: find_worst(check.conclude(read))
            for (claim, check), read in zip(self.claims, readings, strict=True)
        }


def group_requests(claims: Sequence[LabelledClaim], together: int = TOGETHER) -> list[ClaimRequest]:
    """Return the requests that have claims read, so many in each; what needs no reading is in them and not sent."""
    return [_make_request(claims[start : start + together]) for start in range(0, len(claims), together)]


def _make_request(claims: Sequence[LabelledClaim]) -> ClaimRequest:
    checks = [make_claim_check(claim) for claim in claims]
    shared = share_reading([CheckToRead(c, claim.passages) for c, claim in zip(checks, claims, strict=True)])
    return ClaimRequest(shared, tuple(zip(claims, checks, strict=True)))


def make_rows(name: str, requests: Iterable[ClaimRequest], body: Body) -> Iterator[dict[str, Any]]:
    """Yield the requests in the JSONL of OpenAI's Batch API; `custom_id` is `NAME:NUMBER:DIGEST`."""
    for number, request in enumerate(requests):
        if request.prompt.claims:
            key = f"{name}:{number}:{digest(request.prompt)}"
            yield make_row(key, request.prompt, body)


def judge_replies(
    name: str, requests: Sequence[ClaimRequest], replies: Mapping[str, BatchReply]
) -> tuple[dict[str, Verdict], int]:
    """Return the verdict on each claim, and how many requests have no reply that can be used.

    Raises:
        ModelError: A reply is to another request.
    """
    by_number = {key.split(":")[1]: key for key in replies if key.startswith(f"{name}:") and key.count(":") == 2}
    verdicts: dict[str, Verdict] = {}
    missing = 0
    for number, request in enumerate(requests):
        key = by_number.get(str(number), "")
        if key and not key.endswith(digest(request.prompt)):
            raise ModelError(f"The reply {key} is to another request: claims or prompt changed. Export again.")
        reply = replies[key].text if key else ""
        missing += bool(request.prompt.claims) and not reply
        verdicts |= request.judge(reply)
    return verdicts, missing


def ask_verifier(
    verifier: Writer, requests: Sequence[ClaimRequest], progress: Callable[[int, int], object]
) -> tuple[dict[str, Verdict], int]:
    """Have a model read the claims now; return the verdict on each, and how many requests failed."""
    verdicts: dict[str, Verdict] = {}
    failed = 0
    for done, request in enumerate(requests, 1):
        reply = ""
        if request.prompt.claims:
            # What comes before the last is None, a sign of life while the model works.
            *_, reading = read_claims(verifier, request.prompt)
            failed += bool(reading and reading.failure)
            reply = reading.reply if reading else ""
        verdicts |= request.judge(reply)
        progress(done, len(requests))
    return verdicts, failed
