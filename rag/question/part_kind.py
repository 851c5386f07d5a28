"""What is asked for of each of two things that a question compares: a day, a count, a sum of money."""

from rag.question.question_kind import Kind, classify_question
from rag.text.terms import words

_ORDERING = frozenset("first earlier earliest later last before after older newer sooner".split())
_SIZING = frozenset(
    "more most fewer less bigger biggest larger largest greater smaller higher highest lower longer shorter costlier harder hardest worse worst".split()
)
_SUMS = frozenset(
    "fine fines penalty penalties price prices payout payouts settlement settlements ransom ransoms".split()
)
_MOST_WORDS = 18  # A longer question compares reports.
_OPEN = frozenset({"what", "topic", "yes_no", "who"})


def find_part_kind(question: str, part: str) -> Kind | None:
    """Return what a comparison wants to know of one of its things, None where the words of the part tell.

    Args:
        question: The whole question.
        part: The part, in the words of the question.
    """
    said = words(question)
    if len(said) > _MOST_WORDS or classify_question(part) not in _OPEN:
        return None
    spoken = set(said)
    if spoken & _SIZING or asks_sum(part):
        return "how_many"
    return "when" if spoken & _ORDERING else None


def asks_sum(part: str) -> bool:
    """Return whether a part of a comparison is a sum of money: "the fines for Meta"."""
    return not _SUMS.isdisjoint(words(part)[:3])
