"""Answers stay as they were, byte for byte, while what makes them is rebuilt."""

from itertools import zip_longest

from rag import Assistant
from tests.rag.answer.recorded_answers import FILE, record_answers


def test_answers_are_those_that_were_recorded(assistant: Assistant) -> None:
    recorded = FILE.read_text("utf-8").splitlines(keepends=True)
    for line, before in zip_longest(record_answers(assistant), recorded):
        assert line == before
