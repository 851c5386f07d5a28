"""The background of an article and the table of outlets in the reader, in a real browser."""

from typing import TYPE_CHECKING

import pytest

from tests.rag.story.ferry_articles import FERRY
from tests.web.ask.test_ask_tab import ask, opened
from tests.web.conftest import Newsroom, served
from tests.web.page_waits import wait_shown
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from rag.index.embedder import Embedder


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory, embedder: "Embedder") -> "Iterator[str]":
    """Serve a page over articles of several outlets on one ferry."""
    room = Newsroom.build(tmp_path_factory.mktemp("coast"), embedder, FERRY)
    with served(room.open) as url:
        yield url


def test_the_reader_leads_to_the_background_and_to_the_table_of_outlets_and_back(page: "Page", coast: str) -> None:
    opened(page, coast)
    ask(page, "How many passengers were injured when the ferry Alder ran aground off Kells?")
    page.locator(".card .read").first.click()
    wait_shown(page, ".sheet .views")
    page.click(".sheet [data-act=background]")
    wait_shown(page, ".story-view", "Earlier coverage")
    assert page.locator(".story-view li:has-text('Kells Ferry Company buys the Alder')").count() == 1
    assert page.locator(".story-view [data-act=write]").count() == 0  # No model is set.
    assert serious(page) == []
    page.click(".story-view [data-act=outlets]")
    wait_shown(page, ".story-view table")
    assert page.locator(".story-view thead th").count() == 3
    assert page.locator(".story-view td.differs").all_inner_texts() == ["Figures differ"]
    assert sorted(page.locator(".story-view td mark").all_inner_texts()) == ["12", "15"]
    assert serious(page) == []
    page.click(".story-view .views .read")
    wait_shown(page, ".sheet .text")


def test_counts_by_month_stand_as_a_chart_and_as_a_table(page: "Page", coast: str) -> None:
    opened(page, coast)
    ask(page, "How many articles mention Alder by month?")
    chart = page.locator(".counts svg")
    assert chart.get_attribute("aria-label") == "8 articles, February 2024 to April 2024; the most, 5, in March 2024"
    assert page.locator(".counts rect").count() == 3
    # Opened again should the page be drawn anew, as it is when the answer has been kept.
    rows = page.wait_for_function(
        """() => {
            const table = document.querySelector(".counts details");
            if (!table.open) table.querySelector("summary").click();
            const rows = [...table.querySelectorAll("tbody tr")].map(row => row.innerText);
            return rows.every(Boolean) && rows;
        }"""
    )
    assert rows.json_value() == ["February 2024\t2", "March 2024\t5", "April 2024\t1"]
    assert serious(page) == []
