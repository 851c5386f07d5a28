"""The list of conversations in a real browser: open, find, rename, delete, save; whole after a restart."""

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.model_server import Body, ModelServer
from tests.web.ask.test_ask_tab import QUESTION, ask, opened
from tests.web.conftest import Newsroom, accounts_of, served, starter_articles
from tests.web.page_waits import wait_hidden, wait_present, wait_shown
from tests.web.recorded_replies import reply_as_recorded
from tests.web.server.test_access import serious
from tests.web.server.test_sign_in import leave, sign_in
from web.conversations.conversation_store import ConversationStore

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConversationStore]:
    """Return where the page below keeps its conversations."""
    with contextlib.closing(ConversationStore(tmp_path_factory.mktemp("rail") / "kept.sqlite3")) as opened:
        yield opened


@pytest.fixture(scope="module")
def rail_page(starter: Newsroom, store: ConversationStore) -> Iterator[str]:
    with served(starter.open, kept=store.place) as url:
        yield url


@pytest.fixture
def url(rail_page: str, store: ConversationStore) -> Iterator[str]:
    """Return the address of a page without a conversation, which answers without a model."""
    yield rail_page
    for one in store.list_conversations(""):
        store.remove("", one.id)


def titles(page: "Page") -> list[str]:
    return page.locator("#kept .open").all_inner_texts()


def has_titles(page: "Page", *expected: str) -> None:
    """Wait until the list is this."""
    page.wait_for_function(
        "want => JSON.stringify([...document.querySelectorAll('#kept .open')].map(e => e.innerText)) === want",
        arg=json.dumps(expected, separators=(",", ":")),
    )


def choose(page: "Page", number: int, label: str) -> None:
    page.locator("#kept li").nth(number).hover()
    page.locator("#kept .dots").nth(number).click()
    page.locator("#kept .menu:not([hidden])").get_by_text(label, exact=True).click()


def test_a_conversation_is_restored_whole_after_a_restart_though_its_article_is_gone(
    page: "Page", starter: Newsroom, model: ModelServer, build: Callable[..., Newsroom], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.sqlite3"
    with served(lambda: starter.open(model), kept=kept) as url:
        opened(page, url)
        ask(page, QUESTION)
        ask(page, "Who won the World Cup?", turns=2)
        has_titles(page, QUESTION)
    emptied = build(starter_articles()[0])
    with served(emptied.open, kept=kept) as url:
        opened(page, url)
        has_titles(page, QUESTION)
        page.click("#kept .open")
        wait_shown(page, "#turn-1 .asof")
        assert page.inner_text("#turn-0 .a strong") == "143 million"
        page.click("#turn-0 a.n >> nth=0")
        wait_shown(page, "#card-0-1.on")
        assert "143 million" in page.inner_text("#card-0-1 mark >> nth=0")
        page.click("#card-0-1 .read")
        wait_shown(page, ".sheet mark")
        assert "143 million" in page.inner_text(".sheet mark >> nth=0")
        assert "no longer in the archive" in page.inner_text(".sheet .notice")
        page.keyboard.press("Escape")
        ask(page, "And the World Cup?", turns=3)


def test_conversations_are_listed_found_renamed_and_deleted(page: "Page", url: str) -> None:
    opened(page, url)
    ask(page, "What did Equifax say of 143 million?")
    page.click("#new")
    wait_shown(page, "#welcome [data-act=ask]")
    ask(page, "Who won the World Cup?")
    has_titles(page, "Who won the World Cup?", "What did Equifax say of 143 million?")
    assert page.locator("#kept li.on").inner_text().startswith("Who won")

    page.fill("#find input", "143 MILLION")
    has_titles(page, "What did Equifax say of 143 million?")
    page.fill("#find input", "nothing of the kind")
    wait_shown(page, "#kept", "No conversation contains these words.")
    page.fill("#find input", "")
    has_titles(page, "Who won the World Cup?", "What did Equifax say of 143 million?")

    choose(page, 1, "Rename")
    page.keyboard.type("<b>Breach</b>")
    page.keyboard.press("Enter")
    has_titles(page, "Who won the World Cup?", "<b>Breach</b>")
    assert serious(page) == []

    page.locator("#kept .open").nth(1).click()
    wait_shown(page, "#turn-0 a.n")
    choose(page, 1, "Delete")
    wait_shown(page, "#kept .menu:not([hidden])", "Really delete?")
    page.keyboard.press("Escape")
    choose(page, 1, "Delete")
    assert titles(page) == ["Who won the World Cup?", "<b>Breach</b>"]
    page.locator("#kept .menu:not([hidden])").get_by_text("Really delete?").click()
    has_titles(page, "Who won the World Cup?")
    wait_shown(page, "#welcome [data-act=ask]")
    page.reload()
    has_titles(page, "Who won the World Cup?")


def test_a_question_is_not_lost_that_comes_while_the_last_one_is_being_kept(
    page: "Page", starter: Newsroom, model: ModelServer, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.sqlite3"
    with (
        served(lambda: starter.open(model), kept=kept) as url,
        contextlib.closing(sqlite3.connect(kept, check_same_thread=False)) as other,
    ):

        def write(body: Body) -> str:
            if not other.in_transaction:  # The question is kept by now, its answer is not.
                other.execute("BEGIN IMMEDIATE")
            return reply_as_recorded(body)

        model.reply = write
        opened(page, url)
        ask(page, QUESTION)
        model.reply = reply_as_recorded
        page.fill("#box textarea", "What did Equifax pay?")
        with page.expect_response(lambda response: response.url.endswith("/queue/join?")):
            page.click("#ask")
        other.rollback()
        wait_shown(page, "#turn-1 .asof")
        page.reload()
        page.click("#kept .open")
        wait_shown(page, "#turn-1 .asof")
        assert page.inner_text("#turn-0 .q") == QUESTION


def test_a_conversation_is_saved_as_a_file(page: "Page", url: str) -> None:
    opened(page, url)
    ask(page, "Equifax?")
    has_titles(page, "Equifax?")
    for label, name, words in (
        ("Save as Markdown", "equifax.md", "# Equifax?\n"),
        ("Save as web page", "equifax.html", "<!doctype html>"),
        ("Save as JSON", "equifax.json", '{\n  "title": "Equifax?"'),
    ):
        with page.expect_download() as waiting:
            choose(page, 0, label)
        assert waiting.value.suggested_filename == name
        assert waiting.value.path().read_text(encoding="utf-8").startswith(words)


def test_a_conversation_is_pinned_and_several_are_saved_and_deleted_together(page: "Page", url: str) -> None:
    opened(page, url)
    for question in ("Equifax?", "WannaCry?", "Who won the World Cup?"):
        page.click("#new")
        wait_shown(page, "#welcome [data-act=ask]")
        ask(page, question)
    has_titles(page, "Who won the World Cup?", "WannaCry?", "Equifax?")
    choose(page, 2, "Pin")
    has_titles(page, "Equifax?", "Who won the World Cup?", "WannaCry?")
    assert page.locator("#kept .day").all_inner_texts() == ["Pinned", "Today"]
    page.reload()
    has_titles(page, "Equifax?", "Who won the World Cup?", "WannaCry?")
    choose(page, 0, "Unpin")
    has_titles(page, "Who won the World Cup?", "WannaCry?", "Equifax?")

    page.focus("#kept .choose")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")  # The first box has the focus.
    page.locator("#kept .pick").nth(1).check()
    assert page.inner_text("#kept .chosen") == "2 selected"
    page.click("#kept .deeds")
    assert serious(page) == []
    with page.expect_download() as waiting:
        page.click("#kept .several .menu :text-is('Save as Markdown')")
    assert waiting.value.suggested_filename == "conversations.zip"
    with zipfile.ZipFile(waiting.value.path()) as saved:
        assert saved.namelist() == ["001-who-won-the-world-cup.md", "002-wannacry.md"]
        assert saved.read("002-wannacry.md").startswith(b"# WannaCry?\n")

    page.click("#kept .choose")
    for number in (0, 2):
        page.locator("#kept .pick").nth(number).check()
    page.click("#kept .deeds")
    page.click("#kept .several .menu .grave")
    assert len(titles(page)) == 3
    page.click("#kept .several .menu .grave")
    has_titles(page, "WannaCry?")


def test_each_who_signed_in_sees_only_the_own_conversations(page: "Page", starter: Newsroom, tmp_path: Path) -> None:
    accounts = accounts_of(tmp_path, "anna", "ben")
    with served(starter.open, accounts=accounts) as url:
        for name in ("anna", "ben"):
            leave(page)
            page.goto(url)
            sign_in(page, name)
            wait_shown(page, "#welcome [data-act=ask]")
            wait_present(page, "#kept [data-ready]")
            assert titles(page) == []
            ask(page, f"Equifax, asks {name}?")
            has_titles(page, f"Equifax, asks {name}?")


def test_on_a_phone_the_list_unfolds(page: "Page", url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, url)
    ask(page, QUESTION)
    assert not page.is_visible("#kept")
    page.click("#unfold")
    wait_shown(page, "#kept .open")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    page.click("#kept .open")
    wait_hidden(page, "#kept")
