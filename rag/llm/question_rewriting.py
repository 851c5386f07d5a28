"""Let the model make a follow-up stand alone; its wording is taken only where it adds nothing."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from langchain_core.runnables import RunnableConfig

from corpus.errors import ModelError
from rag.llm.prompt import build_rewriting_prompt
from rag.llm.writer import Reply, Writer
from rag.model import Turn
from rag.question.query import Query
from rag.question.question_text import LONGEST_QUESTION
from rag.text.citation_marks import read_marks
from rag.text.names import find_name_words, find_names
from rag.text.output_filter import filter_output

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 6.0
"""Seconds after which the rules' own form of the question is taken: an answer is waited for."""

_LONGER = 300  # Characters by which a rewritten question may be longer: names and dates are put in, no story.
_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Hold what a model made of a follow-up.

    Attributes:
        text: The question stand-alone, "" where the rules' own form is to be taken.
        usage: Tokens by kind.
        timings: Milliseconds by stage.
    """

    text: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)


def rewrite_question(
    writer: Writer, query: Query, history: Sequence[Turn], now: datetime, config: RunnableConfig | None = None
) -> Iterator[Rewriting | None]:
    """Yield None while the model works, then what it made of a question.

    A model that fails, takes longer than `LONGEST_WAIT_S`, or names what the conversation does not, is passed over.
    """
    start, reply = time.monotonic(), Reply()
    try:
        for _ in writer.stream(build_rewriting_prompt(query, history, now), reply, config):
            if time.monotonic() - start > LONGEST_WAIT_S:
                break
            yield None
    except ModelError as error:
        log.info("the follow-up is made to stand alone by rules: %s", error)
    text = " ".join(filter_output(reply.text).split()).strip(' "“”') if reply.whole else ""
    took = 1000 * (time.monotonic() - start)
    yield Rewriting(text if _is_acceptable(text, query.question, history) else "", reply.usage, {"rewrite": took})


def _is_acceptable(text: str, question: str, history: Sequence[Turn]) -> bool:
    """Return whether a question was made of a question, with no name and no figure that the conversation lacks."""
    if text.casefold().rstrip("?. ") == " ".join(question.casefold().split()).rstrip("?. "):
        return False  # A model that only repeats it knows no more than the rules.
    if (question.rstrip().endswith("?") and not text.endswith("?")) or read_marks(text, 0).invented:
        return False  # It answers.
    said = "\n".join([question, *(turn.content for turn in history)])
    known, figures = find_name_words(said), set(_FIGURE.findall(said))
    called = {word for name in find_names(text, mid_sentence=True) for word in name.words}
    short = len(text) <= min(LONGEST_QUESTION, len(question) + _LONGER)
    return short and called <= known and set(_FIGURE.findall(text)) <= figures
