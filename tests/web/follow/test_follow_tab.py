"""Topics that are followed, in a real browser: what is new on them, and what changed in an article."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx

from tests.rag.follow.conftest import corrected
from tests.web.conftest import EQUIFAX, Newsroom, served, starter_articles
from tests.web.page_waits import wait_present, wait_shown
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_news_on_a_topic_is_counted_shown_with_its_sentences_and_then_seen(
    page: "Page", build: Callable[..., Newsroom]
) -> None:
    articles = {article.id: article for article in starter_articles()}
    assistant = build(articles[EQUIFAX], articles["2014-05-google-spain-right-to-be-forgotten"]).own()
    with served(lambda: assistant) as url:
        page.goto(url)
        page.get_by_role("tab", name="Following").click()
        page.fill("#follow-text input", "Equifax breach")
        page.click("#follow-add")
        wait_shown(page, "#topics .topic", "Equifax breach")
        assert page.input_value("#follow-text input") == ""
        assert "Nothing new has come" in page.inner_text("#topic-articles")
        assert page.inner_text("#topic-articles .nearest li >> nth=0").startswith(articles[EQUIFAX].title)

        assistant.archive.put(articles["2017-10-equifax-145-5m"])
        assistant.archive.put(corrected(articles[EQUIFAX]))
        assistant.sync()
        assert assistant.topics.check() == 2
        page.reload()
        wait_shown(page, "#news .news", "2 new on your topics")
        page.get_by_role("tab", name="Ask").click()
        page.click("#news .news")
        wait_shown(page, "#topics .topic strong", "2 new")
        page.click("#topics .topic")
        wait_shown(page, ".found li")
        assert page.locator(".found .read").all_inner_texts() == [
            articles["2017-10-equifax-145-5m"].title,
            articles[EQUIFAX].title,
        ]
        assert page.inner_text(".found blockquote >> nth=0").startswith("Equifax said on Monday, 2 October 2017")
        assert "misstated the number of consumers" in page.inner_text(".found .remarkable >> nth=1")
        assert page.locator(".found .changes :is(del, ins)").all_inner_texts() == ["143", "144"]
        assert page.locator(".found .fresh").count() == 2
        wait_present(page, "#news:not(:has(.news))")
        assert serious(page) == []

        page.click(".found .read >> nth=1")
        page.click(".sheet .revision summary")
        assert page.locator(".sheet .changes ins").all_inner_texts() == ["144"]
        page.keyboard.press("Escape")
        page.click(".feed summary")
        feed = page.inner_text("[data-feed]")
        assert feed.startswith(f"{url}/feed/")
        told = httpx.get(feed)
        assert (told.status_code, told.headers["content-type"].split(";")[0]) == (200, "application/atom+xml")
        assert told.text.count("<entry>") == 2
        assert f'rel="self" type="application/atom+xml" href="{feed}"' in told.text
        page.get_by_role("tab", name="Archive").click()
        page.click(".corrections summary")
        assert "misstated the number of consumers" in page.inner_text(".corrections .notice")
        page.get_by_role("tab", name="Following").click()
        page.click("#topics .drop")
        wait_shown(page, "#topics .quiet", "You do not follow anything yet")
