"""Fetching: what is read, bounds of time and size, codings, robots.txt and turns."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from corpus.errors import InputError
from corpus.fetching.fetched_page import DOCUMENT, FEED, FetchError
from corpus.fetching.fetcher import Fetcher, FetchLimits
from tests.corpus.web_server import SHORT, Reply, Web, dripping, redirect

STORY = b"<html><title>Budget</title><p>The council approved it.</p></html>"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


def _refusal(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.get(url)
    return caught.value


# What is read


@pytest.mark.parametrize("host", ["xn--", "xn--a", "www.xn--a.example", "[::1"])
def test_an_address_that_cannot_be_read_is_refused_given_or_led_to(web: Web, host: str) -> None:
    reason = "the address is not well formed" if "[" in host else "the name of the host is not valid"
    assert str(_refusal(web.fetcher(), f"http://{host}/")) == f"http://{host}/: {reason}"
    for location in (f"http://{host}/", f"//{host}/"):
        web.routes["/a"] = redirect(location)
        error = _refusal(web.fetcher(robots=True), "http://news.example/a")
        assert error.hostile
        assert "it redirects to" in str(error)
    web.routes |= {"/robots.txt": redirect(f"http://{host}/robots.txt"), "/b": Reply(STORY)}
    error = _refusal(web.fetcher(robots=True), "http://news.example/b")
    assert "http://news.example/robots.txt could not be read" in str(error)


def test_a_page_carries_what_the_next_visit_needs(web: Web) -> None:
    headers = {"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}
    web.routes["/a"] = Reply(STORY, content_type='Text/HTML; Charset="ISO-8859-1"', headers=headers)
    page = web.fetcher().get("http://news.example/a")
    assert (page.status, page.content_type, page.charset) == (200, "text/html", "iso-8859-1")
    assert (page.etag, page.last_modified) == ('"v1"', "Mon, 23 Nov 2026 10:00:00 GMT")
    web.routes["/a"] = Reply(status=304)
    page = web.fetcher().get("http://news.example/a", page.etag, page.last_modified)
    assert (page.status, page.body) == (304, b"")
    assert web.requests[-1].headers["if-none-match"] == '"v1"'
    assert web.requests[-1].headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "video/mp4", "application/octet-stream"])
def test_a_page_of_another_type_is_refused_before_it_is_read(web: Web, content_type: str) -> None:
    endless = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n".encode()
    web.routes["/a"] = dripping(web, endless, b"x")
    error = _refusal(web.fetcher(), "http://news.example/a")
    assert str(error) == f"http://news.example/a: it is {content_type}, not a page; save it and add the file"


def test_a_document_may_be_of_any_type_and_a_page_of_none(web: Web) -> None:
    web.routes["/a"] = Reply(b"%PDF-1.4", content_type="application/pdf")
    assert web.fetcher().get("http://news.example/a", accept=DOCUMENT).body == b"%PDF-1.4"
    web.routes["/b"] = Reply(STORY, content_type="")
    assert web.fetcher().get("http://news.example/b").content_type == ""


@pytest.mark.parametrize(("status", "passing"), [(404, False), (410, False), (403, False), (500, True), (503, True)])
def test_a_status_that_refuses_is_said(web: Web, status: int, passing: bool) -> None:
    web.routes["/a"] = Reply(b"no", status=status)
    error = _refusal(web.fetcher(), "http://news.example/a")
    assert (error.status, error.passing, error.hostile) == (status, passing, False)
    assert f"the server answered {status} " in str(error)
    assert isinstance(error, InputError)


def test_retry_after_is_handed_on(web: Web) -> None:
    web.routes["/a"] = Reply(b"", status=429, headers={"Retry-After": "120"})
    error = _refusal(web.fetcher(), "http://news.example/a")
    assert str(error) == (
        "http://news.example/a: the server answered 429 Too Many Requests; it asks to try again in 120 s"
    )


def test_a_message_holds_no_control_character(web: Web) -> None:
    error = _refusal(web.fetcher(), "http://news.example/\x1b[2J\u202e" + "a" * 300)
    assert str(error) == (
        "http://news.example/?[2J?" + "a" * 175 + "...: the address holds a character that no address may hold"
    )


# Bounds


def _bomb() -> bytes:
    coder = zlib.compressobj(1, wbits=zlib.MAX_WBITS + 16)
    zeros = bytes(1024 * 1024)
    return b"".join(coder.compress(zeros) for _ in range(1_024)) + coder.flush()


def test_a_gibibyte_of_zeros_is_refused_in_little_memory(web: Web) -> None:
    web.routes["/a"] = Reply(_bomb(), headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        error = _refusal(web.fetcher(), "http://news.example/a")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert str(error) == "http://news.example/a: the body is larger than 10,000,000 bytes, so it is not read"
    assert peak < 64 * 1024 * 1024


def test_a_feed_has_its_own_limit(web: Web) -> None:
    web.routes["/a"] = Reply(b"x" * 5_000_001)
    fetcher = web.fetcher()
    assert len(fetcher.get("http://news.example/a").body) == 5_000_001
    with pytest.raises(FetchError, match="larger than 5,000,000 bytes"):
        fetcher.get("http://news.example/a", accept=FEED)


def test_a_coded_page_is_decoded(web: Web) -> None:
    web.routes["/a"] = Reply(gzip.compress(STORY), headers={"Content-Encoding": "gzip"})
    assert web.fetcher().get("http://news.example/a").body == STORY
    web.routes["/a"] = Reply(gzip.compress(STORY)[:-9], headers={"Content-Encoding": "gzip"})
    assert "the coded body ends early" in str(_refusal(web.fetcher(), "http://news.example/a"))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SLOW = {
    "a body that never ends": (HEAD + b"\r\n", b"x"),
    "a body that never comes": (HEAD + b"Content-Length: 9\r\n\r\n", b""),
    "headers that never end": (HEAD, b"X: y\r\n"),
    "a status line that never ends": (b"HTTP/1.1 200 ", b"O"),
    "chunks that never end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("what", SLOW)
def test_a_slow_server_is_left(web: Web, what: str) -> None:
    web.routes["/a"] = dripping(web, *SLOW[what])
    error = _refusal(web.fetcher(limits=SHORT), "http://news.example/a")
    assert str(error) == "http://news.example/a: the server is too slow; try again later"
    assert error.passing


def test_a_slow_name_server_is_left(web: Web) -> None:
    def slow(_host: str, _port: int, limit_s: float) -> list[str]:
        assert limit_s <= 2.0
        raise TimeoutError("the name server did not answer in time")

    error = _refusal(web.fetcher(limits=SHORT, resolver=slow), "http://news.example/a")
    assert "the name server did not answer in time" in str(error)


def test_an_endless_body_ends_at_the_limit_of_size(web: Web) -> None:
    web.routes["/a"] = dripping(web, HEAD + b"\r\n", b"x" * 1_000_000)
    assert "larger than 10,000,000" in str(_refusal(web.fetcher(), "http://news.example/a"))


def _raw(data: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(data)

    return answer


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\x16\x03\x01 nothing like HTTP\r\n\r\n",
        HEAD + b"Content-Length: 10\r\n\r\nshort",
        HEAD + b"A" * 200_000,
    ],
    ids=["other protocol", "cut body", "endless header"],
)
def test_a_server_that_breaks_http_is_refused(web: Web, raw: bytes) -> None:
    web.routes["/a"] = _raw(raw)
    error = _refusal(web.fetcher(), "http://news.example/a")
    assert "the server does not speak HTTP as it should" in str(error) or "connection failed" in str(error)


def test_the_defaults_are_those_of_the_security_page() -> None:
    limits = FetchLimits()
    assert (limits.connect_s, limits.read_s, limits.total_s, limits.redirects) == (5.0, 10.0, 30.0, 5)


# robots.txt and turns


def test_robots_txt_is_asked_once_and_obeyed(web: Web) -> None:
    rules = b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n\nUser-agent: Newsdesk\nDisallow: /private\n"
    web.routes["/robots.txt"] = Reply(rules, content_type="text/plain")
    web.routes["/a"] = web.routes["/private/a"] = Reply(STORY)
    fetcher = web.fetcher(robots=True)
    assert fetcher.get("http://news.example/a").body == STORY
    error = _refusal(fetcher, "http://news.example/private/a")
    assert str(error) == (
        "http://news.example/private/a: the site's robots.txt asks not to fetch this page"
        " (set NEWSDESK_ROBOTS=false to fetch it anyway)"
    )
    assert web.paths() == ["/robots.txt", "/a"]


def test_a_redirect_cannot_lead_around_robots_txt(web: Web) -> None:
    web.routes["news.example/a"] = redirect("http://other.example/b")
    web.routes["other.example/robots.txt"] = Reply(b"User-agent: *\nDisallow: /b\n", content_type="text/plain")
    web.routes["other.example/b"] = Reply(STORY)
    assert "robots.txt asks not to" in str(_refusal(web.fetcher(robots=True), "http://news.example/a"))
    assert web.paths() == ["/robots.txt", "/a", "/robots.txt"]


def test_a_missing_robots_txt_allows_and_a_broken_one_does_not(web: Web) -> None:
    web.routes["/a"] = Reply(STORY)
    assert web.fetcher(robots=True).get("http://missing.example/a").body == STORY
    web.routes["broken.example/robots.txt"] = Reply(status=500)
    fetcher = web.fetcher(robots=True)
    for _ in range(2):
        error = _refusal(fetcher, "http://broken.example/a")
        assert error.passing
        assert "http://broken.example/robots.txt could not be read" in str(error)
    assert web.paths() == ["/robots.txt", "/a", "/robots.txt"]


def test_two_fetches_from_one_host_are_a_pause_apart(web: Web) -> None:
    web.routes["/a"] = Reply(STORY)
    fetcher = web.fetcher(host_delay_s=50.0)
    fetcher.get("http://one.example/a")
    fetcher.get("http://two.example/a")
    assert web.pauses == []
    fetcher.get("http://one.example/a")
    assert len(web.pauses) == 1
    assert 40.0 < web.pauses[0] <= 50.0


def test_a_redirect_within_a_host_is_one_fetch(web: Web) -> None:
    web.routes["/a"] = redirect("/b")
    web.routes["/b"] = Reply(STORY)
    web.fetcher(host_delay_s=50.0).get("http://one.example/a")
    assert web.pauses == []
