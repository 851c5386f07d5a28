"""Labelled claims read by a model: the requests, live or as a batch, and the verdicts that code makes of the replies.

Several claims share a request, as those of one answer do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.errors import ModelError
from eval.batch import Body, digest
from eval.claim_scoring import LabelledClaim, find_worst, make_claim_check
from eval.replies import BatchReply
from rag.llm.verification_prompt import VerificationPrompt, build_verification_prompt
from rag.llm.verifier import read_claims
from rag.llm.writer import Writer
from rag.model import Passage, Verdict
from rag.verification.claim_check import ClaimCheck
from rag.verification.second_reading import OpenClaim, Reading, read_verdicts

TOGETHER = 6
"""Claims of one request: about as many as an answer has."""


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Hold a request for the reading of some labelled claims.

    Attributes:
        prompt: What is sent.
        claims: What is asked about.
    """

    prompt: VerificationPrompt
    claims: tuple["_Asked", ...]

    def judge(self, reply: str) -> dict[str, Verdict]:
        """Return the verdict on each claim, by its id; without a reply, that of the rules."""
        readings = read_verdicts(reply, self.prompt.claims)
        return {
            asked.claim.id: find_worst(
                asked.check.conclude(
                    {n: asked.localise(readings[m]) for n, m in asked.numbers.items() if m in readings}
                )
            )
            for asked in self.claims
        }


@dataclass(frozen=True, slots=True)
class _Asked:
    """Hold a claim with its check, and how numbers of the request follow from those of the check.

    Attributes:
        claim: The claim.
        check: Its check.
        numbers: For each of its open parts, the number in the request.
        positions: For each of its passages, the position in the request.
    """

    claim: LabelledClaim
    check: ClaimCheck
    numbers: Mapping[int, int]
    positions: Mapping[int, int]

    def localise(self, reading: Reading) -> Reading:
        """Return a reading with the positions of the check."""
        own = {position: n for n, position in self.positions.items()}
        return replace(reading, quoted=tuple((own[n], words) for n, words in reading.quoted if n in own))


def group_requests(claims: Sequence[LabelledClaim], together: int = TOGETHER) -> list[ClaimRequest]:
    """Return the requests that have claims read, so many in each; what needs no reading is in them and not sent."""
    return [_make_request(claims[start : start + together]) for start in range(0, len(claims), together)]


def _make_request(claims: Sequence[LabelledClaim]) -> ClaimRequest:
    passages: dict[tuple[object, ...], Passage] = {}
    sent: list[OpenClaim] = []
    members = []
    for claim in claims:
        keys = [(p.article.title, p.article.source, p.article.published_at, p.article.body) for p in claim.passages]
        passages |= {key: passage for key, passage in zip(keys, claim.passages, strict=True) if key not in passages}
        places = {key: position for position, key in enumerate(passages, 1)}
        asked = _Asked(claim, make_claim_check(claim), {}, {n: places[key] for n, key in enumerate(keys, 1)})
        numbers: dict[int, int] = {}
        for part in asked.check.list_open_claims():
            numbers[part.number] = len(sent) + 1
            sent.append(OpenClaim(len(sent) + 1, part.text, tuple(asked.positions[n] for n in part.cited)))
        members.append(replace(asked, numbers=numbers))
    return ClaimRequest(build_verification_prompt(sent, tuple(passages.values())), tuple(members))


def make_rows(name: str, requests: Iterable[ClaimRequest], body: Body) -> Iterator[dict[str, Any]]:
    """Yield the requests in the JSONL of OpenAI's Batch API; `custom_id` is `NAME:NUMBER:DIGEST`."""
    for number, request in enumerate(requests):
        if request.prompt.claims:
            key = f"{name}:{number}:{digest(request.prompt)}"
            yield {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body(request.prompt)}


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
            *_, reading = read_claims(verifier, request.prompt)
            failed += bool(reading and reading.failure)
            reply = reading.reply if reading else ""
        verdicts |= request.judge(reply)
        progress(done, len(requests))
    return verdicts, failed
