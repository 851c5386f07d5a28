"""Hostile text in every place that the page shows, in a real browser: nothing runs, and nothing is fetched."""

import http.server
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from rag.model import Answer, Claim, Event, Filters
from tests.model_server import Body, ModelServer, Reply
from tests.rag.word_embedder import WordEmbedder
from tests.web.ask.test_ask_tab import wait_until
from tests.web.conftest import Newsroom, cite, passage_with, served
from tests.web.page_waits import wait_shown
from tests.web.payloads import leaking, scripts
from web.conversations.conversation import Conversation, Exchange
from web.conversations.conversation_store import ConversationStore

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.own_page

WORDS = "words that are cited"


class Collector(http.server.BaseHTTPRequestHandler):
    """Answer everything and remember what was asked for."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[str]]]:
    """Listen for what leaks; yield the address and what came."""
    seen: list[str] = []
    handler = type("Listening", (Collector,), {"seen": seen})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


def load_one_more(page: "Page") -> None:
    """Fetch what the page may; what went before it has been asked for by then, or never will be."""
    # The server may be gone by now: that the fetch was tried is enough.
    page.evaluate(
        "new Promise(done => { const last = new Image(); last.onload = last.onerror = done;"
        " last.src = `/favicon.ico?${Math.random()}` })"
    )


def hostile_article(number: int, payload: str, url: str = "") -> Article:
    """Return an article that carries a payload in each of its fields; in its address too, unless it has one."""
    return Article(
        id=f"id-{number}-{payload}",
        title=f"T{number} {payload}",
        body=f"First {payload} {WORDS} {payload} last.\n\nMore {payload}",
        source=f"S {payload}",
        url=f"{url}-{number}" if url else payload,
        author=f"A {payload}",
        category=payload,
        notice=f"N {payload}",
    )


def hostile_answer(question: str, articles: Sequence[Article], payloads: Sequence[str]) -> Answer:
    """Return an answer that carries every payload in every place that the page shows."""
    citations = tuple(cite(n, article, WORDS) for n, article in enumerate(articles, 1))
    text = "\n\n".join(f"Text {payload} [{n}].\n- {payload}" for n, payload in enumerate(payloads, 1))
    return Answer(
        question,
        "answered",
        text,
        standalone="Alone " + " ".join(payloads),
        citations=citations,
        claims=tuple(Claim(f"Text {p}", (n,), "flagged", f"R {p}") for n, p in enumerate(payloads, 1)),
        passages=tuple(replace(passage_with(a, WORDS), copies=(a,)) for a in articles),
        filters=Filters(outlets=tuple(payloads), languages=tuple(payloads), feeds=tuple(payloads), label=payloads[0]),
        parts=tuple(payloads),
        notes=tuple(f"Note {p}" for p in payloads),
        nearest=tuple(articles),
        model=payloads[0],
    )


def keep_hostile_answers(file: Path, articles: Sequence[Article], payloads: Sequence[str]) -> None:
    """Keep a conversation with an answer, a refusal and an error, full of the payloads."""
    asked, conversation = " ".join(payloads)[:2000], Conversation()
    answer = hostile_answer(asked, articles, payloads)
    with closing(ConversationStore(file)) as conversations:
        for each in (answer, replace(answer, status="not_found", citations=(), text="Nothing " + asked)):
            exchange = conversation.begin(Exchange(asked))
            exchange.take(Event("done", each.text, each.passages, each))
            conversations.keep("", conversation, exchange)
        failed = conversation.begin(Exchange("error"))
        failed.fail("E " + " ".join(payloads))
        conversations.keep("", conversation, failed)


def write_payloads(payloads: Sequence[str]) -> Callable[[Body], Reply]:
    """Return a model that answers everything with every fifth of the payloads: what is kept shows them all."""
    text = "\n\n".join(f"Text {payload} [{n % 9 + 1}].\n- {payload}" for n, payload in enumerate(payloads[::5]))
    return lambda body: Reply(text, words=25)  # Each piece redraws the whole conversation.


def run_through(page: "Page", url: str) -> list[str]:
    """Open what is kept, read every seventh article, ask; return what was fetched from outside."""
    outside: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((url, "data:")) else outside.append(r.url))
    page.goto(url)
    wait_shown(page, "#welcome")
    page.click("#kept .open")
    wait_shown(page, "#turn-2 .flag")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.locator("#talk .n").first.click()
    page.locator("#talk .n").first.hover(force=True)
    for button in range(0, page.locator("#cards .card[id] .read").count(), 7):
        page.locator("#cards .card[id] .read").nth(button).click()
        wait_shown(page, ".sheet mark")
        page.keyboard.press("Escape")
    page.fill("#box textarea", f"What are the {WORDS}?")
    page.click("#ask")
    wait_shown(page, "#turn-3 .asof")
    load_one_more(page)
    return outside


def mixed_payloads(address: str) -> list[str]:
    """Return in turn a text that runs and one that makes the browser ask `address`, if they are taken as markup."""
    pairs = zip_longest(scripts(), leaking(address))
    return [payload for pair in pairs for payload in pair if payload]


def hostile_articles(address: str) -> list[Article]:
    """Return an article for each payload; the addresses of those that leak would be fetched too."""
    leaks = set(leaking(address))
    return [
        hostile_article(n, p, f"{address}/article" if p in leaks else "") for n, p in enumerate(mixed_payloads(address))
    ]


def attacked(
    page: "Page", folder: Path, model: ModelServer, payloads: Sequence[str], articles: Sequence[Article]
) -> list[str]:
    """Serve an archive full of the payloads, use the page, and return what it asked for outside."""
    newsroom = Newsroom.build(folder / "data", WordEmbedder(), articles)
    keep_hostile_answers(folder / "kept.sqlite3", articles, payloads)
    model.reply = write_payloads(payloads)
    with served(lambda: newsroom.open(model, llm=f"openai:{payloads[0]}"), kept=folder / "kept.sqlite3") as address:
        return run_through(page, address)


def test_control_the_payloads_work_where_text_is_taken_as_markup(
    page: "Page", collector: tuple[str, list[str]]
) -> None:
    address, seen = collector
    page.set_content("<body><script>window.executed = []</script></body>")
    for payload in scripts():
        page.evaluate(
            "p => { const d = document.createElement('div'); d.innerHTML = p; document.body.append(d) }", payload
        )
    page.wait_for_function("executed.length >= 8")
    page.set_content("".join(p for p in leaking(address) if "refresh" not in p))
    wait_until(page, lambda: len([path for path in seen if path.startswith("/leak")]) >= 8)


def test_the_policy_stops_what_would_get_through(page: "Page", page_url: str, collector: tuple[str, list[str]]) -> None:
    address, seen = collector
    page.add_init_script("window.executed = []")
    page.goto(page_url)
    wait_shown(page, "#welcome [data-act=ask]")
    for payload in [*scripts(), *(p for p in leaking(address) if "refresh" not in p)]:
        page.evaluate(
            "p => { const d = document.createElement('div'); d.innerHTML = p; document.body.append(d) }", payload
        )
    load_one_more(page)
    assert page.evaluate("window.executed") == []
    assert seen == []


def test_nothing_that_an_answer_says_runs_or_makes_the_browser_fetch(
    page: "Page", tmp_path: Path, model: ModelServer, collector: tuple[str, list[str]]
) -> None:
    address, seen = collector
    assert len(scripts()) >= 100
    assert len(leaking(address)) >= 60
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.add_init_script("window.executed = []")
    outside = attacked(page, tmp_path, model, mixed_payloads(address), hostile_articles(address))
    load_one_more(page)
    assert page.evaluate("window.executed") == []
    assert (dialogs, outside, seen) == ([], [], [])
    inside = "#layout :is(script, img, iframe, svg:not(button svg), object)"
    assert page.locator(inside).count() == 0
    assert page.locator("#talk a:not(.n):not(.flagged)").count() == 0
    hrefs = page.eval_on_selector_all("#layout a[href]", "all => all.map(a => a.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith(("#card-", "#flag-", "http://", "https://"))] == []
    handlers = page.evaluate(
        "[...document.querySelectorAll('#layout *')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on'))"
    )
    assert handlers == []


def test_payloads_are_shown_as_the_characters_they_are(page: "Page", tmp_path: Path, model: ModelServer) -> None:
    payload = "<script>executed.push(1)</script>"
    attacked(page, tmp_path, model, [payload], [hostile_article(0, payload)])
    assert page.inner_text("#card-0-1 h3") == f"1 · T0 {payload}"
    assert payload in page.inner_text("#turn-0 .a")
    assert payload in page.inner_text("#turn-0 .q")
    assert payload in page.inner_text("#turn-1 .a")
    assert page.inner_text("#turn-2 .flag") == f"E {payload}"
