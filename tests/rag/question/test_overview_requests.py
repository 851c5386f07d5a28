"""Requests for an overview in any wording, and questions that only sound like one."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from safetensors import safe_open

from rag.index.embedder import SHIPPED_SHA256, Embedder
from rag.question.overview_requests import LIKELY, WEIGHTS, OverviewRequests, find_topic
from rag.question.query import Outlets, Query, parse_question


@pytest.fixture(scope="module")
def requests(embedder: Embedder) -> OverviewRequests:
    return OverviewRequests(embedder.embed)


def query(text: str) -> Query:
    return parse_question(text, now=datetime(2026, 1, 1, tzinfo=UTC), outlets=Outlets({}))


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("can someone explain the whole Harbour bridge saga", "Harbour bridge"),
        ("whats up w the ferry dispute", "ferry dispute"),
        ("gist of the Kells tram row pls", "Kells tram row"),
        ("the museum robbery, what do we know so far", "museum robbery"),
        ("Could you please catch me up on Pan Am?", "Pan Am"),
        (
            "hi, fill me in on what Ruth Marlow did at the harbour: the essentials, please",
            "Ruth Marlow did at the harbour",
        ),
        ("port strike in a nutshell, whats the deal", "port strike"),
        ("tell me the whole story of the Kells tram and the harbour bridge", "Kells tram and the harbour bridge"),
    ],
)
def test_a_request_is_known_in_any_wording_and_its_topic_is_what_is_left(
    text: str, topic: str, requests: OverviewRequests
) -> None:
    asked = requests.read(query(text))
    assert asked is not None
    assert (asked.form, asked.topic) == ("summary", topic)


@pytest.mark.parametrize(
    "text",
    [
        "how does the tram signal work",
        "what is the ferry toll",
        "why did the museum close",
        "what does the mayor think of the bridge",
        "explain why the ferry sank",
        "price of the harbour bridge",
    ],
)
def test_a_question_for_one_thing_is_none(text: str, requests: OverviewRequests) -> None:
    assert requests.measure(text) < LIKELY
    assert requests.read(query(text)) is None


def test_what_asks_for_a_fact_leans_on_before_or_is_not_english_is_none(requests: OverviewRequests) -> None:
    story = "tell me the whole story of the Kells tram"
    assert requests.read(query(story)) is not None
    assert requests.read(replace(query(story), kind="how_many")) is None
    assert requests.read(replace(query(story), standalone=f"{story} (Kells)")) is None
    assert requests.read(query("Was ist die ganze Geschichte der Straßenbahn von Kells?")) is None


def test_a_request_of_nothing_or_of_much_has_no_topic() -> None:
    assert find_topic("whats the whole story here") == ""
    assert find_topic("overview of a b c d e f g h i j k of many other different matters that were told") == ""
    assert find_topic("tell me what kinds of rules that bind nobody the many harbours of Kells had, survey them") == ""
    assert find_topic("causes of the ferry strike") == ""


def test_of_several_pieces_the_one_with_a_name_or_else_the_first_is_the_topic() -> None:
    assert find_topic("the harbour bridge, walk me thru all the years") == "harbour bridge"
    assert find_topic("hi, fill me in on the tram - the Kells one") == "Kells one"
    assert find_topic("Ruth Marlow and her bridge: the essentials, please") == "Ruth Marlow and her bridge"


def test_words_that_often_belong_to_a_topic_are_left_in_it() -> None:
    assert find_topic("what is the trade deal") == "trade deal"
    assert find_topic("story of the bank run") == "bank run"
    assert find_topic("the full picture of the bank run") == "bank run"
    assert find_topic("bank run, the short version please") == "bank run"


def test_a_question_for_yes_or_no_is_none(requests: OverviewRequests) -> None:
    assert requests.read(query("is there more to the Kells tram story")) is None


def test_the_weights_are_those_for_the_embedder_that_ships(embedder: Embedder) -> None:
    with safe_open(WEIGHTS, framework="numpy") as fitted:
        assert fitted.metadata() == {"embedder": SHIPPED_SHA256}
        assert fitted.get_tensor("weights").shape == (embedder.dimensions,)
