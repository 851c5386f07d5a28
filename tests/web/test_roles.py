"""Roles: whatever is sent to any event of the page, a reader changes nothing; and the page shows what one may do."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import httpx
import openai
import pytest
from gradio_client import Client
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from corpus.archive.database import Archive
from corpus.feeds.feed_book import FeedBook
from rag.index.embedder import Embedder
from tests import http_client
from tests.web.conftest import Newsroom, keyed_accounts, served, starter_articles
from tests.web.page_waits import wait_present, wait_shown
from tests.web.test_api import outcomes
from web.event_data import CheckedBlocks
from web.roles import Role, needs
from web.server.request_gate import UPLOAD
from web.server.upload_permit import UploadPermit

if TYPE_CHECKING:
    from playwright.sync_api import Page

ACTS = ("remove", "unfollow", "pull", "cancel", "clear", "start", "stop", "look", "correct")
OWNERS = {"_on_account"}
CHANGING = {"_add_files", "_page", "_feed", "_handle_click", "_remove", "_act", "correct", *OWNERS}
"""The events that take more than a reader, by the function that answers each."""


@dataclass(frozen=True)
class Keyed:
    """A page with a reader, an editor and an owner, over an archive of its own."""

    url: str
    folder: Path
    headers: dict[str, dict[str, str]]

    def client(self, who: str) -> httpx.Client:
        return http_client.open_client(self.url, headers=self.headers[who])

    def state(self) -> tuple[list[str], list[str], list[str]]:
        """Return what the archive, the feeds and the runs are."""
        with Archive(self.folder / "archive.sqlite3") as archive:
            feeds = [feed.url for feed in FeedBook(archive.connection).feeds()]
            return (
                sorted(f"{article.id} {article.title}" for article in archive.articles()),
                feeds,
                sorted(map(str, self.folder.glob("runs/*"))),
            )


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Keyed]:
    folder = tmp_path_factory.mktemp("keyed")
    room = Newsroom.build(folder, embedder, starter_articles()[:3])
    accounts, headers = keyed_accounts(folder, reader="reader", editor="editor", owner="owner")
    with served(room.open, accounts=accounts, runs=folder / "runs") as url:
        yield Keyed(url, folder, headers)


def send_to_every_event(client: httpx.Client, act: str, article: str, who: str = "reader") -> dict[str, list[str]]:
    """Send an act to every event of the page; return the errors by the name of the function that answers it."""
    config = client.get("/config").json()
    types = {component["id"]: component["type"] for component in config["components"]}
    address = "http://127.0.0.1:9/feed"
    sent = {"act": act, "article": article, "url": address, "title": "Another headline"}
    sent |= {"set": "shipped starter", "sample": "yes"}
    found: dict[str, list[str]] = {}
    events = [event for event in config["dependencies"] if event["backend_fn"]]
    for start in range(0, len(events), 30):  # The queue takes 64.
        session, names = f"{who} {act} {start}", {}
        for event in events[start : start + 30]:
            data = [address if types[i] == "textbox" else None for i in event["inputs"]]
            call = {"fn_index": event["id"], "session_hash": session, "event_data": sent, "data": data}
            joined = client.post("/gradio_api/queue/join", json=call).raise_for_status().json()
            names[joined["event_id"]] = event["api_name"].rstrip("0123456789_") or event["api_name"]
        outputs = outcomes(client, session, "/gradio_api/queue/data")
        assert outputs.keys() == names.keys()
        for number, output in outputs.items():
            found.setdefault(names[number], []).append(str(output.get("error")))
    return found


@pytest.mark.parametrize("act", ACTS)
def test_a_reader_changes_nothing_by_any_event(keyed: Keyed, act: str) -> None:
    before = keyed.state()
    with keyed.client("reader") as client:
        errors = send_to_every_event(client, act, before[0][0].split()[0])
    refused = {name for name, told in errors.items() if any("takes the role" in reason for reason in told)}
    assert refused == CHANGING
    assert keyed.state() == before


def test_a_reader_changes_nothing_by_the_other_ways_in(keyed: Keyed) -> None:
    before = keyed.state()
    with keyed.client("reader") as client:
        for event in client.get("/config").json()["dependencies"]:
            call = {
                "data": [None] * len(event["inputs"]),
                "event_data": {"act": "remove", "article": before[0][0].split()[0]},
            }
            client.post("/gradio_api/run/predict", json=call | {"fn_index": event["id"], "session_hash": "other"})
            client.post(f"/gradio_api/call/{event['api_name']}", json=call)
        upload = client.post("/gradio_api/upload", files={"files": ("a.txt", b"A text.")})
    assert upload.status_code == 403
    assert keyed.state() == before


def test_an_editor_removes_and_an_owner_looks_for_models(keyed: Keyed) -> None:
    before = keyed.state()[0]
    article = before[-1].split()[0]
    with keyed.client("editor") as client:
        errors = send_to_every_event(client, "remove", article, "editor")
    assert {name for name, told in errors.items() if any("takes the role" in reason for reason in told)} == OWNERS
    assert keyed.state()[0] == before[:-1]


def test_a_key_opens_the_api_and_what_is_no_key_does_not(keyed: Keyed) -> None:
    asked: Any = [{"role": "user", "content": "Equifax?"}]
    key = keyed.headers["reader"]["authorization"].removeprefix("Bearer ")
    client = openai.OpenAI(base_url=f"{keyed.url}/v1", api_key=key, max_retries=0)
    assert client.chat.completions.create(model="newsdesk", messages=asked).choices[0].message.content
    with pytest.raises(openai.AuthenticationError, match="not known here, or is revoked"):
        client.with_options(api_key="newsdesk-x").models.list()
    with keyed.client("reader") as http:
        event = http.post("/gradio_api/call/search", json={"data": ["Equifax", 1, "", "", ""]}).json()["event_id"]
        assert "event: complete" in http.get(f"/gradio_api/call/search/{event}").text
        others = {"authorization": keyed.headers["editor"]["authorization"]}
        assert http.get(f"/gradio_api/call/search/{event}", headers=others).status_code == 404
    answer = Client(keyed.url, headers=keyed.headers["reader"], verbose=False).predict(
        "Equifax?", "", "", "", api_name="/ask"
    )
    assert answer["question"] == "Equifax?"
    for headers in ({}, {"authorization": "Bearer"}, {"authorization": "Basic YTpi"}):
        assert httpx.get(f"{keyed.url}/v1/models", headers=headers).json()["error"]["code"] == "invalid_api_key"
        assert httpx.post(f"{keyed.url}/gradio_api/call/ask", json={}, headers=headers).status_code == 401


def test_the_page_shows_what_one_may_do(page: "Page", keyed: Keyed) -> None:
    seen = {}
    for who in ("reader", "editor", "owner"):
        page.set_extra_http_headers(keyed.headers[who])
        page.goto(keyed.url)
        page.get_by_role("tab", name="Archive").click()
        wait_shown(page, "#articles li")
        wait_present(page, f"[data-role={who}]")
        shown = [page.locator("#add").is_visible(), page.locator("#articles .remove").first.is_visible()]
        page.get_by_role("tab", name="Eval").click()
        wait_present(page, "#eval-start .measuring")
        seen[who] = [*shown, page.get_by_role("button", name="Ask 20 of starter, no model").is_visible()]
    assert seen == {"reader": [False] * 3, "editor": [True] * 3, "owner": [True] * 3}


def test_config_names_no_event_that_this_test_does_not_know_as_changing(keyed: Keyed) -> None:
    with keyed.client("owner") as client:
        names = json.dumps([event["api_name"] for event in client.get("/config").json()["dependencies"]])
    assert all(name in names for name in CHANGING)


def permit_in_a_thread(_: str, least: Role) -> bool:
    """Permit what is asked where the event loop does not wait for it, as for a database that does not answer."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return least == "editor"
    return False


def test_the_event_loop_does_not_wait_while_a_role_is_looked_up() -> None:
    with CheckedBlocks() as blocks:
        gr.Button().click(needs("editor")(lambda: None))
    blocks.permit = permit_in_a_thread
    assert asyncio.run(blocks.call_function(0, []))["prediction"] is None
    app = UploadPermit(PlainTextResponse("taken"), permit_in_a_thread)
    assert TestClient(app).post(UPLOAD).text == "taken"
