"""What a question asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rag.model import Filters, Turn

Kind = Literal[
    "who",
    "when",
    "where",
    "how_many",
    "quotation",
    "attribution",
    "yes_no",
    "why",
    "what",
    "timeline",
    "coverage",
    "list",
]


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one sub-question."""

    text: str
    filters: Filters = field(default_factory=Filters)
    hints: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Query:
    """Hold a question as it is understood."""

    question: str
    standalone: str
    kind: Kind = "what"
    filters: Filters = field(default_factory=Filters)
    hints: Filters = field(default_factory=Filters)
    parts: tuple[Part, ...] = ()
    latest: bool = False
    asks_after: datetime | None = None


class Outlets:
    """Know the outlets of the archive."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names as the archive writes them."""
        self.names = tuple(names)


def understand(
    question: str, history: Sequence[Turn] = (), *, now: datetime, outlets: Outlets, filters: Filters | None = None
) -> Query:
    """Understand a question."""
    earlier = [turn.content for turn in history if turn.role == "user"][-1:]
    return Query(question, " ".join([*earlier, question]), filters=filters or Filters())
