"""What a question waits for."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from tests.web.conftest import ScriptedAssistant, by_default
from web.ask.asking import stream_exchange
from web.assistant.assistant_loader import AssistantLoader
from web.conversations.conversation import Conversation, Exchange


@pytest.fixture
def desk(starter_archive: Path) -> Iterator[AssistantLoader]:
    with closing(
        AssistantLoader(lambda: ScriptedAssistant(Archive(starter_archive), by_default), patience_s=1.0).start()
    ) as desk:
        desk.wait(60)
        yield desk


def steps(desk: AssistantLoader, indexed: tuple[int, int]) -> tuple[set[str], str]:
    """Ask while so many articles are indexed; return the stages that were shown, and the note of the answer."""
    assert isinstance(desk.assistant, ScriptedAssistant)
    desk.assistant.indexed = indexed
    conversation, exchange = Conversation(), Exchange("How many people did the Equifax breach affect?")
    conversation.begin(exchange)
    stages = {shown.stage for shown in stream_exchange(desk, conversation, exchange)}
    assert exchange.answer is not None
    return stages, exchange.note


def test_a_question_waits_for_what_was_there_from_the_beginning(desk: AssistantLoader) -> None:
    stages, note = steps(desk, (68, 69))
    assert "indexing" in stages
    assert note == "The index is being built: 68 of 69 articles could be searched."


def test_a_question_does_not_wait_for_what_is_being_added(desk: AssistantLoader) -> None:
    stages, note = steps(desk, (69, 10_069))
    assert "indexing" not in stages
    assert note == "The index is being built: 69 of 10,069 articles could be searched."
