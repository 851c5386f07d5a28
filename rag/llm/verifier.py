"""The model that reads the claims of an answer a second time."""

import logging
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from langchain_core.runnables import RunnableConfig

from corpus.errors import ModelError
from rag.llm.verification_prompt import VerificationPrompt
from rag.llm.writer import Reply, Writer
from rag.verification.second_reading import Reading, read_verdicts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SecondReading:
    """Hold what came of asking for a second reading.

    Attributes:
        readings: What the model says, by the number of the claim.
        usage: Tokens by kind.
        milliseconds: How long it took.
        failure: Why there is none, or "".
        reply: What the model wrote.
    """

    readings: Mapping[int, Reading] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    milliseconds: float = 0.0
    failure: str = ""
    reply: str = ""


def read_claims(
    verifier: Writer,
    prompt: VerificationPrompt,
    within_s: float = math.inf,
    config: RunnableConfig | None = None,
) -> Iterator[SecondReading | None]:
    """Yield None while the model works, then what came of it; a failure raises nothing.

    Args:
        verifier: The model that reads.
        prompt: The claims with what they cite.
        within_s: Seconds after which it is given up.
        config: LangChain's, with the callbacks that see the model's events.
    """
    start, reply, failure = time.monotonic(), Reply(), ""
    try:
        for _ in verifier.stream(prompt, reply, config, within_s):
            yield None
    except ModelError as error:
        failure = str(error)
    readings = read_verdicts(reply.text, prompt.claims) if reply.whole else {}
    if not readings and not failure:
        failure = f"{verifier.name} gave no verdict that can be read"
    if failure:
        log.info("no second reading: %s", failure)
    yield SecondReading(readings, reply.usage, 1000 * (time.monotonic() - start), failure, reply.text)
