"""Below the question: filters and models chosen, what an answer took, and what can be asked next."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.archive.database import Archive
from rag import Assistant, Settings
from rag.model import Answer, Event, Filters, Turn
from tests.model_server import ModelServer, Reply
from tests.web.ask.test_ask_tab import QUESTION, ask, opened
from tests.web.conftest import ScriptedAssistant, by_default, equifax_answer, served, starter_articles
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESK = "Newsdesk Business Desk"


def test_filters_are_chosen_told_and_undone(page: "Page", page_url: str, assistant: ScriptedAssistant) -> None:
    def obeying(
        _: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
    ) -> Iterator[Event]:
        answer = replace(equifax_answer(assistant.archive, question), filters=filters or Filters())
        yield Event("done", answer.text, (), answer)

    assistant.script = obeying
    opened(page, page_url)
    page.wait_for_selector("#narrow button:has-text('Any outlet · Any time')")
    page.click("#narrow [data-act=filters]")
    page.wait_for_selector(".pop input[name=since]")
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector(".pop", state="detached")
    page.click("#narrow [data-act=filters]")
    page.fill(".pop input[name=since]", "2017-09-01")
    page.fill(".pop input[name=until]", "2017-08-01")
    page.get_by_label(DESK).check()
    page.click(".pop [data-act=narrow]")
    page.wait_for_selector("text=2017-08-01 lies before 2017-09-01")
    assert page.input_value(".pop input[name=since]") == "2017-09-01"
    page.fill(".pop input[name=until]", "")
    page.click(".pop [data-act=narrow]")
    page.wait_for_selector(f"#narrow button:has-text('{DESK} · since 1 Sep 2017')")
    ask(page, QUESTION)
    assert assistant.asked[0][2] == Filters(since=datetime(2017, 9, 1, tzinfo=UTC), outlets=(DESK,))
    page.click(f"#turn-0 .chip:has-text('{DESK}') button")
    page.wait_for_selector("#narrow button:has-text('Any outlet · since 1 Sep 2017')")
    page.click("#narrow [data-act=filters]")
    page.click(".pop [data-act=widen]")
    page.wait_for_selector("#narrow button:has-text('Any outlet · Any time')")
    ask(page, "And then?", turns=2)
    assert assistant.asked[-1][2] is None


@pytest.fixture
def built(tmp_path: Path) -> Path:
    settings = Settings(data_dir=tmp_path, llm="")
    with Archive(settings.archive_path) as archive:
        for article in starter_articles():
            if "quifax" in article.title:
                archive.put(article)
    with Assistant.from_settings(settings) as assistant:
        assistant.sync()
    return tmp_path


def test_a_model_found_on_this_machine_answers(page: "Page", built: Path, model_server: ModelServer) -> None:
    settings = Settings(data_dir=built, llm="")
    with served(lambda: Assistant.from_settings(settings), servers=(model_server.url,)) as url:
        opened(page, url)
        page.click("#narrow [data-act=models]")
        page.click(".pop [data-act=look]")
        page.wait_for_selector(".pop p:has-text('1 model found on this machine.')")
        assert serious(page) == []
        page.click(".pop .choice:has-text('test')")
        page.wait_for_selector("#narrow [data-act=models]:has-text('test')")
        model_server.script(Reply("Equifax said that 143 million were affected [1]."))
        ask(page, QUESTION)
        assert model_server.requests[0].body["model"] == "test"
        assert page.inner_text("#turn-0 .asof span >> nth=0").split("\n")[1].startswith("openai:test · ")
        assert "$" not in page.inner_text("#turn-0 .asof")
        page.click("#narrow [data-act=models]")
        page.click(".pop .choice:has-text('No model')")
        page.wait_for_selector("#narrow [data-act=models]:has-text('No model')")
        ask(page, "When did the company discover it?", turns=2)
        assert len(model_server.requests) == 1


def test_tokens_and_cost_are_told_where_prices_are_set(page: "Page", built: Path, model_server: ModelServer) -> None:
    settings = Settings(
        data_dir=built, llm="openai:test", llm_base_url=model_server.url, llm_input_price=2.5, llm_output_price=10
    )
    with served(lambda: Assistant.from_settings(settings)) as url:
        opened(page, url)
        model_server.script(Reply("Equifax said that 143 million were affected [1]."))
        ask(page, QUESTION)
        told = page.inner_text("#turn-0 .asof span >> nth=0")
        assert "tokens read" in told
        assert "$0.0" in told
        page.click("#new")
        page.wait_for_selector("#welcome [data-act=ask]")
        page.click("#kept .open")
        page.wait_for_selector("#turn-0 .asof")
        assert page.inner_text("#turn-0 .asof span >> nth=0") == told


def test_what_is_offered_next_was_tried_and_is_asked_with_a_click(
    page: "Page", page_url: str, assistant: ScriptedAssistant
) -> None:
    def knowing(
        _: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
    ) -> Iterator[Event]:
        status = "answered" if "change" in question or "What did" in question else "not_found"
        yield Event("done", answer=Answer(question, status, "Yes."))  # type: ignore[arg-type]

    assistant.verbatim = knowing
    opened(page, page_url)
    ask(page, QUESTION)
    page.wait_for_selector("#turn-0 .further button")
    offered = page.locator("#turn-0 .further button").all_inner_texts()
    assert offered[0] == "How many people did the Equifax breach affect, and did that change?"
    assert all("change" in question or question.startswith("What did") for question in offered)
    assert serious(page) == []
    assistant.script = by_default
    page.click("#turn-0 .further button >> nth=0")
    page.wait_for_selector("#turn-1 .asof")
    assert page.inner_text("#turn-1 .q") == offered[0]
    assert page.locator("#turn-0 .further").count() == 0


def test_what_is_offered_next_is_answered_by_the_real_archive(page: "Page", built: Path) -> None:
    with served(lambda: Assistant.from_settings(Settings(data_dir=built, llm=""))) as url:
        opened(page, url)
        ask(page, QUESTION)
        page.wait_for_selector("#turn-0 .further button")
        page.click("#turn-0 .further button >> nth=0")
        page.wait_for_selector("#turn-1 a.n")
