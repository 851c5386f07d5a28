"""The Archive tab in a real browser: what there is, finding, reading, removing."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from corpus.archive.database import Archive
from corpus.errors import SettingsError
from rag import Assistant
from tests.web.conftest import EQUIFAX, Newsroom, article_of, served, starter_articles
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious, serious_by_light_and_dark

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESK = "Newsdesk Business Desk"


def turned_to(page: "Page", url: str, tab: str = "Archive") -> None:
    page.goto(url)
    page.get_by_role("tab", name=tab).click()
    page.wait_for_selector("#articles :is(.articles, .quiet)" if tab == "Archive" else f"#tab-{tab.casefold()} .leaf")


def headlines(page: "Page") -> list[str]:
    return page.locator("#articles .read").all_inner_texts()


@pytest.fixture
def own_url(build: Callable[..., Newsroom]) -> Iterator[tuple[str, Archive]]:
    """Serve a page over an archive that a test may change."""
    assistant = build(*starter_articles()[:6]).own()
    with served(lambda: assistant) as url:
        yield url, assistant.archive


def test_it_tells_what_there_is_and_lists_the_newest_first(page: "Page", page_url: str) -> None:
    turned_to(page, page_url)
    assert page.inner_text("#holdings .sum").split("\n")[-1] == "69 articles, 23 Mar 2010 – 25 Dec 2024"
    assert page.inner_text("#holdings .tallies div >> nth=0").split() == [
        *"Outlets Newsdesk Policy Desk 36 Newsdesk Business Desk 21 Newsdesk Security Desk 12".split()
    ]
    assert page.locator(".bars button").count() == 60
    assert len(headlines(page)) == 25
    assert page.inner_text(".articles li >> nth=0").split("\n")[:2] == [
        "UN General Assembly adopts convention against cybercrime",
        "Newsdesk Security Desk · 25 Dec 2024 · English",
    ]
    page.click("[data-act=page]:has-text('Older')")
    wait_shown(page, ".pages", "26–50 of 69")
    page.click("[data-act=page]:has-text('Older')")
    wait_shown(page, ".pages", "51–69 of 69")
    assert len(headlines(page)) == 19
    assert page.locator("[data-act=page]").all_inner_texts() == ["Newer"]


def test_articles_are_found_by_words_outlet_and_time(page: "Page", page_url: str) -> None:
    turned_to(page, page_url)
    page.fill("#words input", "143 million")
    page.keyboard.press("Enter")
    wait_shown(page, ".articles li", "143 million Americans")
    assert len(headlines(page)) < 25
    page.fill("#words input", "lighthouse")
    page.click("#find-articles")
    wait_shown(page, "#articles .quiet", "No article contains “lighthouse”.")
    assert serious(page) == []
    page.fill("#words input", "")
    page.click("#find-articles")
    wait_shown(page, ".pages", "of 69")
    page.click(f".tallies button:has-text('{DESK}')")
    wait_shown(page, ".pages", "of 21")
    assert page.inner_text("#archive-filters button").startswith(DESK)
    page.click(".bars button[aria-label^='July to September 2017']")
    wait_shown(page, "#archive-filters button", f"{DESK} · 1 Jul 2017 – 30 Sep 2017")
    assert all("2017" in meta for meta in page.locator(".articles .meta").all_inner_texts())
    assert page.get_attribute(".bars button[aria-label^='July to September 2017']", "aria-pressed") == "true"
    page.click("#archive-filters [data-act=filters]")
    wait_shown(page, ".pop input[name=since]")
    assert page.input_value(".pop input[name=until]") == "2017-09-30"
    page.click(".pop [data-act=widen]")
    wait_shown(page, ".pages", "of 69")


def test_an_article_opens_in_the_reader(page: "Page", page_url: str) -> None:
    turned_to(page, page_url)
    headline = headlines(page)[0]
    page.click(".articles .read >> nth=0")
    wait_shown(page, ".sheet")
    assert page.inner_text(".sheet h2") == headline
    page.keyboard.press("Escape")
    wait_absent(page, ".sheet")
    assert page.evaluate("document.activeElement.textContent") == headline


def test_an_article_is_removed_after_a_question_that_names_it(page: "Page", own_url: tuple[str, Archive]) -> None:
    url, archive = own_url
    turned_to(page, url)
    first, second = headlines(page)[:2]
    page.click(".articles .remove >> nth=0")
    assert page.inner_text(".removal p") == f"Remove “{first}” from the archive, with all its versions?"
    assert page.evaluate("document.activeElement.textContent") == "Keep it"
    assert serious(page) == []
    page.keyboard.press("Enter")
    wait_absent(page, ".removal")
    assert archive.count() == 6
    page.click(".articles .remove >> nth=0")
    page.click("text=Remove it")
    wait_shown(page, "#articles .note", f"“{first}” was removed.")
    assert headlines(page)[0] == second
    assert page.evaluate("document.activeElement.textContent") == second
    assert archive.count() == 5
    assert first not in [article.title for article in archive.articles()]
    wait_shown(page, "#state", "5 articles")


def test_where_nothing_may_be_changed_nothing_is_offered(page: "Page", starter: Newsroom) -> None:
    with served(starter.open, changeable=False) as url:
        turned_to(page, url)
        assert len(headlines(page)) == 25
        assert page.locator("#add, .remove, .hence").count() == 0


def test_an_archive_that_is_empty_says_what_to_do(page: "Page", build: Callable[..., Newsroom]) -> None:
    with served(build().own) as url:
        turned_to(page, url)
        assert page.inner_text("#articles") == "The archive is empty; add files, an address or a feed."
        assert page.locator(".bars").count() == 0


def test_an_archive_that_cannot_be_opened_says_why_here_too(page: "Page") -> None:
    def fail() -> Assistant:
        raise SettingsError("data: is no folder; name one with --data")

    with served(fail) as url:
        page.goto(url)
        page.get_by_role("tab", name="Archive").click()
        wait_shown(page, "#holdings .flag", "data: is no folder; name one with --data")


def test_the_tab_has_no_serious_barrier_and_goes_by_keyboard(page: "Page", page_url: str) -> None:
    page.goto(page_url)
    wait_shown(page, "#welcome [data-act=ask]")
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_shown(page, "#articles .articles")
    assert serious_by_light_and_dark(page) == []
    page.focus(".bars button")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("July to September 2010")
    page.keyboard.press("Enter")
    wait_shown(page, "#archive-filters button", "1 Jul 2010")
    page.wait_for_function("document.activeElement.closest('.bars') !== null")
    page.click("#archive-filters [data-act=filters]")
    wait_shown(page, ".pop input[name=since]")
    assert serious_by_light_and_dark(page) == []
    page.keyboard.press("Escape")
    wait_absent(page, ".pop")


def test_a_phone_sees_the_tab_whole(page: "Page", page_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    turned_to(page, page_url)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click(".hence")
    page.wait_for_function("document.querySelector('#add').getBoundingClientRect().top < innerHeight")
    page.click("#archive-filters [data-act=filters]")
    wait_shown(page, ".pop .main")
    page.wait_for_function("document.querySelector('.pop .main').getBoundingClientRect().bottom < innerHeight")


def test_versions_are_numbered_and_unknown_dates_counted(page: "Page", build: Callable[..., Newsroom]) -> None:
    record = {"id": "one", "title": "Ferry", "body": "The ferry runs again on Monday, the harbour said."}
    changed = record | {"body": "The ferry runs again on Tuesday, the harbour said."}
    with served(build(article_of(record), article_of(changed)).open) as url:
        turned_to(page, url)
        assert page.inner_text(".articles .meta") == "Unknown outlet · date unknown · version 2"
        assert "1 of them without a date" in page.inner_text("#holdings .sum")
        assert EQUIFAX not in page.content()
