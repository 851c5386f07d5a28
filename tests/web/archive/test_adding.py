"""Adding by the page: files, a page, a feed; what is refused, cancelled, kept from others, and what can be asked then."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.archive.database import Archive
from rag import Assistant
from tests import http_client
from tests.corpus.web_server import Reply, Web, send
from tests.waiting import PATIENCE_S
from tests.web.archive.test_archive_tab import headlines, turned_to
from tests.web.ask.test_ask_tab import ask, wait_until
from tests.web.conftest import Newsroom, accounts_of, served, starter_articles
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious
from tests.web.server.test_sign_in import leave, sign_in
from web.assistant.addition import FILES

if TYPE_CHECKING:
    from playwright.sync_api import Page

STORY = (
    "The lighthouse of Eastfield was painted green on Monday. The keeper, Ana Sousa, chose the colour herself. "
    "It had been white since it was built, and the town had argued about the colour for more than a year."
)
PAGE = f"<html lang=en><head><title>Lighthouse painted</title></head><body><article><h1>Lighthouse painted</h1><p>{STORY}</p></article></body></html>"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def assistant(build: Callable[..., Newsroom]) -> Assistant:
    """Return an assistant that follows its archive of three articles; the page closes it."""
    made = build(*starter_articles()[:3]).own()
    made.start()
    return made


@pytest.fixture
def archive(assistant: Assistant) -> Archive:
    return assistant.archive


@pytest.fixture
def url(assistant: Assistant, web: Web) -> Iterator[str]:
    with served(lambda: assistant, fetcher=lambda _: web.fetcher()) as address:
        yield address


def files_of(folder: Path) -> list[Path]:
    """Return what lies there; Gradio also makes an empty file for the name of each upload."""
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def drop(page: "Page", *paths: Path) -> None:
    page.set_input_files("#drop input[type=file]", list(paths))


def fetch(page: "Page", address: str, button: str) -> None:
    page.fill("#address input", address)
    page.click(button)
    page.wait_for_function("document.querySelector('#address input').value === ''")  # Else it would clear the next one.


def ended(page: "Page", items: int) -> list[str]:
    """Wait until so many additions have ended, and return what is said of each, the first one first."""
    page.wait_for_function(f"document.querySelectorAll('.additions > :not(.waiting):not(.working)').length === {items}")
    return [text.replace("\n", " ") for text in page.locator(".additions > li").all_inner_texts()][::-1]


def test_files_are_added_each_with_what_became_of_it(
    page: "Page", url: str, archive: Archive, uploads: Path, tmp_path: Path
) -> None:
    rows = [{"title": f"Council item {n}", "body": f"{STORY} Item {n}.", "published_at": "2024-06-01"} for n in (1, 2)]
    lines = "".join(json.dumps(row) + "\n" for row in [*rows, {"title": "<b>No</b> text"}])
    turned_to(page, url)
    drop(page, written(tmp_path, "council.jsonl", lines), written(tmp_path, "odd.bin", "\x00\x01\x02" * 99))
    first, second = ended(page, 2)
    assert first.startswith("council.jsonl 2 added, 1 refused council.jsonl:3 It has no text")
    assert second.startswith("odd.bin Not added It is not a format that Newsdesk reads")
    page.wait_for_function("document.querySelectorAll('#articles .read').length === 5")
    assert headlines(page)[:2] == ["Council item 1", "Council item 2"]
    page.wait_for_selector("#holdings .sum b:text-is('5')")
    wait_shown(page, "#progress", "You can ask about everything that was added.")
    assert serious(page) == []
    assert files_of(uploads) == []
    assert archive.count() == 5
    page.click(".additions .new .read >> nth=0")
    wait_shown(page, ".sheet h2", "Council item")
    page.keyboard.press("Escape")
    page.click("#progress [data-act=clear]")
    wait_absent(page, ".additions")


def test_what_was_added_last_stands_first(page: "Page", url: str, web: Web, tmp_path: Path) -> None:
    web.routes["/story"] = Reply(PAGE.encode())
    turned_to(page, url)
    drop(page, written(tmp_path, "odd.bin", "\x00\x01\x02" * 99))
    ended(page, 1)
    fetch(page, "http://news.example/story", "#add-page")
    ended(page, 2)
    assert page.locator(".additions > li > b").all_inner_texts() == ["http://news.example/story", "odd.bin"]


def test_too_many_files_at_once_are_refused_and_not_kept(
    page: "Page", url: str, archive: Archive, uploads: Path, tmp_path: Path
) -> None:
    turned_to(page, url)
    drop(page, *(written(tmp_path, f"{n}.txt", f"Title {n}\n\n{STORY} {n}") for n in range(FILES + 1)))
    page.wait_for_selector(f"text={FILES + 1} files are too many at once")
    assert page.locator(".additions").count() == 0
    assert archive.count() == 3
    assert files_of(uploads) == []


def test_a_page_is_added_by_its_address(page: "Page", url: str, archive: Archive, web: Web) -> None:
    web.routes["/story"] = Reply(PAGE.encode())
    turned_to(page, url)
    fetch(page, "http://news.example/story", "#add-page")
    assert ended(page, 1) == ["http://news.example/story page 1 added Lighthouse painted"]
    page.wait_for_function("document.querySelectorAll('#articles .read').length === 4")
    fetch(page, "http://news.example/story", "#add-page")
    assert ended(page, 2)[1] == "http://news.example/story page 1 there already"
    assert page.input_value("#address input") == ""


REFUSED = {
    "http://127.0.0.1/admin": "The host is not on the public internet",
    "http://169.254.169.254/latest/meta-data": "The host is not on the public internet",
    "file:///etc/passwd": "Only http and https addresses are fetched",
    "http://news.example:8080/": "Port 8080 is not allowed, only 80 and 443",
    "http://news.example/none": "The server answered 404",
}


def test_addresses_are_fetched_through_the_gate(page: "Page", url: str, web: Web, archive: Archive) -> None:
    turned_to(page, url)
    for count, address in enumerate(REFUSED, 1):
        fetch(page, address, "#add-page")
        outcomes = ended(page, count)
    for address, reason in REFUSED.items():
        assert [text for text in outcomes if text.startswith(f"{address} page Not added {reason}")]
    assert all(host == "93.184.215.14" for host, _ in web.dialled)
    assert archive.count() == 3


def test_a_feed_is_followed_looked_at_again_and_left(page: "Page", url: str, archive: Archive, web: Web) -> None:
    items = "".join(f"<item><title>E{n}</title><link>/e{n}</link><guid>{n}</guid></item>" for n in (1, 2))
    web.routes["/rss"] = Reply(
        f"<rss version='2.0'><channel><title>Harbour &lt;Post&gt;</title>{items}</channel></rss>".encode()
    )
    web.routes["/e1"] = Reply(PAGE.encode())
    turned_to(page, url)
    fetch(page, "http://news.example/rss", "#add-feed")
    (told,) = ended(page, 1)
    assert told.startswith("http://news.example/rss feed 1 added, 1 refused")
    wait_shown(page, "#feeds b", "Harbour <Post>")
    assert archive.count() == 4
    assert serious(page) == []
    web.routes["/e2"] = Reply(PAGE.replace("Lighthouse painted", "Ferry painted").replace("green", "blue").encode())
    page.click("#feeds [data-act=pull]")
    assert ended(page, 2)[1] in {
        "http://news.example/rss feed 1 added Ferry painted",
        "http://news.example/rss feed Nothing new",
    }
    page.click("#feeds [data-act=unfollow]")
    wait_absent(page, "#feeds b")
    assert archive.count() >= 4


def test_what_is_no_feed_is_not_followed(page: "Page", url: str, web: Web) -> None:
    web.routes["/story"] = Reply(PAGE.encode())
    turned_to(page, url)
    fetch(page, "http://news.example/story", "#add-feed")
    (told,) = ended(page, 1)
    assert told.startswith("http://news.example/story feed Not added")
    assert page.locator("#feeds b").count() == 0


def test_asking_goes_on_meanwhile_and_the_rest_can_be_cancelled(
    page: "Page", url: str, web: Web, archive: Archive
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def halting(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        go_on.wait(PATIENCE_S)
        send(handler, Reply(PAGE.encode()))

    web.routes |= {f"/{n}": halting for n in range(4)}
    turned_to(page, url)
    for n in range(4):
        fetch(page, f"http://news.example/{n}", "#add-page")
        page.wait_for_function(f"document.querySelectorAll('.additions > li').length === {n + 1}")
    assert asked.wait(PATIENCE_S)
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who won the World Cup?")
    assert page.inner_text("#turn-0 .a") == "This archive does not hold an answer to that."
    page.get_by_role("tab", name="Archive").click()
    wait_shown(page, ".additions .working")
    page.click("#progress [data-act=cancel]")
    page.wait_for_function("document.querySelectorAll('.additions > .cancelled').length >= 2")
    go_on.set()
    assert all("Cancelled" in told for told in ended(page, 4))
    assert archive.count() == 3


def test_with_accounts_each_sees_the_own_additions_and_nobody_else_adds(
    page: "Page", assistant: Assistant, web: Web, tmp_path: Path, uploads: Path
) -> None:
    accounts = accounts_of(tmp_path, "anna", "ben")
    web.routes["/story"] = Reply(PAGE.encode())
    with served(lambda: assistant, accounts=accounts, fetcher=lambda _: web.fetcher()) as address:
        answer = http_client.post(f"{address}/gradio_api/upload", files={"files": ("a.txt", b"x")})
        assert answer.status_code == 401
        assert files_of(uploads) == []
        page.goto(address)
        sign_in(page, "anna")
        page.get_by_role("tab", name="Archive").click()
        wait_shown(page, "#articles .articles")
        fetch(page, "http://news.example/story", "#add-page")
        ended(page, 1)
        leave(page)
        page.goto(address)
        sign_in(page, "ben")
        page.get_by_role("tab", name="Archive").click()
        wait_shown(page, ".articles li", "Lighthouse painted")
        assert page.locator(".additions").count() == 0


def test_what_was_added_can_be_asked_about_and_what_was_removed_cannot(
    page: "Page", url: str, assistant: Assistant, tmp_path: Path
) -> None:
    question = "Who chose the colour of the lighthouse of Eastfield?"
    turned_to(page, url)
    drop(page, written(tmp_path, "story.txt", f"Lighthouse painted\n\n{STORY}"))
    ended(page, 1)
    wait_shown(page, "#progress", "You can ask about everything that was added.")
    page.wait_for_selector("#state:has-text('4 articles'):not(:has(.busy))")
    page.get_by_role("tab", name="Ask").click()
    ask(page, question)
    assert "Ana Sousa" in page.inner_text("#turn-0 .a")
    page.get_by_role("tab", name="Archive").click()
    page.fill("#words input", "lighthouse keeper")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#articles .read').length === 1")
    page.click(".articles .remove")
    page.click("text=Remove it")
    wait_shown(page, "#articles .note")
    wait_until(page, lambda: "Ana Sousa" not in assistant.ask(question).text)
    page.get_by_role("tab", name="Ask").click()
    ask(page, question, turns=2)
    assert "Ana Sousa" not in page.inner_text("#turn-1 .a")
