"""The day is the reader's: "today" is counted by the clock of the browser."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from tests.web.ask.test_ask_tab import ask, opened
from tests.web.conftest import Newsroom, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A day and an hour apart, so that it is never the same day in both.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"


@pytest.mark.own_page
def test_today_is_that_of_the_reader(page: "Page", build: Callable[..., Newsroom]) -> None:
    now = datetime.now(UTC)
    newsroom = build(Article(id="t", title="Kells gets a tram", body="Kells gets a tram, it said.", published_at=now))
    clock, days = page.context.new_cdp_session(page), []
    with served(newsroom.open) as url:
        for zone in (EAST, WEST):
            clock.send("Emulation.setTimezoneOverride", {"timezoneId": zone})
            opened(page, url)
            ask(page, "What was published today about the tram?")
            days.append(page.inner_text("#turn-0 .chip >> nth=0"))
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
