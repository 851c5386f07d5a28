"""Measure whether all gold articles of a question stand in the prompt, by rules and with plans that were recorded.

A model writes nothing here: recorded plans are what one would reply to the request for a plan, and of the answer only
the prompt is looked at. A question that is refused before has no prompt, so its gold is not there.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from langchain_core.runnables import RunnableConfig

from corpus.errors import InputError
from eval.json_lines import read_json_lines
from eval.question import Defect, Question
from eval.statistics import Estimate, estimate_mean
from rag.assistant import Assistant
from rag.llm.prompt import REFUSAL, ModelRequest, Prompt
from rag.llm.writer import Reply, Writer

RULES, PLANS = "all gold in the prompt by rules", "all gold in the prompt by plans"


@dataclass(frozen=True, slots=True)
class PromptedGold:
    """Hold what of a question's gold articles the prompt held.

    Attributes:
        question: The question.
        missing: The gold articles that were not in it.
        tokens: Of the whole prompt, as the assistant counts them; 0 where there was none.
    """

    question: Question
    missing: frozenset[str]
    tokens: int


class _FixedReply(Writer):
    """Reply one text to every prompt, and keep the last one."""

    def __init__(self, text: str, planner: Writer | None = None) -> None:
        self.name = "none"
        self.planner = planner
        self.verifier = None
        self.prompt: Prompt | None = None
        self._text = text

    def stream(
        self,
        prompt: ModelRequest,
        reply: Reply,
        config: RunnableConfig | None = None,  # noqa: ARG002
        within_s: float = math.inf,  # noqa: ARG002
    ) -> Iterator[str]:
        # The request for a plan is a prompt too, but holds no passages.
        self.prompt = prompt if isinstance(prompt, Prompt) else self.prompt
        reply.text, reply.whole = self._text, True
        yield reply.text


def read_plans(path: Path) -> dict[str, str]:
    """Return the recorded replies to the requests for plans, by question: lines of `{"id", "reply"}`.

    Raises:
        InputError: The file or a line of it cannot be read.
    """
    plans = {}
    for place, row in read_json_lines(path):
        if isinstance(row, Defect) or not (isinstance(row.get("id"), str) and isinstance(row.get("reply"), str)):
            raise InputError(f'{place}: no recorded plan. Write lines of {{"id": "...", "reply": "..."}}')
        plans[row["id"]] = row["reply"]
    return plans


def look_for_gold(
    assistant: Assistant, questions: Iterable[Question], plans: Mapping[str, str] | None = None
) -> Iterator[PromptedGold]:
    """Yield for each question that has gold articles which of them its prompt lacks.

    Args:
        assistant: Whose archive is asked; its own model is not.
        questions: The questions.
        plans: Recorded plans; None leaves the searches to the rules.
    """
    for question in questions:
        if not question.gold:
            continue
        # An empty reply is no plan, so that the rules search, as in a live run whose plan fails.
        planner = None if plans is None else _FixedReply(plans.get(question.id, ""))
        # A refusal, since it has no claims that would be checked.
        writer = _FixedReply(REFUSAL, planner)
        assistant.with_writer(writer).ask(question.text, question.history, None, question.as_of)
        passages = writer.prompt.passages if writer.prompt else ()
        # A copy that was folded into a passage has the same text, so its gold was read.
        read = {article.id for p in passages for article in (p.article, *p.copies)}
        tokens = sum(assistant.pipeline.count(text) for _, text in writer.prompt.messages) if writer.prompt else 0
        yield PromptedGold(question, frozenset(question.gold) - read, tokens)


def share_whole(found: Iterable[PromptedGold]) -> Estimate:
    """Return the share of questions of whose gold articles none is missing."""
    return estimate_mean([float(not one.missing) for one in found])
