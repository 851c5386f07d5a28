"""What a question waits for."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from corpus import Article
from rag import Assistant
from tests.waiting import PATIENCE_S
from tests.web.conftest import Newsroom
from web.ask.asking import stream_exchange
from web.assistant.assistant_loader import AssistantLoader
from web.conversations.conversation import Conversation, Exchange


@pytest.fixture
def assistant(growing: Newsroom) -> Iterator[Assistant]:
    """Return the assistant of an archive with two articles that can be found, and one that cannot yet."""
    with growing.own() as opened:
        yield opened


def steps(assistant: Assistant, *added: Article) -> tuple[set[str], str]:
    """Open the page, add articles, and ask; return the stages that were shown, and the note of the answer."""
    conversation, exchange = Conversation(), Exchange("How many people did the Equifax breach affect?")
    conversation.begin(exchange)
    with closing(AssistantLoader(lambda: assistant, patience_s=0.1).start()) as loader:
        loader.wait(PATIENCE_S)
        for article in added:
            assistant.archive.put(article)
        stages = {shown.stage for shown in stream_exchange(loader, conversation, exchange)}
    assert exchange.answer is not None
    return stages, exchange.note


def test_a_question_waits_for_what_was_there_from_the_beginning(assistant: Assistant) -> None:
    stages, note = steps(assistant)
    assert "indexing" in stages
    assert note == "The index is being built: 2 of 3 articles could be searched."


def test_a_question_does_not_wait_for_what_is_being_added(assistant: Assistant) -> None:
    assistant.sync()
    stages, note = steps(assistant, Article("new", "Ferry runs again", "The ferry of Eastfield runs again."))
    assert "indexing" not in stages
    assert note == "The index is being built: 3 of 4 articles could be searched."
