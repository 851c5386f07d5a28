"""The feed commands: through typer on a real archive, and pulls through a real server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from corpus.archive.database import Archive
from corpus.cli.feed_commands import feed_app, parse_interval, repeat_pull
from corpus.errors import ArchiveError, InputError
from corpus.feeds.feed_book import FeedBook
from corpus.feeds.feed_summary import FeedSummary, pull_feeds
from corpus.readers import Refusal
from tests.corpus.web_server import Reply, Web

FEED = "http://news.example/rss"
BROKEN = "http://broken.example/rss"
RSS = """<rss version='2.0'><channel><title>Post</title>
<item><title>Budget approved</title><guid>1</guid><description>The council approved the budget.</description></item>
<item><title>Ferry cancelled</title><guid>2</guid><description>The ferry is cancelled.</description></item>
<item><title>Nothing</title><guid>3</guid></item></channel></rss>"""


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.sqlite3") as opened:
        yield opened


def _run(tmp_path: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(feed_app, [*words, "--data", str(tmp_path)])
    if isinstance(result.exception, InputError):
        raise result.exception
    return result.exit_code, result.stdout


def test_feeds_are_added_listed_and_removed(tmp_path: Path) -> None:
    assert _run(tmp_path, "list") == (0, "no feed is followed; `feed add URL` adds one\n")
    assert _run(tmp_path, "add", FEED) == (0, f"following {FEED}; `feed pull` fetches its articles\n")
    assert _run(tmp_path, "add", FEED) == (0, f"already following {FEED}; `feed pull` fetches its articles\n")
    assert _run(tmp_path, "list") == (0, f"{FEED}  never pulled\n")
    listed = json.loads(_run(tmp_path, "list", "--json")[1])
    assert listed == [{"url": FEED, "kind": "", "title": "", "last_pulled": None, "last_error": ""}]
    assert _run(tmp_path, "remove", FEED) == (0, f"no longer following {FEED}\n")
    with pytest.raises(InputError, match="not followed"):
        _run(tmp_path, "remove", FEED)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://user@news.example/", "news.example/rss"])
def test_an_address_that_no_pull_could_fetch_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="give the http"):
        _run(tmp_path, "add", url)


def test_a_pull_needs_a_feed_that_is_followed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no feed is followed"):
        _run(tmp_path, "pull")
    _run(tmp_path, "add", FEED)
    with pytest.raises(InputError, match="`feed add` it first"):
        _run(tmp_path, "pull", BROKEN)


def test_a_feed_inside_is_refused_and_gives_exit_code_1(tmp_path: Path) -> None:
    _run(tmp_path, "add", "http://127.0.0.1/rss")
    code, out = _run(tmp_path, "pull", "--json")
    assert code == 1
    assert json.loads(out)["error"] == "http://127.0.0.1/rss: the host is not on the public internet"


def test_articles_are_committed_and_their_entries_marked(web: Web, archive: Archive) -> None:
    book = FeedBook(archive.connection)
    book.add(FEED)
    book.add(BROKEN)
    web.routes["news.example/rss"] = Reply(RSS.encode())
    told: list[Refusal] = []
    fetcher = web.fetcher()
    first = list(pull_feeds(archive, book, fetcher, [BROKEN, FEED], refused=told.append))
    assert first == [
        FeedSummary(BROKEN, error=f"{BROKEN}: the server answered 404 Not Found"),
        FeedSummary(FEED, added=2, refused=1),
    ]
    assert [refusal.item for refusal in told] == [f"{FEED}: 3"]
    assert sorted(article.title for article in archive.articles()) == ["Budget approved", "Ferry cancelled"]
    assert {article.feed for article in archive.articles()} == {FEED}
    assert list(pull_feeds(archive, book, fetcher, [FEED])) == [FeedSummary(FEED)]


def test_what_was_committed_but_not_marked_is_unchanged_next_time(web: Web, archive: Archive) -> None:
    book = FeedBook(archive.connection)
    book.add(FEED)
    web.routes["news.example/rss"] = Reply(RSS.encode())
    list(pull_feeds(archive, book, web.fetcher(), [FEED]))
    archive.connection.execute("DELETE FROM feed_entries")
    assert list(pull_feeds(archive, book, web.fetcher(), [FEED])) == [FeedSummary(FEED, unchanged=2, refused=1)]


def test_a_pull_that_is_repeated_outlasts_an_archive_that_cannot_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    pulls: list[int] = []

    def pull() -> bool:
        pulls.append(len(pulls))
        if len(pulls) == 1:
            raise ArchiveError("the database does not answer")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repeat_pull(pull, 0)
    assert (len(pulls), capsys.readouterr().err) == (2, "the database does not answer\n")
    pulls.clear()
    with pytest.raises(ArchiveError):
        repeat_pull(pull, None)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("2H", 7200), (" 1d ", 86400)])
def test_intervals(text: str, seconds: int) -> None:
    assert parse_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "0m", "30s", "-5m", "1w", "1.5h"])
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="15m"):
        parse_interval(text)


def test_a_line_says_what_came() -> None:
    assert FeedSummary(FEED, 3, 1, 0, 2).to_line() == f"{FEED}: 3 added, 1 updated, 0 unchanged, 2 refused"
    assert FeedSummary(FEED, error=f"{FEED}: no").to_line() == f"failed: {FEED}: no"
