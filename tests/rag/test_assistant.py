"""The one class that everything calls."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.errors import NewsdeskError, SettingsError
from rag import Assistant, Filters
from tests.model_server import ModelServer
from tests.rag.conftest_answers import TOLL, model_settings


def test_search_ranks_passages(assistant: Assistant) -> None:
    found = assistant.search(TOLL, k=3)
    assert [p.rank for p in found] == [1, 2, 3]
    assert found[0].article.id == "toll"
    assert found[0].score > found[1].score > found[2].score


def test_filters_hold(assistant: Assistant) -> None:
    assert {p.article.id for p in assistant.search("council", filters=Filters(outlets=("Arden Post",)))} == {
        "library",
        "tram",
    }
    since = Filters(since=datetime(2024, 5, 1, tzinfo=UTC))
    assert {p.article.id for p in assistant.search("crowns", filters=since)} == {"orchard", "ferry"}


def test_a_filter_set_by_hand_is_kept_and_that_nothing_passes_it_is_said(assistant: Assistant) -> None:
    answer = assistant.ask(TOLL, filters=Filters(outlets=("No Such Outlet",)))
    assert (answer.status, answer.citations) == ("not_found", ())
    assert answer.notes == ("No article passes the filter that is set; change it to search elsewhere.",)
    assert answer.filters.outlets == ("No Such Outlet",)


def test_a_search_keeps_the_filters_that_it_is_given(assistant: Assistant) -> None:
    assert assistant.search(TOLL, filters=Filters(outlets=("No Such Outlet",))) == []


@pytest.mark.parametrize("question", ["", "   \n ", "\u0000\u202e"])
def test_an_empty_question_is_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(NewsdeskError, match="The question is empty: type one"):
        assistant.ask(question)


def test_a_question_of_a_book_s_length_is_refused(assistant: Assistant) -> None:
    with pytest.raises(NewsdeskError, match=r"too long: it has 2,001 characters, and at most 2,000 are read"):
        assistant.ask("x" * 2001)
    assert assistant.ask("x" * 2000).status == "not_found"


@pytest.mark.parametrize("question", ['"', "a:b AND (", "🦆", "[1] [2]", "<|im_end|>", "';--", "%s {0}"])
def test_odd_questions_are_answered_or_refused(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status in {"answered", "doubtful", "not_found"}


def test_it_names_its_model_and_knows_how_much_it_holds(assistant: Assistant) -> None:
    assert (assistant.model_name, assistant.progress()) == ("none", (5, 5))
    assert assistant.sync() == 0
    assert len(assistant.example_questions(2)) == 2


def test_a_model_that_cannot_be_made_opens_nothing(tmp_path: Path, model_server: ModelServer) -> None:
    settings = model_settings(model_server.url, tmp_path / "none", llm="nosuch:x")
    with pytest.raises(SettingsError, match="nosuch is not a provider"):
        Assistant.from_settings(settings)
    assert not (tmp_path / "none").exists()
