"""The page over the real assistant: real archive, indexes and embedder, without a model and with one over the wire."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from corpus.archive.database import Archive
from rag import Assistant, Settings
from tests.model_server import Body, ModelServer, Reply
from tests.shared_embedder import shared_embedder
from tests.waiting import PATIENCE_S
from tests.web.ask.test_ask_tab import ask, opened, shows_state
from tests.web.conftest import PATIENT, served, starter_articles
from tests.web.page_waits import wait_shown

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
    with Assistant(settings, embedder=shared_embedder()) as assistant:
        assistant.sync()
    return folder


@contextmanager
def page_over(folder: Path, **settings: object) -> Iterator[str]:
    values: dict[str, object] = {"llm": "", **PATIENT, **settings}
    made = Settings(data_dir=folder, **values)  # type: ignore[arg-type]
    with served(lambda: Assistant(made, embedder=shared_embedder(), read_only=True)) as url:
        yield url


@pytest.fixture(scope="module")
def plain(built: Path) -> Iterator[str]:
    """Serve the page without a model."""
    with page_over(built) as url:
        yield url


def test_without_a_model_sentences_of_the_articles_answer(page: "Page", plain: str) -> None:
    opened(page, plain)
    ask(page, "How many people did the Equifax breach affect?")
    # Which sentences answer best is for the tests of the composer; here each must lead to where it stands.
    page.click("#turn-0 a.n >> nth=0")
    card = page.locator("#cards .card.on")
    assert card.locator("h3").inner_text().endswith("Equifax says hackers may have taken data of 143 million Americans")
    words = card.locator("mark").first.inner_text().splitlines()[0]
    (equifax,) = [article for article in starter_articles() if article.id == CHOSEN[0]]
    assert words in equifax.body
    # One mark may span several sentences and what stands between them; it begins with words of the answer.
    assert words[:60] in page.inner_text("#turn-0 .a")
    card.locator(".read").click()
    wait_shown(page, ".sheet mark")
    assert words in page.locator(".sheet mark").first.inner_text()
    page.keyboard.press("Escape")

    ask(page, "When did the company discover it?", turns=2)
    assert "Equifax" in page.inner_text("#turn-1 .chip >> nth=0")
    assert "Equifax" in page.inner_text("#card-1-1 h3")

    ask(page, "Who won the 2015 Rugby World Cup?", turns=3)
    assert page.locator("#turn-2 a.n").count() == 0
    assert page.locator("#turn-2 .nearest li").count() >= 1


def test_a_script_in_a_headline_is_shown_as_text(page: "Page", plain: str) -> None:
    opened(page, plain)
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
        assert page.locator("#turn-0 a").count() == page.locator("#turn-0 a.n, #turn-0 a.flagged").count()
        assert "The model cited [77], and there is no such passage." in page.inner_text("#turn-0")
        assert "A second reading of the claims was not possible" in page.inner_text("#turn-0")

        colour = "What colour was the lighthouse of Eastfield painted?"
        model_server.script(Reply("Half an", cut_after=1))
        ask(page, colour, turns=2)
        assert page.locator("#turn-1 .flag").count() == 0
        assert "The model gave no whole answer" in page.inner_text("#turn-1 .note >> nth=0")
        assert "key-canary" not in page.content()


def test_a_second_reading_marks_each_claim_by_what_it_finds(
    page: "Page", built: Path, model_server: ModelServer
) -> None:
    def verify(body: Body) -> str:
        """Hold back until the reader has seen the answer, then find one claim right and one wrong."""
        assert seen.wait(PATIENCE_S)
        cited = int(str(body["messages"][-1]["content"]).rpartition("cites [")[2].partition("]")[0])
        words = [{"passage": cited, "words": "Ana Sousa"}]
        rows = [
            {"claim": 1, "verdict": "supported", "evidence": words, "problem": ""},
            {"claim": 2, "verdict": "not stated", "evidence": [], "problem": "nobody says why"},
        ]
        return json.dumps({"verdicts": rows})

    seen = threading.Event()
    model_server.verify = verify
    settings = {"llm": "openai:test", "llm_base_url": model_server.url, "llm_api_key": "key", "mend": False}
    with page_over(built, **settings) as url:
        opened(page, url)
        model_server.script(Reply("The colour is the choice of Ana Sousa [1]. She liked the sea [1]."))
        page.fill("#box textarea", "Who chose the colour of the Eastfield lighthouse?")
        page.click("#ask")
        wait_shown(page, "#turn-0 .steps .now", "Checking every claim")
        page.wait_for_function("document.querySelector('#turn-0 .a').innerText.includes('She liked the sea')")
        before = page.locator("#turn-0 .a p").bounding_box()
        seen.set()
        wait_shown(page, "#turn-0 .flag")
        after = page.locator("#turn-0 .a p").bounding_box()
        assert before is not None
        assert after is not None
        assert (before["x"], before["y"], before["width"]) == (after["x"], after["y"], after["width"])
        assert page.inner_text("#turn-0 .un").startswith("She liked the sea")
        assert page.get_attribute("#turn-0 .un", "title") == "passage 1 does not say this: nobody says why"
        assert page.locator("#turn-0 .unchecked").count() == 0
        assert page.inner_text("#turn-0 .flag") == "⚑1 Not supported: passage 1 does not say this: nobody says why"
        copied = page.get_attribute("#turn-0 [data-act=copy]", "data-text") or ""
        assert "NOT SUPPORTED: “She liked the sea.” – passage 1 does not say this" in copied
