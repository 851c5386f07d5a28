"""Hostile text in the tabs, the rail, the panels and the remark, in a real browser: nothing runs, nothing is fetched."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.archive.database import Archive
from corpus.feeds.feed_book import FeedBook
from tests.eval.records import HELD, answer, outcome
from tests.model_server import ModelServer
from tests.rag.word_embedder import WordEmbedder
from tests.web.archive.test_adding import drop, ended, written
from tests.web.archive.test_archive_tab import turned_to
from tests.web.ask.test_ask_tab import wait_until
from tests.web.conftest import Newsroom, served
from tests.web.eval.test_eval_tab import made
from tests.web.page_waits import wait_shown
from tests.web.test_hostile import WORDS, collector, hostile_articles, load_one_more, mixed_payloads, write_payloads
from tests.web.timeline.test_timeline_tab import show

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["collector"]


def use_the_tabs(page: "Page", url: str, folder: Path, payloads: Sequence[str]) -> None:
    """Go through every state of the tabs, with payloads typed, uploaded and listed."""
    turned_to(page, url)
    for n in range(1, len(payloads) // 25 + 1):
        page.click("[data-act=page]:has-text('Older')")
        wait_shown(page, ".pages", f"{25 * n + 1}–")
    page.click(".articles .remove >> nth=0", force=True)
    assert page.inner_text(".removal p").startswith("Remove “T")
    page.click(".articles .read >> nth=0")
    wait_shown(page, ".sheet")
    page.keyboard.press("Escape")
    page.click("#archive-filters [data-act=filters]")
    wait_shown(page, ".pop")
    page.keyboard.press("Escape")
    listed = page.inner_text("#articles")
    page.fill("#words input", " ".join(payloads[:2])[:200])
    page.keyboard.press("Enter")
    wait_until(page, lambda: page.inner_text("#articles") != listed)
    rows = [{"title": f"Added {p}", "body": f"Added text {p} {WORDS}.", "source": p} for p in payloads[:5]]
    lines = "".join(json.dumps(row) + "\n" for row in [*rows, *({"title": p} for p in payloads)])
    drop(page, written(folder, "<img src=x onerror=executed.push(1)>.jsonl", lines))
    page.fill("#address input", payloads[0])
    page.click("#add-page")
    ended(page, 2)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    turned_to_timeline(page, payloads)
    page.get_by_role("tab", name="Eval").click()
    wait_shown(page, "#runs table")
    for button in (0, 1):
        page.click(f"[data-act=compare] >> nth={button}")
        page.wait_for_function(f"document.querySelectorAll('#runs [aria-pressed=true]').length === {button + 1}")
    wait_shown(page, "#comparison table")


def turned_to_timeline(page: "Page", payloads: Sequence[str]) -> None:
    page.get_by_role("tab", name="Timeline").click()
    show(page, " ".join(payloads[:2])[:200])
    wait_shown(page, "#entries .quiet")
    show(page, WORDS)
    page.wait_for_selector("#entries .entry >> nth=2")
    if page.locator(".points button").count():
        page.focus(".points button")
        wait_shown(page, "#tip")
        page.keyboard.press("Enter")
    page.click("#story-filters [data-act=filters]")
    wait_shown(page, ".pop")
    page.keyboard.press("Escape")


def use_the_rail(page: "Page", payloads: Sequence[str]) -> None:
    """Ask with payloads, judge with payloads, search and reopen what is kept, open the panels below the question."""
    page.get_by_role("tab", name="Ask").click()
    page.fill("#box textarea", " ".join(payloads[:2]))
    page.click("#ask")
    wait_shown(page, "#turn-0 [data-act=rate]")
    page.click("#turn-0 [data-act=rate] >> nth=0")
    wait_shown(page, "#turn-0 .remark input")
    page.fill("#turn-0 .remark input", " ".join(payloads)[:1000])
    page.click("#turn-0 .remark button")
    page.click("#narrow [data-act=filters]")
    wait_shown(page, ".pop input[type=checkbox]")
    for box in range(3):
        page.check(f".pop input[name=outlets] >> nth={box}")
    page.click(".pop [data-act=narrow]")
    wait_shown(page, "#narrow button", "3 outlets")
    page.click("#narrow [data-act=models]")
    wait_shown(page, ".pop .choice")
    page.keyboard.press("Escape")
    page.fill("#find input", "<")
    wait_shown(page, "#kept .open")
    page.hover("#kept .open")
    page.click("#kept .dots")
    page.click("#kept [data-act=rename]")
    page.fill("#kept input:not(.pick)", payloads[1][:100])
    page.keyboard.press("Enter")
    wait_until(page, lambda: page.text_content("#kept .open") == payloads[1][:100])
    page.click("#new")
    page.fill("#find input", "")
    wait_shown(page, "#kept .open")
    page.click("#kept .open")
    wait_shown(page, "#turn-0 .remark input")


@pytest.mark.own_page
def test_no_text_runs_or_fetches_anywhere(
    page: "Page", tmp_path: Path, model: ModelServer, collector: tuple[str, list[str]]
) -> None:
    address, seen = collector
    payloads = mixed_payloads(address)
    articles = [replace(a, language=p, feed=p) for a, p in zip(hostile_articles(address), payloads, strict=True)]
    newsroom = Newsroom.build(tmp_path / "data", WordEmbedder(), articles)
    with Archive(newsroom.folder / "archive.sqlite3") as archive:
        book = FeedBook(archive.connection)
        for payload in payloads:
            book.add(payload)
            book.record_pull(payload, "rss", payload, "", "")
            book.record_failure(payload, payload)
    runs = tmp_path / "runs"
    asked = [outcome(replace(HELD, text=payload, id=payload), answer(payload)) for payload in payloads[:9]]
    for n, name in enumerate(["a<img src=x onerror=executed.push(1)>", "b"]):
        made(runs, name, asked, n + 1, " ".join(payloads))

    said: list[str] = []
    outside: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.add_init_script("window.executed = []")
    model.reply = write_payloads(payloads)
    with served(lambda: newsroom.open(model, llm=f"openai:{payloads[0]}"), runs=runs) as url:
        page.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else outside.append(r.url))
        use_the_tabs(page, url, tmp_path, payloads)
        use_the_rail(page, payloads)
        load_one_more(page)
        assert page.evaluate("window.executed") == []
        assert (said, outside, seen) == ([], [], [])
        inside = "#layout :is(script, img, iframe, object, embed, form, base, meta, link, style)"
        assert page.locator(inside).count() == 0
        handlers = page.evaluate(
            "[...document.querySelectorAll('#layout *')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on'))"
        )
        assert handlers == []
        assert page.title() == "Newsdesk"
