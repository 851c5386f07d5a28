"""The gate of fetches: hostile and good addresses, flipping hosts, certificates, redirects."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from corpus.fetching.fetched_page import FetchError
from corpus.fetching.fetcher import Fetcher
from tests.corpus.web_server import PUBLIC, Reply, Web, redirect, send

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
        "accept-encoding": "gzip, deflate",
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
