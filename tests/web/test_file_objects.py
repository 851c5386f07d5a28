"""No path in a request is ever opened: every form of one, sent to every event that the page lists, by anybody."""

import json
import os
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from tests import http_client
from tests.waiting import PATIENCE_S
from tests.web.conftest import PASSWORD, Newsroom, accounts_of, served
from web.assistant.assistant_loader import AssistantLoader
from web.conversations.conversation_store import ConversationStore
from web.server.site import site

CANARY = "canary-7d1f0c"
META = '"meta": {"_type": "gradio.FileData"}'

Config = dict[str, Any]


class Place:
    """Hold a folder with a secret, odd files that lead to it or never end, and a server that must not be asked."""

    def __init__(self, folder: Path, uploads: Path) -> None:
        self.secret = folder / "secret.txt"
        self.secret.write_text(CANARY, encoding="utf-8")
        self.link = folder / "link.txt"
        self.link.symlink_to(self.secret)
        self.inner_link = uploads / "link.txt"
        self.inner_link.symlink_to(self.secret)
        self.pipe = folder / "pipe"
        os.mkfifo(self.pipe)
        self.uploads = uploads
        self.asked: list[str] = []
        place = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                place.asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    uploads = folder / "uploads"
    uploads.mkdir()
    made = Place(folder, uploads)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRADIO_TEMP_DIR", str(uploads))
        yield made
    made.close()


def paths(place: Place) -> list[str]:
    """Return names of what must not be opened."""
    inside = f"{place.uploads}/../{place.secret.name}"
    http = f"http://127.0.0.1:{place.port}"
    return [
        str(place.secret),
        os.path.relpath(place.secret),
        inside,
        f"{place.uploads}/../../../../../../../..{place.secret}",
        str(place.link),
        str(place.inner_link),
        str(place.pipe),
        f"file://{place.secret}",
        f"{http}/file",
        f"HTTP://127.0.0.1:{place.port}/file",
        f"{http}/gradio_api/proxy={http}/file",
        f"/gradio_api/file={place.secret}",
        "/etc/passwd",
        "/proc/self/environ",
        "/proc/self/fd/0",
        "/dev/zero",
        "/dev/stdin",
        "pyproject.toml",
        "~/.ssh/id_rsa",
        f"{place.secret}%00.txt",
        str(place.secret.parent),
        "",
    ]


def objects(place: Place) -> list[str]:
    """Return ways to write a file object as JSON: whatever a reader of JSON or of keys may be lenient about."""
    path = f'"path": {json.dumps(str(place.secret))}'
    pipe = f'"path": {json.dumps(str(place.pipe))}'
    file = f"{{{path}, {META}}}"
    return [
        f"[{file}]",
        f"[[[[{file}]]]]",
        f'{{"a": [{{"b": {file}}}]}}',
        f'{{"value": {file}}}',
        f'{{{path}, "path": "", {META}}}',
        f'{{"path": 1, {path}, "meta": {{}}, {META}}}',
        f'{{{path}, "meta": {{"_type": "other", "_type": "gradio.FileData"}}}}',
        f"{{{path.replace('path', chr(92) + 'u0070ath', 1)}, {META}}}",
        f"{{{path.replace('path', 'Path', 1)}, {META}}}",
        f"{{{path.replace('path', 'PATH ', 1)}, {META.replace('meta', 'Meta')}}}",
        f"{{{path.replace('path', 'ｐａｔｈ', 1)}, {META}}}",
        f"{{{path}}}",
        f"{{{META}}}",
        f'{{{path}, "meta": "gradio.FileData"}}',
        f'{{{path}, "meta": null}}',
        f'{{"path": [{json.dumps(str(place.secret))}], {META}}}',
        f'{{{path}, "url": "http://127.0.0.1:{place.port}/url", "orig_name": "a", {META}}}',
        f'{{{pipe}, "is_stream": true, {META}}}',
        f'{{"orig_name": "a", "mime_type": "image/svg+xml", {path}}}',
        f"{'[' * 25}{file}{']' * 25}",
        f"{'[' * 2_000}{file}{']' * 2_000}",
        f"[NaN, {file}]",
        f"[1e999, {file}]",
    ]


def forms(place: Place) -> list[str]:
    return [f'{{"path": {json.dumps(path)}, {META}}}' for path in paths(place)] + objects(place)


@contextmanager
def page_for(who: str, starter: Newsroom) -> Iterator[httpx.Client]:
    """Serve a page, and yield a client of it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(
            starter.open,
            accounts=accounts_of(Path(folder), "anna") if who == "signed in" else None,
            changeable=who != "read-only",
        ) as url,
        http_client.open_client(url) as client,
    ):
        client.get("/")
        if who == "signed in":
            assert client.get("/config").status_code == 401
            assert client.post("/login", data={"username": "anna", "password": PASSWORD}, timeout=PATIENCE_S).is_success
        yield client


@pytest.fixture(scope="module")
def client_of(starter: Newsroom, place: Place) -> Iterator[Callable[[str], httpx.Client]]:
    """Return what opens a client of the page that somebody sees, which is served once for all that is sent to it."""
    with ExitStack() as pages:
        yield cache(lambda who: pages.enter_context(page_for(who, starter)))


@contextmanager
def watched(client: httpx.Client) -> Iterator[None]:
    """Ask for the page again and again meanwhile; it must answer each time."""
    done = threading.Event()
    statuses: list[int] = []

    def ask() -> None:
        with http_client.open_client(client.base_url) as other:
            while not done.is_set() or not statuses:
                statuses.append(other.get("/page/page.css").status_code)
                done.wait(0.05)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    assert set(statuses) == {200}


def send(connection: HTTPConnection, client: httpx.Client, path: str, body: str) -> tuple[int, str]:
    """Post JSON over a connection that is kept; thousands of requests by httpx would take far longer."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    connection.request("POST", path, body.encode(), {"content-type": "application/json", "cookie": cookies})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def leftovers(place: Place) -> list[Path]:
    return [path for path in place.uploads.rglob("*") if path.is_file() and path != place.inner_link]


@pytest.mark.parametrize(
    ("who", "step"),
    [
        ("anonymous", 3),
        ("signed in", 6),
        ("read-only", 6),
        pytest.param("anonymous", 1, marks=pytest.mark.campaign),
        pytest.param("signed in", 1, marks=pytest.mark.campaign),
        pytest.param("read-only", 1, marks=pytest.mark.campaign),
    ],
)
def test_a_file_object_is_refused_by_every_event(
    who: str, step: int, client_of: Callable[[str], httpx.Client], place: Place
) -> None:
    written = forms(place)
    assert len(written) >= 40
    client = client_of(who)
    with watched(client):
        connection = HTTPConnection(client.base_url.host, client.base_url.port, timeout=PATIENCE_S)
        events = client.get("/config").json()["dependencies"]
        assert len(events) >= 30
        for event in events:
            for number, form in list(enumerate(written))[event["id"] % step :: step]:
                data = ", ".join([form] * max(1, len(event["inputs"])))
                calls = {"/gradio_api/queue/join": f'"data": [{data}], "event_data": {form}'}
                if (number + event["id"]) % 3 == 0:  # The other ways in share what reads a body.
                    calls[f"/gradio_api/call/{event['api_name']}"] = f'"data": [{data}]'
                    calls["/gradio_api/run/predict"] = f'"data": [null], "event_data": {form}'
                for path, values in calls.items():
                    body = f'{{{values}, "fn_index": {event["id"]}, "session_hash": "s"}}'
                    status, text = send(connection, client, path, body)
                    assert status == 400, (event["api_name"], path, form[:200])
                    assert CANARY not in text
                    assert "root:" not in text
        connection.close()
    assert leftovers(place) == []
    assert place.asked == []


@pytest.mark.parametrize(
    ("who", "step"),
    [
        ("signed in", 4),
        ("read-only", 4),
        pytest.param("signed in", 1, marks=pytest.mark.campaign),
        pytest.param("read-only", 1, marks=pytest.mark.campaign),
    ],
)
def test_a_name_of_a_file_is_only_text_to_every_event(
    who: str, step: int, client_of: Callable[[str], httpx.Client], place: Place
) -> None:
    names = (str(place.secret), f"file://{place.secret}", f"http://127.0.0.1:{place.port}/x", "/etc/passwd")
    client = client_of(who)
    with watched(client):
        config = client.get("/config").json()
        types = {component["id"]: component["type"] for component in config["components"]}
        for number, name in enumerate(names):
            joined = []
            for event in config["dependencies"][number % step :: step]:
                data = [None if types[i] in {"state", "file"} else name for i in event["inputs"]]
                call = {"data": data, "event_data": {"act": name}, "fn_index": event["id"], "session_hash": "text"}
                joined.append(client.post("/gradio_api/queue/join", json=call).status_code)
            assert 200 in joined
            told = client.get("/gradio_api/queue/data", params={"session_hash": "text"}, timeout=PATIENCE_S).text
            assert CANARY not in told
            assert "root:x" not in told
            assert '"close_stream"' in told
    assert leftovers(place) == []
    assert place.asked == []


def test_gradio_itself_looks_at_paths_too(starter: Newsroom, place: Place) -> None:
    loader = AssistantLoader(starter.open, servers=()).start()
    with tempfile.TemporaryDirectory() as folder:
        conversations = ConversationStore(Path(folder) / "conversations.sqlite3")
        inner = site(loader, conversations, 80).app.app  # type: ignore[attr-defined]
        with TestClient(inner) as client:
            events = client.get("/config").json()["dependencies"]
            found = next(event for event in events if event["api_name"] == "on_search")
            file = {"path": str(place.secret), "meta": {"_type": "gradio.FileData"}}
            call = {"data": [file, None], "fn_index": found["id"], "session_hash": "s"}
            answer = client.post("/gradio_api/run/predict", json=call)
        loader.close()
        conversations.close()
    assert answer.status_code == 500
    assert leftovers(place) == []
