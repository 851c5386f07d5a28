"""The Timeline tab in a real browser: a story on a plot, from each point to its entry and on to the article."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from rag import Assistant
from rag.model import Citation, Filters
from tests.waiting import PATIENCE_S
from tests.web.archive.test_archive_tab import DESK, turned_to
from tests.web.conftest import Newsroom, article_of, served, starter_articles
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious, serious_by_light_and_dark

if TYPE_CHECKING:
    from playwright.sync_api import Page


def show(page: "Page", topic: str) -> None:
    page.fill("#topic input", topic)
    page.keyboard.press("Enter")


def test_a_story_stands_on_a_plot_whose_points_lead_to_the_words(page: "Page", page_url: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    turned_to(page, page_url, "Timeline")
    show(page, "Equifax")
    wait_shown(page, "#entries .entry")
    entries = page.locator("#entries .entry")
    points = page.locator(".points button")
    assert points.count() == entries.count() == 8
    assert page.inner_text("#entries .quiet") == "8 stories on “Equifax”"
    assert (
        page.locator("#entries h3").all_inner_texts()
        == ["2017", "2018", "2019", "2020", "2022"][: page.locator("#entries h3").count()]
    )
    lefts = [
        float(style.split("%")[0].split(":")[1])
        for style in page.eval_on_selector_all(".points button", "all => all.map(e => e.getAttribute('style'))")
    ]
    assert lefts == sorted(lefts)
    assert (lefts[0], lefts[-1]) == (0.0, 100.0)
    points.last.click()
    wait_shown(page, "#entry-8.on")
    assert page.evaluate("document.activeElement.id") == "entry-8"
    page.wait_for_function(
        "(() => { const at = document.querySelector('#entry-8').getBoundingClientRect();"
        "return at.top > 0 && at.bottom <= innerHeight })()"
    )
    page.hover(".points button >> nth=0")
    assert page.inner_text("#tip").startswith("8 Sep 2017 · Newsdesk Business Desk · Equifax says")
    page.click("#entry-1 .read")
    wait_shown(page, ".sheet mark")
    assert "Equifax" in page.inner_text(".sheet mark >> nth=0")


def test_filters_narrow_the_story(page: "Page", page_url: str) -> None:
    turned_to(page, page_url, "Timeline")
    show(page, "China")
    wait_shown(page, "#entries .entry")
    every = page.locator("#entries .entry").count()
    page.click("#story-filters [data-act=filters]")
    page.check(f".pop label:has-text('{DESK}') input")
    page.click(".pop [data-act=narrow]")
    wait_shown(page, "#story-filters button", DESK)
    page.wait_for_function(f"document.querySelectorAll('#entries .entry').length < {every}")
    assert set(page.locator("#entries .meta").all_inner_texts()) == {DESK}
    show(page, "no such story")
    wait_shown(page, "#entries .quiet", "No article mentions “no such story”. Widen the filters")
    assert serious(page) == []


def test_without_a_story_some_are_offered(page: "Page", page_url: str) -> None:
    turned_to(page, page_url, "Timeline")
    wait_shown(page, "#entries .next button")
    assert serious(page) == []
    story = page.inner_text("#entries .next button >> nth=0")
    page.click("#entries .next button >> nth=0")
    wait_shown(page, "#entries .entry")
    assert page.input_value("#topic input") == story
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("tab", name="Timeline").click()
    wait_shown(page, "#entries .entry")


def test_the_plot_has_no_serious_barrier_and_goes_by_keyboard(page: "Page", page_url: str) -> None:
    turned_to(page, page_url, "Timeline")
    show(page, "Equifax")
    wait_shown(page, "#entries .entry")
    assert serious_by_light_and_dark(page) == []
    page.focus(".points button")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    wait_shown(page, "#tip")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'entry-7'")
    assert serious_by_light_and_dark(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_shown(page, ".sheet mark")


def test_a_phone_sees_the_story_whole(page: "Page", page_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    turned_to(page, page_url, "Timeline")
    show(page, "China")
    wait_shown(page, "#entries .entry")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    show(page, "no such story")
    wait_absent(page, "#entries .entry")
    assert page.evaluate("document.querySelector('#side').getBoundingClientRect().height < 120")


def test_undated_stories_stand_at_the_end_and_off_the_plot(page: "Page", build: Callable[..., Newsroom]) -> None:
    dates = ["", "2024-01-01T00:00:00+00:00", "2024-02-01T00:00:00+00:00"]
    ferries = [
        {
            "id": str(n),
            "title": f"Ferry {n}",
            "body": f"The ferry of Eastfield stopped for the {n}. time, the harbour said.",
        }
        for n in range(3)
    ]
    made = [
        article_of(ferry | ({"published_at": date} if date else {})) for ferry, date in zip(ferries, dates, strict=True)
    ]
    with served(build(*made).open) as url:
        turned_to(page, url, "Timeline")
        show(page, "ferry")
        wait_shown(page, "#entries .entry")
        assert page.locator("#entries h3").all_inner_texts() == ["2024", "Without a date"]
        assert page.locator(".points button").count() == 2


def test_copies_are_one_story(page: "Page", build: Callable[..., Newsroom]) -> None:
    story = next(article for article in starter_articles() if "quifax" in article.title)
    newsroom = build(story, replace(story, id="copy", source="Coast Wire", url=""))
    with served(newsroom.open) as url:
        turned_to(page, url, "Timeline")
        show(page, "Equifax breach")
        wait_shown(page, "#entries .entry")
        assert page.inner_text("#entry-1 .meta") == "Newsdesk Business Desk, Coast Wire"
        page.click("#entry-1 .read")
        wait_shown(page, ".sheet mark")
        assert "Equifax" in page.inner_text(".sheet mark")


def test_a_story_that_is_asked_for_while_another_is_looked_for_is_shown(page: "Page", starter: Newsroom) -> None:
    go_on = threading.Event()

    class SlowAssistant(Assistant):
        """Look for the story of Equifax until the test lets it end."""

        def timeline(self, topic: str, filters: Filters | None = None) -> list[Citation]:
            assert topic != "Equifax" or go_on.wait(PATIENCE_S)
            return super().timeline(topic, filters)

    with served(lambda: starter.open(kind=SlowAssistant)) as url:
        turned_to(page, url, "Timeline")
        with page.expect_request(lambda request: request.url.endswith("/queue/join?")):
            show(page, "Equifax")
        show(page, "Yahoo")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        go_on.set()
        wait_shown(page, "#entries .quiet", "stories on “Yahoo”")
