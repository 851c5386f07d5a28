"""The HTTP interface, asked by its own client and by plain requests."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests import http_client
from tests.waiting import PATIENCE_S
from tests.web.conftest import EQUIFAX, starter_articles


def call(url: str, name: str, *arguments: object) -> tuple[str, object]:
    """Call an endpoint as curl would: post, then read the events; return the last one's name and data."""
    event = http_client.post(f"{url}/gradio_api/call/{name}", json={"data": list(arguments)}).json()["event_id"]
    lines = http_client.get(f"{url}/gradio_api/call/{name}/{event}").text.split("\n")
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    return names[-1], json.loads(data[-1])


def test_ask_returns_the_record_of_the_answer(page_url: str) -> None:
    name, data = call(page_url, "ask", "Equifax?", "2017-01-01", "2017-12-31", "Newsdesk Business Desk")
    assert name == "complete"
    assert isinstance(data, list)
    assert data[0]["status"] == "answered"
    assert "143 million" in data[0]["citations"][0]["quote"]
    filters = data[0]["filters"]
    assert (filters["since"], filters["until"]) == ("2017-01-01T00:00:00+00:00", "2018-01-01T00:00:00+00:00")
    assert filters["outlets"] == ["Newsdesk Business Desk"]


def test_search_and_get_article_lead_to_one_another(page_url: str) -> None:
    _, found = call(page_url, "search", "Equifax", 2, "", "", "")
    assert isinstance(found, list)
    assert len(found[0]) == 2
    _, articles = call(page_url, "get_article", EQUIFAX)
    assert isinstance(articles, list)
    assert articles[0]["title"] == "Equifax says hackers may have taken data of 143 million Americans"
    _, references = call(page_url, "cite", EQUIFAX, "ris")
    assert isinstance(references, list)
    assert references[0].startswith("TY  - NEWS")


def test_what_a_program_leaves_out_at_the_end_is_not_narrowed(page_url: str) -> None:
    sections = {article.id: article.category for article in starter_articles()}

    def search(*narrowed: str) -> set[str]:
        _, found = call(page_url, "search", "Equifax", 20, *narrowed)
        assert isinstance(found, list)
        return {sections[passage["article_id"]] for passage in found[0]}

    assert search("", "", "", "", "privacy") == {"privacy"}
    assert len(search()) > 1


def test_background_and_outlets_of_an_article(page_url: str) -> None:
    _, found = call(page_url, "background", "2019-01-marriott-383-million")
    assert isinstance(found, list)
    (earlier,) = found[0]["sections"]
    assert (earlier["place"], [e["article_id"] for e in earlier["entries"]]) == (
        "earlier",
        ["2018-11-marriott-500-million"],
    )
    _, compared = call(page_url, "outlets", "2019-01-marriott-383-million", "", "", "")
    assert isinstance(compared, list)
    assert (len(compared[0]["reports"]), compared[0]["groups"]) == (1, [])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_article", ["nothing"]),
        ("background", ["nothing"]),
        ("outlets", ["Who won the 2015 Rugby World Cup?", "", "", ""]),
        ("cite", [EQUIFAX, "word"]),
        ("ask", ["q", "", "", "", "Nobody At All"]),
        ("outlets", [EQUIFAX, "", "", "", "Nobody At All"]),
        ("ask", ["", "", "", ""]),
        ("ask", ["x" * 2001, "", "", ""]),
        ("ask", ["q", "last week", "", ""]),
    ],
)
def test_what_makes_no_sense_is_an_error(page_url: str, name: str, arguments: list[object]) -> None:
    assert call(page_url, name, *arguments)[0] == "error"


def test_only_the_named_endpoints_are_offered(page_url: str) -> None:
    named = http_client.get(f"{page_url}/gradio_api/info").json()["named_endpoints"]
    archive = {"/ask", "/search", "/verify", "/background", "/outlets", "/get_article", "/cite"}
    assert set(named) == archive | {"/list_topics", "/follow_topic", "/unfollow_topic", "/digest"}


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("ask", [5, "", "", ""], "ask: question must be text, and a whole number was sent."),
        ("ask", [None, "", "", ""], "ask: question must be text, and null was sent."),
        ("ask", [{"question": "q"}, "", "", ""], "ask: question must be text, and an object was sent."),
        ("cite", [], "cite takes 2 values (article_ids, form), and 0 were sent."),
        ("cite", ["a", "ris", ""], "cite takes 2 values (article_ids, form), and 3 were sent."),
        ("ask", ["q", 2017, "", ""], "ask: since must be text, and a whole number was sent."),
        ("ask", ["q", "", "9999-12-31", ""], "'9999-12-31' is not a date; write it as 2017-09-01 or 2017-09-01T18:00"),
        ("ask", ["\u200b", "", "", ""], "The question is empty: type one."),
        ("verify", ["", 5, "", "", ""], "The draft is empty: give a text."),
        ("verify", [["x"], 5, "", "", ""], "verify: draft must be text, and a list was sent."),
        ("verify", ["x", "5", "", "", ""], "verify: limit must be a whole number, and text was sent."),
        ("search", ["q", "5", "", "", ""], "search: k must be a whole number, and text was sent."),
        ("search", ["q", True, "", "", ""], "search: k must be a whole number, and true or false was sent."),
        ("search", ["q", 1.5, "", "", ""], "search: k must be a whole number, and a number with a fraction was sent."),
        ("get_article", [["x"]], "get_article: article_id must be text, and a list was sent."),
    ],
)
def test_a_wrong_value_is_named_and_leaves_no_traceback(
    page_url: str, capfd: pytest.CaptureFixture[str], name: str, arguments: list[object], reason: str
) -> None:
    event, data = call(page_url, name, *arguments)
    assert (event, data) == ("error", {"error": reason, "duration": 10, "visible": True, "title": "Error"})
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("path", "body", "status", "named"),
    [
        ("call/ask", {"dat": []}, 422, "data"),
        ("call/ask", {"data": "q"}, 422, "list"),
        ("call/ask", {"data": [], "session_hash": 5}, 422, "session_hash"),
        ("call/none", {"data": []}, 400, "none"),
        ("queue/join", {"data": [], "fn_index": 9999, "session_hash": "odd"}, 400, "9999"),
    ],
)
def test_a_request_of_another_shape_is_refused_and_leaves_no_traceback(
    page_url: str, capfd: pytest.CaptureFixture[str], path: str, body: object, status: int, named: str
) -> None:
    answer = http_client.post(f"{page_url}/gradio_api/{path}", json=body)
    assert (answer.status_code, named in answer.text) == (status, True)
    assert "Traceback" not in capfd.readouterr().err


def messages(client: httpx.Client, session: str, route: str = "/queue/data") -> Iterator[dict[str, Any]]:
    """Yield what the events of a session that wait are told, as Gradio's own script reads it, until all have ended."""
    with client.stream("GET", route, params={"session_hash": session}, timeout=PATIENCE_S) as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data: ") or "{}") if line.startswith("data: ") else {}
            if message.get("msg") == "close_stream":
                return
            yield message


def outcomes(client: httpx.Client, session: str, route: str = "/queue/data") -> dict[str, dict[str, object]]:
    """Return what became of every event of a session that waits, by its id."""
    ended = (one for one in messages(client, session, route) if one.get("msg") == "process_completed")
    return {one["event_id"]: one["output"] for one in ended}


@pytest.mark.parametrize(
    ("value", "more"),
    [(value, 0) for value in (None, 5, "x", {}, [None], {"act": [], "id": 5, "page": {}}, True)] + [("x", 1)],
)
def test_any_value_to_any_event_of_the_page_leaves_no_traceback(
    page_url: str, capfd: pytest.CaptureFixture[str], value: object, more: int
) -> None:
    with http_client.open_client(f"{page_url}/gradio_api") as client:
        events = client.get(f"{page_url}/config").json()["dependencies"]
        session, joined = f"any{value}{more}", 0
        for event in (event for event in events if event["backend_fn"]):
            data = [value] * (len(event["inputs"]) + more)
            sent = {"fn_index": event["id"], "session_hash": session, "event_data": value, "data": data}
            joined += client.post("/queue/join", json=sent).is_success
        found = outcomes(client, session)
    assert len(found) == joined > 20
    assert [output for output in found.values() if output.get("error", "") is None] == []
    assert "Traceback" not in capfd.readouterr().err
