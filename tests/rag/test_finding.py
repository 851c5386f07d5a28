"""Questions of several parts, from the words to the answer, over the newsroom and with the embedder that ships."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from rag import Assistant, Settings
from tests.model_server import ModelServer
from tests.rag.conftest_answers import NOT_HELD, TOLL, newsroom, with_model

NOW = datetime(2024, 8, 1, tzinfo=UTC)
RISE = "The Selmouth harbour toll rises from 9 to 12 crowns"
TRAM = "did the council of Arden shelve the tram line to Westgate?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant(Settings(data_dir=newsroom(tmp_path_factory.getbasetemp() / "newsroom"))) as opened:
        yield opened


@pytest.mark.parametrize("question", [f"{TOLL} And {NOT_HELD}", f"{NOT_HELD} And {TOLL}"])
def test_the_part_that_is_held_is_answered_and_the_other_is_said_to_be_missing(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question, now=NOW)
    assert answer.status == "answered"
    assert RISE in answer.text
    (note,) = [note for note in answer.notes if note.startswith("Not in this archive")]
    assert "Rugby World Cup" in note
    assert "toll" not in note


def test_two_parts_are_answered_from_two_articles(assistant: Assistant) -> None:
    answer = assistant.ask(f"{TOLL} And {TRAM}", now=NOW)
    assert {"toll", "tram"} <= {citation.passage.article.id for citation in answer.citations}
    assert not any(note.startswith("Not in this archive") for note in answer.notes)


def test_where_nothing_of_several_parts_is_held_all_is_refused(assistant: Assistant) -> None:
    answer = assistant.ask(f"{NOT_HELD} And who painted the ceiling of the Sistine Chapel?", now=NOW)
    assert (answer.status, answer.citations) == ("not_found", ())


def test_a_model_is_asked_where_one_part_is_held(assistant: Assistant, model_server: ModelServer) -> None:
    with_model(assistant, model_server.url).ask(f"{TOLL} And {NOT_HELD}", now=NOW)
    assert RISE in model_server.requests[0].text
