"""Who may ask, and what the browser is told: over the real server."""

import base64
import hashlib
import re
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests import http_client
from tests.web.conftest import Newsroom, served
from web.assistant.addition import FILE_BYTES, UPLOAD_BYTES
from web.server.guard import allowed_hosts, policy
from web.static_files import STATIC

FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "127.0.0.1"},
    {"Host": "127.0.0.1:1"},
    {"Host": "localhost.evil.example:80"},
    {"Host": ""},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1.evil.example"},
    {"Origin": "http://[::1"},
    {"Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_foreign_hosts_and_origins_are_refused(page_url: str, headers: dict[str, str]) -> None:
    answer = http_client.post(f"{page_url}/gradio_api/queue/join", headers=headers, json={})
    assert answer.status_code == (421 if "Host" in headers else 403)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_the_names_of_this_machine_are_served(page_url: str, name: str) -> None:
    port = page_url.rpartition(":")[2]
    headers = {"Host": f"{name}:{port}", "Origin": f"http://{name}:{port}"}
    assert http_client.get(page_url, headers=headers).status_code == 200


def test_every_answer_carries_the_headers(page_url: str) -> None:
    for path in ("/", "/page/page.css", "/config", "/nothing", "/gradio_api/upload"):
        headers = http_client.get(page_url + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        for rule in ("default-src 'self'", "img-src 'self' data:", "connect-src 'self'", "object-src 'none'"):
            assert rule in headers["content-security-policy"]
        for rule in ("base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in headers["content-security-policy"]


def test_the_page_has_an_icon_of_its_own(page_url: str) -> None:
    answer = http_client.get(f"{page_url}/favicon.ico")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text == (STATIC / "icon.svg").read_text("utf-8")


def test_only_the_inline_scripts_of_the_page_may_run(page_url: str) -> None:
    answer = http_client.get(page_url)
    (scripts,) = re.findall(r"script-src ([^;]*);", answer.headers["content-security-policy"])
    assert "'unsafe-inline'" not in scripts
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    assert inline
    assert all(f"'sha256-{digest}'" in scripts for digest in hashes)
    assert len(answer.content) == int(answer.headers["content-length"]) or "content-encoding" in answer.headers


def test_uploads_are_closed_where_nothing_may_be_added(starter: Newsroom) -> None:
    with served(starter.open, changeable=False) as url:
        answer = http_client.post(f"{url}/gradio_api/upload", files={"files": ("a.txt", b"x")})
        assert (answer.status_code, answer.text) == (403, "Uploads are switched off.")


def test_an_upload_must_tell_its_length_and_keep_to_the_limit(page_url: str) -> None:
    address = f"{page_url}/gradio_api/upload"
    assert http_client.post(address, content=iter([b"x"])).status_code == 411
    told = HTTPConnection(page_url.removeprefix("http://"))
    told.putrequest("POST", "/gradio_api/upload")
    told.putheader("content-length", str(UPLOAD_BYTES + 1))
    told.endheaders()
    answer = told.getresponse()
    assert (answer.status, answer.read()) == (413, b"That is more than 100 MB at once; add the files in several goes.")
    told.close()


def test_a_file_that_is_too_large_is_not_kept(page_url: str, uploads: Path) -> None:
    before = set(uploads.rglob("*"))
    answer = http_client.post(f"{page_url}/gradio_api/upload", files={"files": ("large.txt", b"x" * (FILE_BYTES + 1))})
    assert answer.status_code == 413
    assert [path for path in set(uploads.rglob("*")) - before if path.is_file()] == []


def test_files_of_the_machine_are_not_served(page_url: str) -> None:
    for path in ("/gradio_api/file=/etc/passwd", "/page/../page.py", "/page/%2e%2e/page.py", "/file=pyproject.toml"):
        answer = http_client.get(page_url + path)
        assert answer.status_code in {403, 404, 307}, path
        assert "root:" not in answer.text
        assert "import " not in answer.text


def test_the_default_port_may_be_left_out() -> None:
    assert allowed_hosts(8000, ["localhost"]) == {"localhost:8000"}
    assert allowed_hosts(8000, ["news.example"]) == {"news.example:8000", "news.example"}
    assert allowed_hosts(80, ["localhost"]) == {"localhost:80", "localhost"}


def test_a_policy_without_a_document_allows_no_inline_script() -> None:
    assert "script-src 'self' 'unsafe-eval' ;" in policy()
    assert policy(b"<script>a</script>") == policy(b"<script>a</script><script src='x'></script>")
