"""The day is the reader's: "today" is counted by the clock of the browser."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from tests.web.ask.test_ask_tab import ask, opened
from tests.web.conftest import Newsroom, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A day and an hour apart, so that it is never the same day in both.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"


def see_today(browser: "Browser", url: str, zone: str) -> str:
    """Return how the page of a reader understands "today"."""
    with browser.new_context(timezone_id=zone) as context:
        page = context.new_page()
        opened(page, url)
        ask(page, "What was published today about the tram?")
        return page.inner_text("#turn-0 .chip >> nth=0")


def test_today_is_that_of_the_reader(browser: "Browser", build: Callable[..., Newsroom]) -> None:
    now = datetime.now(UTC)
    newsroom = build(Article(id="t", title="Kells gets a tram", body="Kells gets a tram, it said.", published_at=now))
    with served(newsroom.open) as url:
        days = [see_today(browser, url, zone) for zone in (EAST, WEST)]
    assert all("today" in day for day in days)
    assert days[0] != days[1]


@pytest.mark.parametrize("zone", ["", "Nowhere/Else", "../../etc/passwd", "/etc/passwd", "a" * 5000, "\x00"])
def test_a_zone_that_nobody_knows_is_none(zone: str) -> None:
    import gradio as gr
    from starlette.requests import Request

    from web.frame import zone_of

    cookie = f"newsdesk-zone={zone}".encode("latin-1")
    scope = {"type": "http", "headers": [(b"cookie", cookie)], "method": "GET", "path": "/", "query_string": b""}
    assert zone_of(gr.Request(request=Request(scope))) is None
