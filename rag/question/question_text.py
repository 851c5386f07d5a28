"""Validate the text of a question: every entry point reads questions here, so that all later steps see the same text."""

from collections.abc import Iterable
from dataclasses import replace

from corpus.errors import InputError
from corpus.text.characters import one_line, strip_invisible
from rag.model import Turn

LONGEST_QUESTION = 2000
"""Characters of a question, at most."""


def read_question(text: str) -> str:
    """Return a question on one line, in NFC, without invisible characters.

    Raises:
        InputError: It is empty then, or longer than 2,000 characters.
    """
    question = one_line(text)
    if not question:
        raise InputError("The question is empty: type one.")
    if (length := len(question)) > LONGEST_QUESTION:
        raise InputError(
            f"The question is too long: it has {length:,} characters, and at most {LONGEST_QUESTION:,} are read. Shorten it."
        )
    return question


def read_history(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Return earlier turns without invisible characters."""
    return tuple(replace(turn, content=strip_invisible(turn.content)) for turn in turns)
