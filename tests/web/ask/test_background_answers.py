"""Answers that go on while the reader is elsewhere, in a real browser."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import http_client
from tests.model_server import Body, ModelServer, Reply
from tests.web.ask.test_ask_tab import ask, opened
from tests.web.conftest import Newsroom, accounts_of, served
from tests.web.page_waits import wait_present, wait_shown
from tests.web.recorded_replies import reply_as_recorded
from tests.web.server.test_access import serious
from tests.web.server.test_sign_in import leave, sign_in
from tests.web.test_api import messages, outcomes

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLOW = "What did Equifax pay?"
LEFT = "Who is Richard Smith?"  # Still being answered when its test has ended.
BEGUN = "The first words"


@pytest.fixture
def slow(model: ModelServer) -> Iterator[ModelServer]:
    """Return a model that stops in the middle of each answer until the client has gone."""
    model.reply = lambda _: Reply(f"{BEGUN} were followed by 143 million others.", pause_s=600, pause_from=3)
    yield model
    model.reply = reply_as_recorded


def begin(page: "Page", question: str) -> str:
    page.fill("#box textarea", question)
    page.click("#ask")
    wait_shown(page, "#turn-0 .a", BEGUN)
    page.wait_for_url("**/c/*")
    return page.url


def mark(question: str, state: str) -> str:
    """Return the selector of the mark that a conversation has in the list."""
    return f"#kept .open:text-is('{question}') ~ .progress.{state}"


def test_an_answer_goes_on_beside_others_and_after_a_reload_until_it_is_stopped(
    page: "Page", page_url: str, slow: ModelServer
) -> None:
    opened(page, page_url)
    address = begin(page, SLOW)
    page.click("#new")
    wait_shown(page, "#welcome [data-act=ask]")
    page.wait_for_selector(mark(SLOW, "writing"))
    assert serious(page) == []
    slow.reply = reply_as_recorded
    ask(page, "How many people did the Equifax breach affect?")
    assert page.is_visible(mark(SLOW, "writing"))
    page.goto("about:blank")
    page.goto(address)
    wait_shown(page, "#turn-0 .a", BEGUN)
    wait_shown(page, "#turn-0 .stage .now")
    assert serious(page) == []
    page.click("#stop")
    wait_shown(page, "#turn-0 .note", "Stopped: this is not a whole answer")
    page.wait_for_selector(mark(SLOW, "writing"), state="detached")
    page.reload()
    wait_shown(page, "#turn-0 .note", "Stopped: this is not a whole answer")


def test_what_was_watched_does_not_come_back_after_the_reader_left_it(page_url: str, slow: ModelServer) -> None:
    with http_client.open_client(page_url) as client:
        events = {event["api_name"]: event["id"] for event in client.get("/config").json()["dependencies"]}

        def call(name: str, *data: object) -> dict[str, object]:
            return {"fn_index": events[name], "session_hash": "left", "data": data}

        client.post("/gradio_api/queue/join", json=call("_on_submit", LEFT, None)).raise_for_status()
        outcomes(client, "left", "/gradio_api/queue/data")
        client.post("/gradio_api/queue/join", json=call("_watch", None)).raise_for_status()
        shown: list[str] = []
        for message in messages(client, "left", "/gradio_api/queue/data"):
            if message.get("msg") == "process_generating" and BEGUN in str(message) and not shown:
                shown.append(BEGUN)
                client.post("/gradio_api/run/predict", json=call("on_new", None)).raise_for_status()
            elif message.get("msg") == "process_completed":
                shown.append(message["output"]["data"][0])
    assert [BEGUN in one for one in shown] == [True, False]


def test_the_rail_says_when_an_answer_is_ready(page: "Page", page_url: str, model: ModelServer) -> None:
    left = threading.Event()

    def write(body: Body) -> str:
        assert left.wait(120)
        return reply_as_recorded(body)

    model.reply = write
    opened(page, page_url)
    question = "How many people did the breach at Equifax affect?"
    page.fill("#box textarea", question)
    page.click("#ask")
    wait_shown(page, "#turn-0 .stage .now")
    page.click("#new")
    wait_shown(page, "#welcome [data-act=ask]")
    left.set()
    page.wait_for_selector(mark(question, "ready"))
    assert page.locator(".turn").count() == 0
    page.click(f"#kept .open:text-is('{question}')")
    wait_shown(page, "#turn-0 .asof")
    assert page.inner_text("#turn-0 .a strong") == "143 million"
    page.wait_for_selector(mark(question, "ready"), state="detached")


def test_an_answer_under_way_is_nobody_else_s(
    page: "Page", starter: Newsroom, slow: ModelServer, tmp_path: Path
) -> None:
    with served(lambda: starter.open(slow), accounts=accounts_of(tmp_path, "anna", "ben")) as url:
        page.goto(url)
        sign_in(page, "anna")
        wait_shown(page, "#welcome [data-act=ask]")
        address = begin(page, SLOW)
        leave(page)
        page.goto(address)
        sign_in(page, "ben")
        wait_shown(page, ".missing")
        wait_present(page, "#kept [data-ready]")
        assert page.locator("#kept .open, #kept .progress").count() == 0
        assert BEGUN not in page.content()
        assert not page.is_visible("#stop")
