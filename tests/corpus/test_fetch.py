"""Fetching: the gate against hostile addresses, redirects, bounds, codings, robots.txt and turns."""

import gzip
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from corpus.errors import InputError
from corpus.fetch import Fetcher, FetchLimits
from corpus.page import DOCUMENT, FEED, FetchError
from tests.corpus.web_server import PUBLIC, SHORT, Reply, Web, dripping, redirect, send

STORY = b"<html><title>Budget</title><p>The council approved it.</p></html>"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


def _refusal(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.get(url)
    return caught.value


# Addresses

HOSTILE = [
    *(f"{scheme}://news.example/a" for scheme in ("ftp", "file", "gopher", "ldap", "ws", "javascript", "jar", "dict")),
    "file:///etc/passwd",
    "//news.example/a",
    "/etc/passwd",
    "javascript:alert(1)",
    "data:text/html,<p>x",
    "http:///a",
    "http://",
    "http://user:secret@news.example/",
    "http://127.0.0.1@news.example/",
    "http://@news.example/",
    "http://:@news.example/",
    "http://news.example\\@127.0.0.1/",
    "http://news.example:22/",
    "http://news.example:8080/",
    "https://news.example:8443/",
    "http://news.example:0/",
    "http://news.example:99999/",
    "http://news.example:-1/",
    "http://news.example/a\r\nHost: internal",
    "http://news.example/a b",
    "http://\t127.0.0.1/",
    "http://127.0.0.1\n/",
    "http://[::1",
    "http://news.example/" + "a" * 5_000,
    "http://localhost/",
    "http://LOCALHOST./",
    "http://ip6-localhost/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://intranet.example/",
    "http://half-inside.example/",
    "http://empty.example/",
    "http://v6-inside.example/",
    *(
        f"http://{address}/"
        for address in (
            *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1"),
            *("0", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "2852039166"),
            *("0xa9fea9fe", "192.0.0.192", "100.100.100.200", "168.63.129.16", "192.0.2.1", "198.18.0.1", "224.0.0.1"),
            *(
                "240.0.0.1",
                "255.255.255.255",
                "127.0.0.1.",
                "①②⑦.⓪.⓪.①",
                "127。0。0。1",
                "１２７.0.0.1",
                "[::1]",
                "[::]",
            ),
            *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
            *("[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[fe80::1]"),
            *("[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]"),
        )
    ),
]
INSIDE = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "intranet.example": ["10.1.2.3"],
    "half-inside.example": [PUBLIC, "192.168.0.7"],
    "empty.example": [],
    "v6-inside.example": ["2606:4700::1111", "fd12:3456::1"],
    "fe80::1%25eth0": ["fe80::1%eth0"],
}


def _lead_inside(web: Web) -> None:
    for host, addresses in INSIDE.items():
        web.hosts[host] = lambda addresses=addresses: list(addresses)  # type: ignore[misc]


@pytest.mark.parametrize("robots", [False, True])
def test_hostile_urls_are_refused_without_a_connection(web: Web, robots: bool) -> None:
    _lead_inside(web)
    fetcher = web.fetcher(robots=robots)
    assert len(set(HOSTILE)) >= 80
    not_policy = [url for url in HOSTILE if not _refusal(fetcher, url).hostile]
    assert not_policy == ["http://127.0.0.1./"]  # which no resolver knows
    assert web.dialled == []


def test_hostile_redirects_are_refused_after_one_connection(web: Web) -> None:
    _lead_inside(web)
    fetcher = web.fetcher()
    unknown = "http://127.0.0.1./"
    targets = [url for url in HOSTILE if "://" in url and url.isprintable() and url.isascii() and url != unknown]
    assert len(targets) >= 60
    for number, target in enumerate(targets):
        web.routes[f"/{number}"] = redirect(target)
        error = _refusal(fetcher, f"http://news.example/{number}")
        assert error.hostile, target
    assert web.dialled == [(PUBLIC, 80)] * len(targets)


def test_a_host_that_flips_is_dialled_only_where_it_was_checked(web: Web) -> None:
    turns = iter(range(1_000))
    web.hosts["flip.example"] = lambda: [PUBLIC if next(turns) % 2 == 0 else "127.0.0.1"]
    web.routes["/"] = Reply(STORY)
    fetcher = web.fetcher()
    outcomes = Counter(_outcome(fetcher, "http://flip.example/") for _ in range(1_000))
    assert outcomes == {"page": 500, "hostile": 500}
    assert set(web.dialled) == {(PUBLIC, 80)}


def _outcome(fetcher: Fetcher, url: str) -> str:
    try:
        fetcher.get(url)
    except FetchError as error:
        return "hostile" if error.hostile else str(error)
    return "page"


GOOD = [
    *(f"{scheme}://news.example{rest}" for scheme in ("http", "https") for rest in ("", "/", "/a?q=1&r=%20", "/a#top")),
    "http://news.example:80/",
    "https://news.example:443/",
    "HTTPS://WWW.News.Example/Politics/",
    "https://archive.news.example/2026/11/24/story.html?utm_source=rss",
    "http://bücher.example/straße",
    "http://xn--bcher-kva.example/",
    "http://新聞.example/記事",
    "http://8.8.8.8/",
    "http://[2606:4700:4700::1111]/",
    "http://news.example/mail@example.org/x:y",
    "  http://news.example/blank-around  ",
    "http://news.example/" + "a" * 1_500,
]


def test_good_urls_pass(web: Web) -> None:
    fetcher = web.fetcher()
    web.answer = _always(STORY)  # type: ignore[method-assign]
    assert len(GOOD) == 20
    assert [fetcher.get(url).body for url in GOOD] == [STORY] * 20


def _always(body: bytes) -> Callable[..., None]:
    return lambda handler: send(handler, Reply(body))


def test_a_certificate_for_another_host_is_refused(web: Web) -> None:
    web.routes["/"] = Reply(STORY)
    error = _refusal(web.fetcher(), "https://other.example/")
    assert "certificate" in str(error).lower()
    assert web.requests == []


def test_the_server_sees_the_name_of_the_host_and_no_more_than_it_must(web: Web) -> None:
    web.routes["/a"] = Reply(STORY, headers={"Set-Cookie": "id=1"})
    fetcher = web.fetcher(user_agent="Newsdesk/0.1 (test)\r\nX: y")
    fetcher.get("https://news.example/a")
    fetcher.get("https://news.example/a")
    assert web.requests[1].headers == {
        "host": "news.example",
        "user-agent": "Newsdesk/0.1 (test)X: y",
        "accept": "text/html, application/xhtml+xml;q=0.9",
        "accept-encoding": "gzip, deflate, br, zstd",
    }


def test_no_proxy_is_taken_from_the_environment(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.routes["/a"] = Reply(STORY)
    assert web.fetcher().get("http://news.example/a").body == STORY


def test_an_unknown_host_is_named(web: Web) -> None:
    def unknown() -> list[str]:
        raise OSError(-2, "Name or service not known")

    web.hosts["gone.example"] = unknown
    error = _refusal(web.fetcher(), "http://gone.example/")
    assert str(error) == (
        "http://gone.example/: the host gone.example was not found (Name or service not known); check the address"
    )
    assert error.passing


# Redirects


def test_five_redirects_are_followed_and_a_sixth_is_not(web: Web) -> None:
    for step in range(6):
        web.routes[f"/{step}"] = redirect(f"/{step + 1}" if step % 2 else f"https://news.example/{step + 1}")
    web.routes["/6"] = Reply(STORY)
    page = web.fetcher().get("http://news.example/1#part")
    assert page.final_url == "https://news.example/6"
    assert page.url == "http://news.example/1#part"
    error = _refusal(web.fetcher(), "http://news.example/0")
    assert str(error) == "http://news.example/0: it redirects more than 5 times"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_followed(web: Web, status: int) -> None:
    web.routes["/a"] = redirect("b", status)
    web.routes["/b"] = Reply(STORY)
    assert web.fetcher().get("http://news.example/a").final_url == "http://news.example/b"


def test_a_redirect_to_nowhere_is_refused(web: Web) -> None:
    web.routes["/a"] = Reply(status=302)
    assert str(_refusal(web.fetcher(), "http://news.example/a")) == "http://news.example/a: it redirects to nowhere"


# What is read


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
        " (NEWSDESK_ROBOTS=false fetches it all the same)"
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
