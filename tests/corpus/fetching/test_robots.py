"""robots.txt as a host's wish, and the turns of hosts, on a clock that is set by hand."""

import cProfile
from collections.abc import Callable

import httpx

from corpus.errors import InputError
from corpus.fetching.robots import HostTurns, Robots


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def test_rules_are_kept_a_day() -> None:
    clock = Clock()
    asked: list[str] = []

    def load(url: str) -> bytes | None:
        asked.append(url)
        return b"User-agent: *\nDisallow: /x\nCrawl-delay: 7\n"

    robots = Robots("Newsdesk/0.1", load, clock)
    assert robots.refusal(httpx.URL("https://news.example/a")) == ""
    assert robots.refusal(httpx.URL("https://news.example/x/1")) == "the site's robots.txt asks not to fetch this page"
    assert robots.delay(httpx.URL("https://news.example/a")) == 7.0
    clock.now += 24 * 3600 - 1
    robots.refusal(httpx.URL("https://news.example/a"))
    assert asked == ["https://news.example/robots.txt"]
    clock.now += 1
    robots.refusal(httpx.URL("https://news.example/a"))
    assert len(asked) == 2


def test_a_failure_is_kept_five_minutes() -> None:
    clock = Clock()
    answers: list[bytes | None] = []

    def load(url: str) -> bytes | None:
        if not answers:
            raise InputError(f"{url}: no")
        return answers.pop()

    robots = Robots("Newsdesk/0.1", load, clock)
    url = httpx.URL("https://news.example/a")
    assert "could not be read" in robots.refusal(url)
    answers.append(None)
    assert "could not be read" in robots.refusal(url)
    clock.now += 300
    assert robots.refusal(url) == ""


def test_only_the_product_name_is_matched() -> None:
    robots = Robots("Newsdesk/0.1 (news archive reader)", lambda _: b"User-agent: reader\nDisallow: /\n", Clock())
    assert robots.refusal(httpx.URL("https://news.example/a")) == ""


def test_an_absurd_delay_is_capped() -> None:
    robots = Robots("Newsdesk", lambda _: b"User-agent: *\nCrawl-delay: 86400\n", Clock())
    assert robots.delay(httpx.URL("https://news.example/a")) == 60.0


def test_ports_and_schemes_have_their_own_rules() -> None:
    asked: list[str] = []
    robots = Robots("Newsdesk", lambda url: asked.append(url), Clock())
    for url in ("http://news.example/a", "https://news.example/a", "http://[2606:4700::1]:8080/a"):
        robots.refusal(httpx.URL(url))
    assert asked == [
        "http://news.example/robots.txt",
        "https://news.example/robots.txt",
        "http://[2606:4700::1]:8080/robots.txt",
    ]


def test_turns_of_one_host_queue_up() -> None:
    clock = Clock()
    turns = HostTurns(clock, clock.pause)
    assert [turns.wait("a", 2.0), turns.wait("b", 2.0), turns.wait("a", 2.0)] == [0.0, 0.0, 2.0]
    clock.now += 1.5
    assert turns.wait("a", 2.0) == 0.5
    assert clock.pauses == [2.0, 0.5]


def robots_of(content: bytes) -> Robots:
    return Robots("Newsdesk/0.1 (news archive reader)", lambda _: content, Clock())


def test_other_agents_keep_their_rules_to_themselves() -> None:
    content = b"""User-agent: spider
User agent googlebot
Disallow: /
USERAGENT : newsdesk # this one
User-Agent: crawler
Disallow: /private

User-agent: *
Disallow: /all
"""
    robots = robots_of(content)
    found = {path: robots.refusal(httpx.URL(f"https://news.example/{path}")) != "" for path in ("a", "private", "all")}
    assert found == {"a": False, "private": True, "all": False}
    assert robots_of(content.replace(b"newsdesk", b"desk")).refusal(httpx.URL("https://news.example/all")) != ""


def test_only_the_first_500_kibibytes_are_read_and_no_half_of_a_line() -> None:
    early, late = b"User-agent: *\nDisallow: /early*x\n", b"Disallow: /late\n"
    filler = b"Disallow: /filler/*/page*x\n"
    within = early + filler * ((500 * 1024 - len(early) - len(late)) // len(filler)) + late
    robots = robots_of(within + b"Disallow: /" + b"n" * 40 + b"\nDisallow: /beyond\n" * 80_000)
    found = [
        path
        for path in ("early/x", "late", "n" * 39, "nn", "beyond", "other")
        if robots.refusal(httpx.URL(f"https://news.example/{path}"))
    ]
    assert found == ["early/x", "late"]


def test_many_agents_before_many_rules_cost_as_much_as_their_lines() -> None:
    def lines_run(count: int) -> int:
        agents = "".join(f"User-agent: agent{n}\nuser agent wild*{n}\n" for n in range(count))
        rules = "".join(f"Disallow: /{n}*\n" for n in range(count))
        robots = robots_of((agents + rules + "User-agent: *\nDisallow: /x\n").encode())
        return calls(lambda: robots.refusal(httpx.URL("https://news.example/x")))

    assert lines_run(400) < 5 * lines_run(100)


def calls(work: Callable[[], object]) -> int:
    """Return how many functions are called, which is the same on every machine."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return sum(int(entry.callcount) for entry in profile.getstats())
