"""The claims of several checks read in one request, each against its own passages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.llm.verification_prompt import VerificationPrompt, build_verification_prompt
from rag.model import Passage
from rag.verification.claim_check import ClaimCheck
from rag.verification.second_reading import OpenClaim, Reading

TOGETHER = 6
"""Claims of one request: about as many as an answer has."""


@dataclass(frozen=True, slots=True)
class CheckToRead:
    """Hold a check whose open claims are to be read.

    Attributes:
        check: The check.
        passages: What it was given.
        about: Names that a claim speaks of and does not hold itself.
    """

    check: ClaimCheck
    passages: Sequence[Passage]
    about: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SharedReading:
    """Hold a request with the claims of several checks, and how its numbers follow from theirs.

    Attributes:
        prompt: What is sent; it has no claims where nothing is open.
        numbers: For each check, the number in the request by its own number of the claim.
        positions: For each check, the position in the request by its own position of the passage.
    """

    prompt: VerificationPrompt
    numbers: tuple[Mapping[int, int], ...]
    positions: tuple[Mapping[int, int], ...]

    def split(self, readings: Mapping[int, Reading]) -> list[dict[int, Reading]]:
        """Return for each check the readings of its claims, in its own numbers and positions."""
        return [
            {n: _localise(readings[sent], positions) for n, sent in numbers.items() if sent in readings}
            for numbers, positions in zip(self.numbers, self.positions, strict=True)
        ]


def share_reading(checks: Sequence[CheckToRead]) -> SharedReading:
    """Return the request that has the open claims of some checks read; a passage of several stands in it once."""
    passages: dict[tuple[object, ...], Passage] = {}
    sent: list[OpenClaim] = []
    numbers: list[dict[int, int]] = []
    positions: list[dict[int, int]] = []
    for one in checks:
        keys = [_key(passage) for passage in one.passages]
        passages |= {key: p for key, p in zip(keys, one.passages, strict=True) if key not in passages}
        places = {key: position for position, key in enumerate(passages, 1)}
        own = {n: places[key] for n, key in enumerate(keys, 1)}
        known: dict[int, int] = {}
        for part in one.check.list_open_claims():
            known[part.number] = len(sent) + 1
            sent.append(OpenClaim(len(sent) + 1, _word(part.text, one.about), tuple(own[n] for n in part.cited)))
        numbers.append(known)
        positions.append(own)
    prompt = build_verification_prompt(sent, tuple(passages.values()))
    return SharedReading(prompt, tuple(numbers), tuple(positions))


def _key(passage: Passage) -> tuple[object, ...]:
    # By what it says: the ids of labelled claims' passages may be mere ranks.
    article, chunk = passage.article, passage.chunk
    return article.title, article.source, article.published_at, article.body, chunk.start, chunk.end


def _word(text: str, about: Sequence[str]) -> str:
    return f"{text} (the sentence before it names: {'; '.join(about)})" if about else text


def _localise(reading: Reading, positions: Mapping[int, int]) -> Reading:
    own = {position: n for n, position in positions.items()}
    return replace(reading, quoted=tuple((own[n], words) for n, words in reading.quoted if n in own))
