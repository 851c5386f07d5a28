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
def loader(starter_archive: Path) -> Iterator[AssistantLoader]:
    with closing(
        AssistantLoader(lambda: ScriptedAssistant(Archive(starter_archive), by_default), patience_s=1.0).start()
    ) as loader:
        loader.wait(60)
        yield loader


def steps(loader: AssistantLoader, indexed: tuple[int, int]) -> tuple[set[str], str]:
    """Ask while so many articles are indexed; return the stages that were shown, and the note of the answer."""
    assert isinstance(loader.assistant, ScriptedAssistant)
    loader.assistant.indexed = indexed
    conversation, exchange = Conversation(), Exchange("How many people did the Equifax breach affect?")
    conversation.begin(exchange)
    stages = {shown.stage for shown in stream_exchange(loader, conversation, exchange)}
    assert exchange.answer is not None
    return stages, exchange.note


def test_a_question_waits_for_what_was_there_from_the_beginning(loader: AssistantLoader) -> None:
    stages, note = steps(loader, (68, 69))
    assert "indexing" in stages
    assert note == "The index is being built: 68 of 69 articles could be searched."


def test_a_question_does_not_wait_for_what_is_being_added(loader: AssistantLoader) -> None:
    stages, note = steps(loader, (69, 10_069))
    assert "indexing" not in stages
    assert note == "The index is being built: 69 of 10,069 articles could be searched."
