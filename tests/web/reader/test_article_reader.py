"""Reading: versions and copies in the reader, what was not used, and the ways out of a refusal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from corpus.archive.collections import Collections
from tests.web.ask.test_ask_tab import ask, opened
from tests.web.conftest import Newsroom, served
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

BODY = (
    "The lighthouse of Eastfield was painted green on Monday, the harbour office said. The keeper, Ana Sousa, chose the "
    "colour herself.\n\nThe work took four days and cost 9,000 euros, which the town paid. Boats had complained that the "
    "old white tower could not be seen against the snow of the hills behind it in winter."
)
CHANGED = BODY.replace("9,000 euros", "12,000 euros")
FIRST = Article(
    "lighthouse", "Lighthouse painted green", BODY, "Eastfield Gazette", published_at=datetime(2020, 3, 2, tzinfo=UTC)
)
OTHER = Article(
    "harbour",
    "Harbour of Eastfield gets a new crane",
    "A crane was put up in the harbour of Eastfield on Tuesday. It lifts boats out of the water before winter.",
    "Eastfield Gazette",
    published_at=datetime(2020, 3, 4, tzinfo=UTC),
)
QUESTION = "What did the painting of the lighthouse cost?"
COPY = Article("copy", "Green lighthouse", BODY, "Coast & Daily", published_at=datetime(2020, 3, 3, tzinfo=UTC))


@pytest.fixture
def newsroom(build: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom with an article, its copy at another outlet, and another one of the same town."""
    return build(FIRST, COPY, OTHER)


def test_the_reader_shows_versions_and_copies(page: "Page", newsroom: Newsroom) -> None:
    assistant = newsroom.own()
    with served(lambda: assistant) as url:
        opened(page, url)
        ask(page, QUESTION)
        changed = replace(FIRST, body=CHANGED, updated_at=datetime(2020, 3, 5, tzinfo=UTC))
        assert assistant.archive.put(changed, live=True) == "updated"
        assert page.inner_text("#card-0-1 .more span") == "1 copy"
        page.click("#card-0-1 .read")
        wait_shown(page, ".sheet mark")
        assert page.locator(".sheet mark:has-text('9,000 euros')").count() == 1
        assert page.inner_text(".versions [aria-current]") == "Version 1 · 2 Mar 2020"
        assert "changed this text since" in page.inner_text(".sheet .notice")
        assert serious(page) == []
        page.click(".versions .read")
        wait_shown(page, ".versions [aria-current]", "Version 2 · 5 Mar 2020")
        assert "12,000 euros" in page.inner_text(".sheet .text")
        assert page.locator(".sheet .notice").count() == 0
        assert page.inner_text(".sheet .nearest li span") == "Coast & Daily · 3 Mar 2020"
        page.click(".sheet .nearest .read")
        wait_shown(page, ".sheet h2", "Green lighthouse")
        page.keyboard.press("Escape")
        wait_absent(page, ".sheet")
        assert page.evaluate("document.activeElement.closest('#card-0-1') !== null")


def test_what_was_retrieved_and_not_used_can_be_seen(page: "Page", newsroom: Newsroom) -> None:
    with served(newsroom.open) as url:
        opened(page, url)
        ask(page, QUESTION)
        assert not page.is_visible("#cards .unused .card")
        page.click("#cards .unused summary")
        assert page.inner_text("#cards .unused .card h3") == OTHER.title
        assert serious(page) == []


def test_a_refusal_says_what_to_try_and_each_way_can_be_taken(page: "Page", newsroom: Newsroom) -> None:
    with served(newsroom.open) as url:
        opened(page, url)
        ask(page, QUESTION)
        ask(page, "And the pyramids of Giza?", turns=2)
        assert page.locator("#turn-1 .tries button").all_inner_texts() == ["Ask it apart from what was said before"]
        ask(page, "According to Coast & Daily, who won the World Cup in 2015?", turns=3)
        assert page.locator("#turn-1 .tries").count() == 0
        assert page.locator("#turn-2 .tries button").all_inner_texts() == ["Search without “Coast & Daily”"]
        assert serious(page) == []
        page.click("#turn-2 .tries button")
        page.wait_for_selector("#turn-2:has(.asof):not(:has-text('Search without'))")


def test_an_article_is_put_into_a_collection_and_asked_there(page: "Page", newsroom: Newsroom) -> None:
    assistant = newsroom.own()
    with served(lambda: assistant) as url:
        opened(page, url)
        page.get_by_role("tab", name="Archive").click()
        page.click(f"#articles .read:has-text('{OTHER.title}')")
        page.click(".sheet .collect summary")
        page.fill(".sheet .collect input", "Cranes <b>")
        assert serious(page) == []
        page.click(".sheet [data-act=collect]")
        page.wait_for_selector("text=Added to the collection “Cranes <b>”.")
        wait_shown(page, ".sheet .collect li", "Cranes <b>")
        page.fill(".sheet .collect input", "Cranes <b>")
        page.click(".sheet [data-act=collect]")
        page.wait_for_selector("text=It is in the collection “Cranes <b>” already.")
        assert [c.articles for c in Collections(assistant.archive).list_all()] == [1]
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Ask").click()
        page.click("#narrow [data-act=filters]")
        page.check(".pop label:has-text('Cranes <b>') input")
        page.click(".pop [data-act=narrow]")
        wait_shown(page, "#narrow button", "collection Cranes <b>")
        ask(page, "What was put up in the harbour of Eastfield?")
        assert page.locator("#turn-0 .chip").all_inner_texts() == ["collection Cranes <b>×"]
        assert set(page.locator("#cards .card h3 bdi").all_inner_texts()) == {OTHER.title}
        page.click("#cards .read >> nth=0")
        page.click(".sheet .collect summary")
        page.click(".sheet [data-act=uncollect]")
        page.wait_for_selector("text=Removed; the collection “Cranes <b>” was empty, and is gone.")
        wait_shown(page, ".sheet .collected:not(:has(li))")
        assert Collections(assistant.archive).list_all() == []
