"""An editor corrects an article in the reader; a reader sees what was corrected, and no form."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.archive.article_editing import edit_article
from tests.web.archive.test_archive_tab import headlines, turned_to
from tests.web.ask.test_ask_tab import ask
from tests.web.conftest import Newsroom, keyed_accounts, served
from tests.web.page_waits import wait_present, wait_shown
from tests.web.reader.test_article_reader import FIRST, OTHER, QUESTION
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_an_editor_corrects_an_article_and_undoes_it(
    page: "Page", build: Callable[..., Newsroom], tmp_path: Path
) -> None:
    assistant = build(FIRST, OTHER).own()
    accounts, headers = keyed_accounts(tmp_path, ann="editor", rob="reader")
    with served(lambda: assistant, accounts=accounts) as url:
        page.set_extra_http_headers(headers["ann"])
        turned_to(page, url)
        page.click(f"#articles .read:has-text('{FIRST.title}')")
        page.focus(".correction summary")
        page.keyboard.press("Tab")  # From the last thing of the sheet, as its form is closed, to the first one.
        assert page.evaluate("document.activeElement.matches('.sheet .close')")
        page.click(".correction summary")
        assert page.input_value(".correction [name=published_at]") == "2020-03-02"
        page.fill(".correction [name=title]", "Lighthouse painted <b>red</b>")
        page.fill(".correction [name=published_at]", "2020-03-05 18:00 +01:00")
        edit_article(assistant.archive, FIRST.id, {"author": "Cy Vance"}, "bob")  # Meanwhile, in another window.
        page.click(".correction .do")
        wait_shown(page, ".sheet h2", "Lighthouse painted <b>red</b>")
        assert page.inner_text(".sheet .edits li >> nth=0").startswith("Headline corrected by ann on ")
        assert "Byline corrected by bob" in page.inner_text(".sheet .edits li >> nth=1")
        assert "the source wrote: “2020-03-02”" in page.inner_text(".sheet .edits li >> nth=2")
        page.click(".correction summary")
        assert serious(page) == []
        page.fill(".correction [name=published_at]", "tomorrow")
        page.keyboard.press("Enter")
        page.wait_for_selector(".toast-body:has-text('Date: \\'tomorrow\\' is not a date')")
        assert page.input_value(".correction [name=published_at]") == "tomorrow"
        page.keyboard.press("Escape")
        wait_shown(page, "#articles .read", "painted <b>red</b>")
        assert headlines(page) == ["Lighthouse painted <b>red</b>", OTHER.title]
        assistant.sync()

        page.set_extra_http_headers(headers["rob"])
        page.goto(url)
        wait_present(page, "[data-role=reader]")
        ask(page, QUESTION)
        assert "Lighthouse painted <b>red</b>" in page.inner_text("#card-0-1")
        page.click("#card-0-1 .read")
        wait_shown(page, ".sheet .edits")
        assert not page.is_visible(".correction, [data-act=undo-correction]")

        page.set_extra_http_headers(headers["ann"])
        page.goto(f"{url}/a/lighthouse")
        page.click(".edits li:has-text('Headline') button")
        wait_shown(page, ".sheet h2", FIRST.title)
        assert page.locator(".sheet .edits li").count() == 2
