"""Questions that come by other ways than typing: by address, arrow key, edit; and what the reader thinks of answers."""

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from eval.loaders.own import load_own
from eval.validation import validate
from tests import http_client
from tests.model_server import ModelServer
from tests.web.ask.test_ask_tab import QUESTION, ask, opened, wait_until
from tests.web.conftest import Newsroom, served, starter_articles
from tests.web.page_waits import wait_shown
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = "What is <img src=x onerror=document.title='run'> & \"this\"?"


def test_a_question_in_the_address_is_asked(page: "Page", page_url: str) -> None:
    page.goto(f"{page_url}/?q={quote(HOSTILE)}")
    wait_shown(page, "#turn-0 .asof")
    assert page.inner_text("#turn-0 .q") == HOSTILE
    page.wait_for_url(f"{page_url}/c/*")
    page.reload()
    wait_shown(page, "#turn-0 .asof")
    assert page.locator(".turn").count() == 1


@pytest.mark.own_page
def test_a_link_on_another_site_only_proposes_a_question(page: "Page", page_url: str) -> None:
    link = f'<a href="{page_url}/?q={quote(HOSTILE)}">ask</a>'
    page.route("http://other.example/", lambda route: route.fulfill(content_type="text/html", body=link))
    page.goto("http://other.example/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if "/queue/join" in request.url else None)
    page.click("a")
    page.wait_for_function("document.querySelector('#box textarea')?.value.startsWith('What is <img')")
    wait_shown(page, "#welcome [data-act=ask]")
    assert page.title() == "Newsdesk"
    page.click("#ask")
    wait_shown(page, "#turn-0 .asof")
    assert len([data for data in sent if "What is <img" in data]) == 1  # By that click, and not by itself before it.


@pytest.mark.parametrize(
    ("site", "own"), [("none", True), ("same-origin", True), ("same-site", False), ("cross-site", False), ("", False)]
)
def test_the_page_says_whether_it_was_reached_by_an_own_way(page_url: str, site: str, own: bool) -> None:
    headers = {"sec-fetch-site": site} if site else {}
    assert ('name="newsdesk-own-way"' in http_client.get(page_url, headers=headers).text) is own


def test_the_arrow_brings_the_last_question_into_the_empty_box(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    page.focus("#box textarea")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#box textarea") == QUESTION
    page.fill("#box textarea", "mine")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#box textarea") == "mine"


def test_the_last_question_is_edited_in_its_place(page: "Page", page_url: str, model: ModelServer) -> None:
    opened(page, page_url)
    ask(page, "What did Equifax pay?")
    ask(page, QUESTION, turns=2)
    assert page.locator("#turn-0 [data-act=rewrite]").count() == 0
    page.click("#turn-1 [data-act=rewrite]")
    assert page.input_value("#turn-1 .q textarea") == QUESTION
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert page.inner_text("#turn-1 .q") == QUESTION
    page.click("#turn-1 [data-act=rewrite]")
    page.fill("#turn-1 .q textarea", "Who w")
    # Suggestions come some time after the answer, and with them the conversation is drawn anew.
    wait_shown(page, "#turn-1 .further button")
    assert page.input_value("#turn-1 .q textarea") == "Who w"
    page.fill("#turn-1 .q textarea", "Who won the World Cup?")
    page.keyboard.press("Enter")
    wait_shown(page, "#turn-1 .nearest")
    assert page.locator("#talk .q").all_inner_texts() == ["What did Equifax pay?", "Who won the World Cup?"]
    assert "What did Equifax pay?" in model.plans[-1].text
    assert QUESTION not in model.plans[-1].text


def test_opinions_are_kept_and_saved_as_a_set_that_the_evaluation_accepts(
    page: "Page", starter: Newsroom, model: ModelServer, tmp_path: Path
) -> None:
    with served(lambda: starter.open(model)) as url:
        opened(page, url)
        ask(page, QUESTION)
        assert page.locator(".remark").count() == 0
        page.click("#turn-0 [data-act=rate][data-value='1']")
        wait_shown(page, "#turn-0 [aria-pressed=true]", "Useful")
        page.fill("#turn-0 .remark input", "Both <b>figures</b>.")
        page.keyboard.press("Enter")
        wait_shown(page, "#turn-0 .remark button", "Keep note")
        assert serious(page) == []
        ask(page, "Who won the World Cup?", turns=2)
        page.click("#turn-1 [data-act=rate][data-value='-1']")
        wait_shown(page, "#turn-1 [aria-pressed=true]", "Not useful")
        page.fill("#turn-1 .remark input", "New Zealand won it.")
        page.click("#turn-1 .remark button")
        wait_until(page, lambda: page.locator("#turn-1 .remark button").inner_text() == "Keep note")

        page.reload()
        wait_shown(page, "#kept .open")
        page.click("#kept .open")
        wait_shown(page, "#turn-1 .remark")
        assert page.input_value("#turn-0 .remark input") == "Both <b>figures</b>."
        with page.expect_download() as waiting:
            page.click("#kept .ratings")
        path = tmp_path / "ratings.jsonl"
        waiting.value.save_as(path)
        questions = load_own(path)
        assert [(q.type, q.note) for q in questions.questions] == [
            ("confirmed", "Both <b>figures</b>."),
            ("disputed", "New Zealand won it."),
        ]
        assert validate(questions, {a.id: a for a in starter_articles()}) == []
        assert json.loads(path.read_text().splitlines()[0])["evidence"][0]["quote"].startswith("Equifax said on Monday")
        page.click("#turn-0 .saving summary")
        forms = [box for one in page.locator("#turn-0 .saving button").all() if (box := one.bounding_box())]
        assert all(b["x"] >= a["x"] + a["width"] + 8 for a, b in pairwise(forms) if a["y"] == b["y"])
        with page.expect_download() as waiting:
            page.click("#turn-0 [data-kind=ris]")
        assert waiting.value.suggested_filename.endswith(".ris")
        assert Path(waiting.value.path()).read_text("utf-8").startswith("TY  - NEWS")
        page.click("#turn-0 [aria-pressed=true]")
        page.wait_for_function("document.querySelectorAll('.remark').length === 1")
