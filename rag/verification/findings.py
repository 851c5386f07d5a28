"""What was found of one statement of an answer."""

from dataclasses import dataclass

from corpus.text.sentences import Span
from rag.model import Verdict
from rag.verification.claim_support import Problem
from rag.verification.statements import Statement


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold a statement with what the check found.

    Attributes:
        statement: The statement.
        cited: The positions of the passages that it cites after the check.
        verdict: See `rag.model.Claim`.
        problem: Why it is flagged; of a note, what contradicts it.
        spans: (position of a passage, offsets in its article) of the words that carry it, as a second reading quotes them.
        read: The verdict is that of a second reading.
    """

    statement: Statement
    cited: tuple[int, ...]
    verdict: Verdict
    problem: Problem | None = None
    spans: tuple[tuple[int, Span], ...] = ()
    read: bool = False
