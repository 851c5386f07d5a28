"""The page over the real assistant: real archive, indexes and embedder, without a model and with one over the wire."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from corpus.archive.database import Archive
from rag import Assistant, Settings
from tests.model_server import ModelServer, Reply
from tests.web.ask.test_ask_tab import ask, opened, shows_state
from tests.web.conftest import served, starter_articles

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHOSEN = ("2017-09-equifax-143m", "2013-06-snowden-prism", "2014-04-heartbleed-openssl")
SCRIPT = "<script>document.title = 'run'</script>"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an archive and its indexes: some of the starter corpus, and an article with a script in its headline."""
    folder = tmp_path_factory.mktemp("whole")
    settings = Settings(data_dir=folder, llm="")
    with Archive(settings.archive_path) as archive:
        for article in starter_articles():
            if article.id in CHOSEN:
                archive.put(article)
        body = (
            "The lighthouse of Eastfield was painted green on Monday. The keeper, Ana Sousa, chose the colour herself."
        )
        archive.put(Article("lighthouse", f"Lighthouse painted {SCRIPT} green", body, "Eastfield Gazette"))
    with Assistant.from_settings(settings) as assistant:
        assistant.sync()
    return folder


@contextmanager
def page_over(folder: Path, **settings: object) -> Iterator[str]:
    values: dict[str, object] = {"llm": "", **settings}
    with served(lambda: Assistant.from_settings(Settings(data_dir=folder, **values))) as url:  # type: ignore[arg-type]
        yield url


def test_without_a_model_sentences_of_the_articles_answer(page: "Page", built: Path) -> None:
    with page_over(built) as url:
        opened(page, url)
        ask(page, "How many people did the Equifax breach affect?")
        # Which sentences answer best is for the tests of the composer; here each must lead to where it stands.
        page.click("#turn-0 a.n >> nth=0")
        card = page.locator("#cards .card.on")
        assert (
            card.locator("h3")
            .inner_text()
            .endswith("Equifax says hackers may have taken data of 143 million Americans")
        )
        words = card.locator("mark").first.inner_text().splitlines()[0]
        (equifax,) = [article for article in starter_articles() if article.id == CHOSEN[0]]
        assert words in equifax.body
        # One mark may span several sentences and what stands between them; it begins with words of the answer.
        assert words[:60] in page.inner_text("#turn-0 .a")
        card.locator(".read").click()
        page.wait_for_selector(".sheet mark")
        assert words in page.locator(".sheet mark").first.inner_text()
        page.keyboard.press("Escape")

        ask(page, "When did the company discover it?", turns=2)
        assert "Equifax" in page.inner_text("#turn-1 .chip >> nth=0")
        assert "Equifax" in page.inner_text("#card-1-1 h3")

        ask(page, "Who won the 2015 Rugby World Cup?", turns=3)
        assert page.locator("#turn-2 a.n").count() == 0
        assert page.locator("#turn-2 .nearest li").count() >= 1


def test_a_script_in_a_headline_is_shown_as_text(page: "Page", built: Path) -> None:
    with page_over(built) as url:
        opened(page, url)
        ask(page, "Who chose the colour of the Eastfield lighthouse?")
        assert "Ana Sousa" in page.inner_text("#turn-0 .a")
        assert SCRIPT in page.inner_text("#card-0-1 h3")
        assert page.title() == "Newsdesk"


def test_a_model_answers_over_the_wire_and_its_claims_are_checked(
    page: "Page", built: Path, model_server: ModelServer
) -> None:
    with page_over(built, llm="openai:test", llm_base_url=model_server.url, llm_api_key="key-canary") as url:
        opened(page, url)
        shows_state(page, "Model: openai:test")
        model_server.script(
            Reply(
                "Ana Sousa chose the colour [1].\n\nIt was painted red in 1987 [1]. ![x](http://x.invalid/a.png) [77]"
            )
        )
        ask(page, "Who chose the colour of the Eastfield lighthouse?")
        assert page.inner_text("#turn-0 .a p >> nth=0").startswith("Ana Sousa chose the colour")
        assert "painted red in 1987" in page.inner_text("#turn-0 .un")
        assert "1987" in page.inner_text("#turn-0 .flag")
        assert page.locator("#talk img").count() == 0
        assert page.locator("#turn-0 a").count() == page.locator("#turn-0 a.n").count()

        colour = "What colour was the lighthouse of Eastfield painted?"
        model_server.script(Reply("Half an", cut_after=1))
        ask(page, colour, turns=2)
        assert page.locator("#turn-1 .flag").count() >= 1
        assert page.inner_text("#turn-1 .flag >> nth=0") == "This is not a whole answer."
        assert "key-canary" not in page.content()
