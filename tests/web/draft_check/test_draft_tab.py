"""The tab that checks drafts, in a real browser: paste, check, read, stop, save; what a draft contains stays text."""

import threading
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from tests.model_server import Body, ModelServer, Reply
from tests.waiting import PATIENCE_S
from tests.web.conftest import EQUIFAX, Newsroom, served, starter_articles
from tests.web.page_waits import wait_shown
from tests.web.payloads import scripts
from tests.web.server.test_access import serious
from web.assistant.assistant_loader import AssistantLoader
from web.draft_check.draft_result import render_progress, render_result
from web.draft_check.draft_run import DraftRun, stream_check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

BODY = next(article.body for article in starter_articles() if article.id == EQUIFAX)
VERBATIM = BODY[: BODY.index(". ") + 1]
DRAFT = f"""Notes on a breach

{VERBATIM} The Equifax breach affected 999 million people. Marie Curie won the Nobel Prize in Physics in 1903. Was that wise?
"""


@pytest.fixture(scope="module")
def url(starter: Newsroom) -> "Iterator[str]":
    """Serve a page whose drafts are checked by rules."""
    with served(starter.open) as address:
        yield address


def paste(page: "Page", url: str, draft: str) -> None:
    page.goto(url)
    page.get_by_role("tab", name="Check a draft").click()
    page.fill("#draft-text textarea", draft)
    page.click("#check-draft")


def test_a_draft_is_shown_in_its_verdicts_with_the_passages_beside_it(page: "Page", url: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    paste(page, url, DRAFT)
    wait_shown(page, "#draft-result .claim")
    verdicts = page.locator(".claim .verdict").all_inner_texts()
    assert verdicts[0] == "1. Supported"
    assert set(verdicts[1:]) <= {"2. Not in the archive", "2. Contradicted", "3. Not in the archive"}
    assert page.inner_text("#draft-result .counts").endswith("Passed over: 1 heading, 1 question.")
    assert page.locator("#draft-result .said").count() == 3
    assert page.inner_text("#draft-result .said.is-supported") == f"{VERBATIM}1"
    assert page.inner_text("#claim-1 mark >> nth=0") == VERBATIM
    assert "8 Sep 2017" in page.inner_text("#claim-1 .meta >> nth=0")
    assert serious(page) == []
    page.click("#draft-result .said >> nth=1")
    page.wait_for_function("document.querySelector('#claim-2:target') !== null")
    page.click("#claim-1 .read >> nth=0")
    wait_shown(page, ".sheet mark")
    assert page.inner_text(".sheet mark >> nth=0") == VERBATIM
    assert serious(page) == []


def test_a_report_is_saved_in_three_forms(page: "Page", url: str, tmp_path: Path) -> None:
    paste(page, url, DRAFT)
    wait_shown(page, "#draft-result .claim")
    saved = {}
    for name in ("Markdown", "HTML", "DOCX"):
        with page.expect_download() as download:
            page.click(f"#draft-result .save button:has-text('{name}')")
        download.value.save_as(tmp_path / download.value.suggested_filename)
        saved[name] = (tmp_path / download.value.suggested_filename).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {
        "checked-draft.md",
        "checked-draft.html",
        "checked-draft.docx",
    }
    assert saved["Markdown"].startswith(b"# Checked draft")
    assert VERBATIM[:40].encode() in saved["HTML"]
    assert docx.Document(BytesIO(saved["DOCX"])).paragraphs[0].text == "Checked draft"


@pytest.mark.own_page
def test_no_text_of_a_draft_becomes_markup(page: "Page", url: str) -> None:
    page.add_init_script("window.executed = []")
    payloads = scripts()[:40]
    draft = "\n\n".join(f"The Equifax breach affected {n}44 million people {text}." for n, text in enumerate(payloads))
    paste(page, url, draft)
    wait_shown(page, "#draft-result .claim")
    assert page.locator("#draft-result").locator("script, img, iframe, svg, object, form, style, link").count() == 0
    page.hover("#draft-result .said >> nth=0")
    wait_shown(page, "#tip")
    assert payloads[0].split(">")[0] in page.inner_text("#draft-result .text")
    assert page.evaluate("executed") == []


def test_what_is_no_draft_is_refused_and_questions_are_counted(page: "Page", starter: Newsroom) -> None:
    with served(starter.open, per_minute=1, clock=lambda: 0.0) as url:
        paste(page, url, " ")
        page.wait_for_selector("text=The draft is empty")
        page.fill("#draft-text textarea", "a " * 10_001)
        page.click("#check-draft")
        page.wait_for_selector("text=it has 20,002 characters")
        page.fill("#draft-text textarea", VERBATIM)
        page.click("#check-draft")
        wait_shown(page, "#claim-1")
        page.click("#check-draft")
        wait_shown(page, "#draft-pause .pause", "You can check a draft in")
        assert page.is_visible("#claim-1")


def test_a_check_that_is_stopped_keeps_what_is_done(page: "Page", starter: Newsroom, model_server: ModelServer) -> None:
    asked = threading.Event()

    def hang(_: Body) -> Reply:
        asked.set()
        return Reply(hang="headers")

    model_server.verify = hang
    with served(lambda: starter.open(model_server, verifier="")) as url:
        paste(page, url, DRAFT)
        wait_shown(page, "#draft-progress", "Checked 0 of 3 claims")
        assert asked.wait(PATIENCE_S)  # What is stopped before asks nobody.
        assert page.is_disabled("#check-draft")
        page.click("#stop-check")
        wait_shown(page, "#draft-progress", "Stopped: 0 of 3 claims were checked.")
        wait_shown(page, "#draft-result .counts", "Not looked at: 3 more.")
        assert page.is_enabled("#check-draft")
        assert page.is_hidden("#stop-check")
        assert model_server.abandoned.wait(PATIENCE_S)


def test_a_run_that_is_stopped_shows_the_claims_that_were_checked(starter: Newsroom) -> None:
    loader = AssistantLoader(starter.open).start()
    run = DraftRun(DRAFT)
    try:
        for _ in stream_check(loader, "", run):
            if run.open and run.done == 1:
                assert "Checked 1 of 3 claims" in render_progress(run)
                run.stop()
    finally:
        loader.close()
    assert (run.stage, run.done) == ("stopped", 1)
    assert "Stopped: 1 of 3 claims were checked." in render_progress(run)
    result = render_result(run)
    assert "Not looked at: 2 more." in result
    assert result.count('class="claim ') == 1
