"""Below the question: filters and models chosen, what an answer took, and what can be asked next."""

from typing import TYPE_CHECKING

from tests.model_server import ModelServer, Reply
from tests.web.ask.test_ask_tab import QUESTION, ask, opened
from tests.web.conftest import Newsroom, served
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESK = "Newsdesk Business Desk"


def test_filters_are_chosen_told_and_undone(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    wait_shown(page, "#narrow button", "Any outlet · Any time")
    page.click("#narrow [data-act=filters]")
    wait_shown(page, ".pop input[name=since]")
    assert serious(page) == []
    page.keyboard.press("Escape")
    wait_absent(page, ".pop")
    page.click("#narrow [data-act=filters]")
    page.fill(".pop input[name=since]", "2017-09-01")
    page.fill(".pop input[name=until]", "2017-08-01")
    page.check(f".pop label:has-text('{DESK}') input")
    page.click(".pop [data-act=narrow]")
    page.wait_for_selector("text=2017-08-01 lies before 2017-09-01")
    assert page.input_value(".pop input[name=since]") == "2017-09-01"
    page.fill(".pop input[name=until]", "")
    page.click(".pop [data-act=narrow]")
    wait_shown(page, "#narrow button", f"{DESK} · since 1 Sep 2017")
    ask(page, QUESTION)
    assert page.locator("#turn-0 .chip").all_inner_texts() == ["from 1 Sep 2017×", f"{DESK}×"]
    page.click(f"#turn-0 .chip:has-text('{DESK}') button")
    wait_shown(page, "#narrow button", "Any outlet · since 1 Sep 2017")
    page.click("#narrow [data-act=filters]")
    page.click(".pop [data-act=widen]")
    wait_shown(page, "#narrow button", "Any outlet · Any time")
    ask(page, "What did Equifax pay?", turns=2)
    assert page.locator("#turn-1 .chip").count() == 0


def test_a_model_found_on_this_machine_answers(page: "Page", starter: Newsroom, model_server: ModelServer) -> None:
    with served(starter.open, servers=(model_server.url,)) as url:
        opened(page, url)
        page.click("#narrow [data-act=models]")
        page.click(".pop [data-act=look]")
        wait_shown(page, ".pop p", "1 model found on this machine.")
        assert serious(page) == []
        page.click(".pop .choice:has-text('test')")
        wait_shown(page, "#narrow [data-act=models]", "test")
        model_server.script(Reply("Equifax said that 143 million were affected [1]."))
        ask(page, QUESTION)
        assert model_server.requests[0].body["model"] == "test"
        assert page.inner_text("#turn-0 .asof span >> nth=0").split("\n")[1].startswith("openai:test · ")
        assert "$" not in page.inner_text("#turn-0 .asof")
        page.click("#narrow [data-act=models]")
        page.click(".pop .choice:has-text('No model')")
        wait_shown(page, "#narrow [data-act=models]", "No model")
        ask(page, "When did the company discover it?", turns=2)
        assert len(model_server.requests) == 1


def test_tokens_and_cost_are_told_where_prices_are_set(
    page: "Page", starter: Newsroom, model_server: ModelServer
) -> None:
    with served(lambda: starter.open(model_server, llm_input_price=2.5, llm_output_price=10)) as url:
        opened(page, url)
        model_server.script(Reply("Equifax said that 143 million were affected [1]."))
        ask(page, QUESTION)
        told = page.inner_text("#turn-0 .asof span >> nth=0")
        assert "tokens read" in told
        assert "$0.0" in told
        page.click("#new")
        wait_shown(page, "#welcome [data-act=ask]")
        page.click("#kept .open")
        wait_shown(page, "#turn-0 .asof")
        assert page.inner_text("#turn-0 .asof span >> nth=0") == told


def test_what_is_offered_next_was_tried_and_is_asked_with_a_click(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    wait_shown(page, "#turn-0 .further button")
    offered = page.locator("#turn-0 .further button").all_inner_texts()
    assert offered[0] == "How many people did the Equifax breach affect, and did that change?"
    assert all("change" in question or question.startswith("What did") for question in offered)
    assert serious(page) == []
    page.click("#turn-0 .further button >> nth=0")
    wait_shown(page, "#turn-1 a.n")
    assert page.inner_text("#turn-1 .q") == offered[0]
    assert page.locator("#turn-0 .further").count() == 0
