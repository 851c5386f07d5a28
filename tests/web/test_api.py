"""The HTTP interface, asked by its own client and by plain requests."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from rag.model import Filters
from tests.web.conftest import EQUIFAX, ScriptedAssistant


def call(url: str, name: str, *arguments: object) -> tuple[str, object]:
    """Call an endpoint as curl would: post, then read the events; return the last one's name and data."""
    event = httpx.post(f"{url}/gradio_api/call/{name}", json={"data": list(arguments)}).json()["event_id"]
    lines = httpx.get(f"{url}/gradio_api/call/{name}/{event}", timeout=60).text.split("\n")
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    return names[-1], json.loads(data[-1])


def test_ask_returns_the_record_of_the_answer(desk_url: str, assistant: ScriptedAssistant) -> None:
    name, data = call(desk_url, "ask", "Equifax?", "2017-01-01", "2017-12-31", "Newsdesk Business Desk")
    assert name == "complete"
    assert isinstance(data, list)
    assert data[0]["status"] == "answered"
    assert data[0]["citations"][0]["quote"] == "143 million"
    assert assistant.asked[0][2] == Filters(
        since=datetime(2017, 1, 1, tzinfo=UTC),
        until=datetime(2018, 1, 1, tzinfo=UTC),
        outlets=("Newsdesk Business Desk",),
    )


def test_search_and_get_article_lead_to_one_another(desk_url: str) -> None:
    _, found = call(desk_url, "search", "Equifax", 2, "", "", "")
    assert isinstance(found, list)
    assert len(found[0]) == 2
    _, articles = call(desk_url, "get_article", EQUIFAX)
    assert isinstance(articles, list)
    assert articles[0]["title"] == "Equifax says hackers may have taken data of 143 million Americans"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_article", ["nothing"]),
        ("ask", ["", "", "", ""]),
        ("ask", ["x" * 2001, "", "", ""]),
        ("ask", ["q", "last week", "", ""]),
    ],
)
def test_what_makes_no_sense_is_an_error(desk_url: str, name: str, arguments: list[object]) -> None:
    assert call(desk_url, name, *arguments)[0] == "error"


def test_only_the_named_endpoints_are_offered(desk_url: str) -> None:
    named = httpx.get(f"{desk_url}/gradio_api/info").json()["named_endpoints"]
    assert set(named) == {"/ask", "/search", "/get_article"}
