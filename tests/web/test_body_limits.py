"""However much is sent to whatever route: it is refused, the page goes on, and its memory stays what it was."""

import json
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import http_client
from tests.child_processes import start_command
from tests.waiting import PATIENCE_S, wait_until
from tests.web.conftest import Newsroom
from web.server.request_gate import CALL, READ, SIGN_IN, UPLOAD

MEGABYTE = 1_000_000
_CHUNK = b"x" * 100_000


@dataclass(frozen=True)
class Page:
    url: str
    pid: int
    routes: list[tuple[str, str]]

    def memory(self) -> int:
        """Return the most memory that the process ever held, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
        return int(peak) * 1024


@pytest.fixture(scope="module")
def page_process(tmp_path_factory: pytest.TempPathFactory, starter: Newsroom) -> Iterator[Page]:
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is read from /proc")
    folder = tmp_path_factory.mktemp("page")
    own = [str(starter.folder), str(folder / "conversations.sqlite3")]
    environment, output = {"GRADIO_TEMP_DIR": str(folder / "uploads")}, folder / "output"
    process = start_command("tests.web.page_process:main", own, output, environment)

    def find_told() -> list[str]:
        assert process.is_alive(), output.read_text(encoding="utf-8")
        lines = output.read_text(encoding="utf-8").splitlines(keepends=True) if output.exists() else []
        return [line for line in lines if line.startswith('{"url"') and line.endswith("\n")]

    try:
        wait_until(lambda: bool(find_told()))
        told = json.loads(find_told()[0])
        http_client.get(told["url"]).raise_for_status()
        assert process.pid is not None
        yield Page(told["url"], process.pid, [(method, path) for method, path in told["routes"]])
    finally:
        process.kill()
        process.join(PATIENCE_S)


def posted(url: str, method: str, path: str, size: int, chunked: bool, kind: str) -> int:
    """Send a body of so many bytes for as long as the server takes it; return the status that came back."""
    host, port = url.removeprefix("http://").split(":")
    length = "transfer-encoding: chunked" if chunked else f"content-length: {size}"
    head = f"{method} {path} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: {kind}\r\n{length}\r\n\r\n"
    piece = b"%x\r\n%b\r\n" % (len(_CHUNK), _CHUNK) if chunked else _CHUNK
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connection:
        try:
            connection.sendall(head.encode())
            for _ in range(size // len(_CHUNK)):
                connection.sendall(piece)
        except ConnectionError:
            pass  # It was refused before its end.
        try:
            answer = connection.recv(100)
        except ConnectionError:
            return 0
    return int(answer.split(b" ")[1]) if answer else 0


@pytest.mark.parametrize("size", [30 * MEGABYTE, pytest.param(400 * MEGABYTE, marks=pytest.mark.campaign)])
def test_a_body_without_end_is_refused_by_every_route(page_process: Page, size: int) -> None:
    routes = sorted({(m, p) for m, p in page_process.routes if m == "POST" or p in {"/config", "/gradio_api/info"}})
    assert len([method for method, _ in routes if method == "POST"]) > 20
    for method, path in routes:  # What a route loads at its first use is no part of what a body costs.
        posted(page_process.url, method, re.sub(r"\{\w+\}", "ask", path), 2 * MEGABYTE, False, "application/json")
    before = page_process.memory()
    for method, path in routes:
        for chunked in (True, False):
            for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                status = posted(page_process.url, method, re.sub(r"\{\w+\}", "ask", path), size, chunked, kind)
                assert status in {0, 404, 411, 413, 415, 400}, (path, status)
        assert http_client.get(f"{page_process.url}/page/page.css").status_code == 200
    assert page_process.memory() - before < 20 * MEGABYTE


def test_what_is_served_is_what_gradio_and_the_page_have(page_process: Page) -> None:
    own = {("GET", "/page/{path:path}"), ("GET", "/gradio_api/call/{name}/{event}"), ("POST", "/logout")}
    served = {("GET", path) for path in READ} | {("POST", path) for path in (*CALL, *SIGN_IN, UPLOAD)}
    known = {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in page_process.routes}
    assert {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in served - own} - known == {
        ("POST", "/gradio_api/run/predict")
    }
