"""Let the model plan the searches; where it is slow, fails, or plans nothing, the rules decide."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from langchain_core.runnables import RunnableConfig

from corpus.errors import ModelError
from rag.llm.plan_prompt import build_plan_prompt
from rag.llm.writer import Reply, Writer
from rag.model import Turn
from rag.question.query import Query
from rag.question.search_plan import ArchiveScope, SearchPlan, read_plan

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Planning:
    """Hold what came of asking for a plan.

    Attributes:
        plan: The plan, or None where the rules decide.
        usage: Tokens by kind.
        milliseconds: How long it took.
    """

    plan: SearchPlan | None = None
    usage: dict[str, int] = field(default_factory=dict)
    milliseconds: float = 0.0


def plan_searches(
    planner: Writer,
    query: Query,
    history: Sequence[Turn],
    scope: ArchiveScope,
    now: datetime,
    config: RunnableConfig | None = None,
) -> Iterator[Planning | None]:
    """Yield None while the model works, the first time once the request is on its way, then what came of it."""
    start, reply = time.monotonic(), Reply()
    try:
        for _ in planner.stream(build_plan_prompt(query, history, scope, now), reply, config):
            yield None
    except ModelError as error:
        log.info("the searches are planned by rules: %s", error)
    plan = read_plan(reply.text, query.question, history, scope, now) if reply.whole else None
    yield Planning(plan, reply.usage, 1000 * (time.monotonic() - start))
