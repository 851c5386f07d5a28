"""Questions of several parts, from the words to the answer, over the newsroom and with the embedder that ships."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rag import Assistant
from rag.model import Filters
from rag.retrieval.evidence_search import order_newest_first, widen_passage
from rag.retrieval.sentence_ranking import Sentence
from tests.model_server import ModelServer
from tests.rag.conftest_answers import NOT_HELD, TOLL, with_model
from tests.rag.passages import passage

NOW = datetime(2024, 8, 1, tzinfo=UTC)
RISE = "The Selmouth harbour toll rises from 9 to 12 crowns"
TRAM = "did the council of Arden shelve the tram line to Westgate?"


@pytest.fixture(scope="module")
def assistant(newsroom_on_both_records: Assistant) -> Assistant:
    return newsroom_on_both_records


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


def test_a_part_asks_for_what_its_own_words_ask_for(assistant: Assistant) -> None:
    query = assistant.understand_question("Who shelved the tram line in Arden, and where would it have ended?", now=NOW)
    assert query.parts[1].text == "Arden where would it have ended"
    finder = assistant.finder()
    where = finder.read(query, finder.search_and_widen(query, 12)).parts[1]
    assert any(sentence.shape for sentence in where.sentences)


def test_where_nothing_of_several_parts_is_held_all_is_refused(assistant: Assistant) -> None:
    answer = assistant.ask(f"{NOT_HELD} And who painted the ceiling of the Sistine Chapel?", now=NOW)
    assert (answer.status, answer.citations) == ("not_found", ())


@pytest.mark.parametrize("question", ["Tell me more", "Why?", "What happened?"])
def test_a_question_about_nothing_has_no_answer(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question, now=NOW).status == "not_found"


def test_a_model_is_asked_where_one_part_is_held(assistant: Assistant, model_server: ModelServer) -> None:
    with_model(assistant, model_server.url).ask(f"{TOLL} And {NOT_HELD}", now=NOW)
    assert RISE in model_server.requests[0].text


def test_what_was_published_after_the_stated_time_is_not_looked_at(assistant: Assistant) -> None:
    before = datetime(2024, 3, 1, tzinfo=UTC)
    assert assistant.search(TOLL, now=NOW)[0].article.id == "toll"
    found = assistant.search(TOLL, now=before)
    assert found
    assert all(p.article.published_at and p.article.published_at < before for p in found)
    assert RISE not in assistant.ask(TOLL, now=before).text


def test_what_was_published_later_is_not_looked_at_where_a_filter_is_dropped(assistant: Assistant) -> None:
    assert assistant.ask(TOLL, now=datetime(1990, 1, 1, tzinfo=UTC)).passages == ()
    before = datetime(2024, 3, 1, tzinfo=UTC)
    answer = assistant.ask("What did the council of Arden decide last week?", now=before)
    assert (
        "No article passes the filter (last week), so all that is dated before 1 March 2024 was searched."
        in answer.notes
    )
    assert all(p.article.published_at and p.article.published_at < before for p in answer.passages)


def test_where_a_filter_is_dropped_it_is_dropped_for_the_parts_too(assistant: Assistant) -> None:
    filters = Filters(outlets=("No Such Outlet",), label="in No Such Outlet")  # As a question says it.
    query = assistant.understand_question(f"{TOLL} And {TRAM}", filters=filters, now=NOW)
    assert all(assistant.finder().search(query, 12).parts)


def test_the_newest_account_leads_where_the_newest_is_asked_for() -> None:
    old, new = (
        passage(body, id=id, published_at=datetime(year, 1, 1, tzinfo=UTC))
        for body, id, year in (("China has 384 million users.", "a", 2010), ("China has 618 million users.", "b", 2014))
    )
    best, other = (Sentence(of, 0, 28, 0.5, 0.5, 0.5, 1.0, score) for of, score in ((old, 0.7), (new, 0.6)))
    assert [s.passage.article.id for s in order_newest_first([best, other])] == ["b", "a"]
    assert max(s.score for s in order_newest_first([best, other])) <= 1


@pytest.mark.parametrize(
    ("behind", "text"),
    [
        (" It costs 9 crowns. It is new.", "The toll rises. It costs 9 crowns."),
        ("\n\nMore.", "The toll rises."),
        (f" It {'really ' * 200}rises.", "The toll rises."),
        ("", "The toll rises."),
    ],
)
def test_a_passage_is_given_with_the_sentence_behind_it(behind: str, text: str) -> None:
    whole = passage(f"The toll rises.{behind}")
    cut = replace(whole, chunk=replace(whole.chunk, end=len("The toll rises.")))
    assert widen_passage(cut).chunk.text == text
    assert widen_passage(cut).chunk.id == cut.chunk.id


def test_every_sentence_of_an_answer_stands_in_the_passage_that_it_cites(assistant: Assistant) -> None:
    for question in (TOLL, "What does the harbour authority plan?"):
        answer = assistant.ask(question, now=NOW)
        cited = {c.n: c.passage.chunk.text for c in answer.citations}
        assert all(any(claim.text in cited[n] for n in claim.citations) for claim in answer.claims)
