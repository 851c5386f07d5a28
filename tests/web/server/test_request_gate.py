"""What of Gradio is reached at all, how large a request may be, and whose uploads may be named."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope

from tests import http_client
from tests.waiting import wait_until
from tests.web.conftest import Newsroom, served
from web.assistant.addition import FILE_BYTES
from web.server.request_bodies import BODY_BYTES
from web.server.request_gate import Gate
from web.server.uploads import COOKIE

NOTE = b"Lighthouse painted\n\nThe lighthouse of Eastfield is green now, said the keeper on Tuesday."

CLOSED = [
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file/etc/passwd",
    "/file=/etc/passwd",
    "/gradio_api/proxy=http://127.0.0.1/",
    "/gradio_api/token",
    "/gradio_api/user",
    "/gradio_api/app_id",
    "/gradio_api/deep_link?session_hash=a",
    "/gradio_api/dev/reload",
    "/gradio_api/vibe-code/",
    "/gradio_api/stream/a/b/1/playlist-file",
    "/gradio_api/custom_component/a/client/component/index.js",
    "/gradio_api/queue/status",
    "/gradio_api/openapi.json",
    "/gradio_api/runs",
    "/monitoring",
    "/monitoring/summary",
    "/svelte/svelte.js",
    "//gradio_api/file=/etc/passwd",
    "/GRADIO_API/file=/etc/passwd",
    "/gradio_api/queue/join/",
    "/gradio_api/queue/data/../file=/etc/passwd",
    "/page/%00",
    "/assets/a%0ab",
    "/?deep_link=abc",
    "/config?deep%5Flink=abc",
]


@pytest.mark.parametrize("path", CLOSED)
def test_what_the_page_does_not_need_is_not_there(page_url: str, path: str) -> None:
    with http_client.open_client() as client:
        answer = client.send(client.build_request("GET", httpx.URL(page_url).copy_with(raw_path=path.encode())))
    assert answer.status_code == 404
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", ["/assets/..%2f..%2f..%2fetc%2fpasswd", "/static/%2e%2e/%2e%2e/routes.py"])
def test_nothing_above_a_folder_of_static_files_is_served(page_url: str, path: str) -> None:
    with http_client.open_client() as client:
        answer = client.send(client.build_request("GET", httpx.URL(page_url).copy_with(raw_path=path.encode())))
    assert answer.status_code in {403, 404}
    assert "root:" not in answer.text
    assert "import " not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_there(page_url: str, method: str) -> None:
    for path in ("/", "/gradio_api/queue/join", "/gradio_api/upload"):
        assert http_client.request(method, page_url + path, content=b"{}").status_code == 404


def test_no_websocket_is_opened(page_url: str) -> None:
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    headers["sec-websocket-key"] = "AAAAAAAAAAAAAAAAAAAAAA=="
    assert http_client.get(f"{page_url}/gradio_api/queue/join", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"data": []}', "text/plain", 415),
        (b'{"data": []}', "", 415),
        (b"data=1", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        ('{"data": ["é"]}'.encode("latin-1"), "application/json", 400),
        ('{"data": []}'.encode("utf-16"), "application/json", 400),
        (b'\xef\xbb\xbf{"data": []}', "application/json", 400),
        (b'{"data": [Infinity]}', "application/json", 400),
        (b'{"data": [1e999]}', "application/json", 400),
        (b'{"data": [' + b"1" * 5000 + b"]}", "application/json", 400),
        (b'{"data": ' + b"[" * 900_000, "application/json", 400),
        (b'{"data": ' + b"[" * 30 + b"]" * 30 + b"}", "application/json", 400),
        (b'{"data": [' + b"1," * 30_000 + b"1]}", "application/json", 400),
        (b'{"data": [], "' + "\u0323\u0307".encode() * 100_000 + b'": 1}', "application/json", 400),
    ],
)
@pytest.mark.parametrize("path", ["queue/join", "run/predict", "call/ask", "cancel", "reset"])
def test_what_is_no_plain_json_is_refused(page_url: str, path: str, body: bytes, kind: str, status: int) -> None:
    answer = http_client.post(f"{page_url}/gradio_api/{path}", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_half_of_a_pair_in_a_question_does_not_stop_it(page_url: str) -> None:
    headers = {"content-type": "application/json"}
    body = b'{"data": ["Equifax \\ud83d?", "", "", ""]}'
    event = http_client.post(f"{page_url}/gradio_api/call/ask", content=body, headers=headers).json()["event_id"]
    told = http_client.get(f"{page_url}/gradio_api/call/ask/{event}").text
    assert "event: complete" in told
    assert '"question": "Equifax ??"' in told


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/cancel", "/login", "/gradio_api/call/ask"])
def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not(page_url: str, path: str) -> None:
    headers = {"content-type": "application/json"}
    whole = http_client.post(page_url + path, content=b" " * BODY_BYTES, headers=headers)
    assert whole.status_code in {400, 422}
    for content in (b" " * (BODY_BYTES + 1), iter([b" " * BODY_BYTES, b" "])):
        answer = http_client.post(page_url + path, content=content, headers=headers)
        assert (answer.status_code, answer.text) == (413, "The request holds more than 1 MB; send less at once.")


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    sent: list[Message] = []

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def keep(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "POST", "path": "/login", "query_string": b"", "headers": []}
    gate = Gate(PlainTextResponse("reached"), {}, patience_s=0.01)
    asyncio.run(gate(scope, never, keep))
    assert sent[0]["status"] == 408


HEAD = b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
FIELD = b'--x\r\ncontent-disposition: form-data; name="files"\r\n\r\n'


def test_an_upload_that_sends_more_than_it_says_is_cut() -> None:
    read: list[Message] = []
    sent: list[Message] = []

    async def reader(_: Scope, receive: Any, send: Any) -> None:
        while not read or read[-1].get("more_body"):
            read.append(await receive())
        await PlainTextResponse("taken")({"type": "http"}, receive, send)

    async def endless() -> Message:
        return {"type": "http.request", "body": b"x" * 100 if read else HEAD, "more_body": True}

    async def keep(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-length", b"200"), (b"content-type", b"multipart/form-data; boundary=x")]
    scope: Scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "query_string": b""}
    asyncio.run(Gate(reader, {}, 200)({**scope, "headers": headers}, endless, keep))
    assert [message["type"] for message in read] == ["http.request", "http.request", "http.disconnect"]
    assert [message["status"] for message in sent if "status" in message] == [413]


@pytest.mark.parametrize(
    ("content", "kind", "told"),
    [
        (HEAD + b"x", "text/plain", "Send files as multipart/form-data."),
        (HEAD + b"x", "multipart/form-data", "Send files as multipart/form-data."),
        (b"junk", "multipart/form-data; boundary=x", "The upload is not well-formed multipart/form-data."),
        (FIELD + b"y" * 500_000 + b"\r\n--x--\r\n", "multipart/form-data; boundary=x", "nothing but files"),
        (HEAD + b"x\r\n" + FIELD + b"y\r\n--x--\r\n", "multipart/form-data; boundary=x", "nothing but files"),
        (b"--x\r\ncontent-type: a/b\r\n\r\ny\r\n--x--\r\n", "multipart/form-data; boundary=x", "nothing but files"),
        (b"--x\r\na: " + b"y" * 9000 + b"\r\n\r\n", "multipart/form-data; boundary=x", ""),
    ],
)
def test_an_upload_holds_nothing_but_files(page_url: str, content: bytes, kind: str, told: str) -> None:
    answer = http_client.post(f"{page_url}/gradio_api/upload", content=content, headers={"content-type": kind})
    assert answer.status_code == 400
    assert told in answer.text


@contextmanager
def browser(url: str) -> Iterator[httpx.Client]:
    """Yield a client that opened the page."""
    with http_client.open_client(url) as client:
        client.get("/")
        yield client


def upload(client: httpx.Client, name: str = "note.txt", content: bytes = NOTE) -> str:
    (path,) = client.post("/gradio_api/upload", files={"files": (name, content)}).json()
    return str(path)


def gone(path: Path) -> bool:
    return not path.exists()


def events(url: str) -> tuple[int, int]:
    """Return the numbers of the event that takes uploads, and of one that takes text."""
    config = http_client.get(f"{url}/config").json()
    types = {component["id"]: component["type"] for component in config["components"]}
    taking = {types[i]: event["id"] for event in config["dependencies"] for i in event["inputs"]}
    return taking["file"], taking["textbox"]


def join(client: httpx.Client, event: int, *files: object, path: str = "queue/join", **more: object) -> int:
    call = {"data": [list(files), None], "fn_index": event, "session_hash": "s", **more}
    return client.post(f"/gradio_api/{path}", json=call).status_code


def file_at(path: str, **more: object) -> dict[str, object]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}, **more}


@pytest.fixture
def url(tmp_path: Path, build: Callable[..., Newsroom], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    with served(build().own) as address:
        yield address


def test_only_the_browser_that_uploaded_a_file_can_add_it(url: str) -> None:
    taking, text = events(url)
    with browser(url) as own, browser(url) as other, http_client.open_client(url) as nobody:
        path = upload(own)
        file = file_at(path, url="http://127.0.0.1/x", orig_name="a", mime_type="text/plain", is_stream=True)
        for stranger in (other, nobody):
            assert join(stranger, taking, file) == 400
        assert join(own, text, file) == 400
        assert join(own, taking, file, path="run/predict") == 400
        assert join(own, taking, file, path="call/_uploaded") == 400
        assert join(own, taking, file, event_data=file) == 400
        assert join(own, taking, [file]) == 400
        assert join(own, taking, file, file_at("/etc/passwd")) == 400
        assert join(own, taking, path) == 400
        for odd in (
            f"{path}/",
            f"{Path(path).parent}/./{Path(path).name}",
            path.upper(),
            str(Path(path).parents[1] / "x"),
            "",
        ):
            assert join(own, taking, file_at(odd)) == 400
        assert join(own, taking, file) == 200
        told = own.get("/gradio_api/queue/data", params={"session_hash": "s"}).text
        assert "note.txt" in told
        assert "http://127.0.0.1/x" not in told


def test_the_same_file_of_two_browsers_lies_apart_and_each_adds_its_own(url: str, tmp_path: Path) -> None:
    taking, _ = events(url)
    with browser(url) as one, browser(url) as other:
        mine, again, theirs = upload(one), upload(one), upload(other)
        assert len({mine, again, theirs}) == 3
        assert [Path(path).read_bytes() for path in (mine, again, theirs)] == [NOTE] * 3
        assert join(other, taking, file_at(mine)) == 400
        for client, path in ((one, mine), (other, theirs)):
            assert join(client, taking, file_at(path), session_hash=path[-40:]) == 200
            told = client.get("/gradio_api/queue/data", params={"session_hash": path[-40:]}).text
            assert "note.txt" in told
            wait_until(partial(gone, Path(path).parents[1]))
        assert Path(again).read_bytes() == NOTE
    assert [path.name for path in (tmp_path / "uploads").iterdir() if path.is_dir()] == [Path(again).parts[-3]]


def test_a_refused_upload_leaves_no_folder(url: str, tmp_path: Path) -> None:
    with browser(url) as client:
        answer = client.post("/gradio_api/upload", files={"files": ("big.txt", b"x" * (FILE_BYTES + 1))})
    assert answer.status_code == 413
    wait_until(lambda: not any(path.is_dir() for path in (tmp_path / "uploads").rglob("*")))


def test_an_upload_without_the_page_gets_a_cookie_and_can_be_added(url: str) -> None:
    taking, _ = events(url)
    with http_client.open_client(url) as client:
        answer = client.post("/gradio_api/upload", files={"files": ("n.txt", NOTE)})
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=strict" in answer.headers["set-cookie"]
        assert join(client, taking, file_at(answer.json()[0])) == 200


def test_the_page_gives_each_browser_one_cookie_of_its_own(page_url: str) -> None:
    with browser(page_url) as one, browser(page_url) as other:
        first = one.cookies[COOKIE]
        assert len(first) > 40
        assert first != other.cookies[COOKIE]
        assert "set-cookie" not in one.get("/").headers
        assert "set-cookie" not in one.get("/config").headers


def test_an_uploaded_file_is_not_served(url: str) -> None:
    with browser(url) as client:
        path = upload(client)
        assert client.get(f"/gradio_api/file={path}").status_code == 404


def test_many_files_at_once_are_noted(url: str) -> None:
    taking, _ = events(url)
    with browser(url) as client:
        files = [("files", (f"{n}.txt", f"{n} {NOTE.decode()}".encode())) for n in range(60)]
        answer = client.post("/gradio_api/upload", files=files, headers={"accept-encoding": "gzip, br"})
        assert join(client, taking, *[file_at(path) for path in json.loads(answer.content)]) == 200
