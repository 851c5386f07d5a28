"""The commands `python -m corpus feed add | list | remove | pull`."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus.addresses import AddressError, AddressPolicy
from corpus.archive import Archive
from corpus.article import Article
from corpus.errors import InputError
from corpus.feed_book import Feed, FeedBook
from corpus.feed_document import ENTRIES_AT_MOST
from corpus.feeds import Pulled, pull
from corpus.fetch import Fetcher
from corpus.indexing import report_indexing, run_index
from corpus.options import AsJson, Data, settings_for
from corpus.page import shown
from corpus.readers import Refusal
from corpus.settings import ArchiveSettings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SHORTEST_S = 60

feed_app = typer.Typer(help="Follow feeds: RSS, Atom, JSON Feed, news sitemaps.", no_args_is_help=True)


@dataclass(slots=True)
class FeedSummary:
    """Count what one pull of one feed brought.

    Attributes:
        url: The feed.
        added: New articles.
        updated: Articles that got a new version.
        unchanged: Articles that the archive held already.
        refused: Entries that gave none.
        error: Why the feed itself could not be read, or "".
    """

    url: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    error: str = ""

    def to_line(self) -> str:
        """Return the counts, or the error, in one line."""
        if self.error:
            return f"failed: {self.error}"
        counts = f"{self.added} added, {self.updated} updated, {self.unchanged} unchanged, {self.refused} refused"
        return f"{shown(self.url)}: {counts}"


def interval(text: str) -> int:
    """Return the seconds that a text such as `90s`, `15m`, `2h` or `1d` names; at least a minute."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip().lower())
    if not found or int(found[1]) * _UNITS[found[2]] < _SHORTEST_S:
        raise typer.BadParameter(f"{text!r} is no interval of a minute or more; write 15m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]


@feed_app.command("add")
def add_feed(url: Annotated[str, typer.Argument(help="Address of the feed.")], data: Data = None) -> None:
    """Follow a feed; nothing is fetched before the first pull."""
    try:
        AddressPolicy().check_url(url)
    except AddressError as error:
        raise InputError(f"{shown(url)}: {error}; give the http(s) address of a feed") from error
    with _book(data) as (_, book, _settings):
        added = book.add(url)
    _say(f"{'following' if added else 'already following'} {shown(url)}; `feed pull` fetches its articles")


@feed_app.command("list")
def list_feeds(data: Data = None, as_json: AsJson = False) -> None:
    """List the feeds that are followed, and how the last pull went."""
    with _book(data) as (_, book, _settings):
        feeds = book.feeds()
    if as_json:
        _say(json.dumps([feed.to_record() for feed in feeds], indent=2))
        return
    for feed in feeds:
        _say(_line(feed))
    if not feeds:
        _say("no feed is followed; `feed add URL` adds one")


@feed_app.command("remove")
def remove_feed(url: Annotated[str, typer.Argument(help="Address of the feed.")], data: Data = None) -> None:
    """Follow a feed no longer; its articles stay (`remove --feed URL` removes them)."""
    with _book(data) as (_, book, _settings):
        if not book.remove(url):
            raise InputError(f"{shown(url)}: not followed; `feed list` shows what is")
    _say(f"no longer following {shown(url)}")


@feed_app.command("pull")
def pull_feeds(
    urls: Annotated[list[str] | None, typer.Argument(help="Only these feeds.", show_default=False)] = None,
    every: Annotated[
        int | None,
        typer.Option("--every", parser=interval, metavar="15m", help="Pull again and again.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many new entries of a feed at most.")] = ENTRIES_AT_MOST,
    no_index: Annotated[bool, typer.Option("--no-index", help="Leave the indexes to the next command.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the new articles of the feeds; exit code 1 if a feed could not be read."""
    indexed = True
    with _book(data) as (archive, book, settings), Fetcher(settings) as fetcher:
        while True:
            summaries = list(pulled_feeds(archive, book, fetcher, _chosen(book, urls or []), limit, _warn))
            for summary in summaries:
                _say(json.dumps(asdict(summary)) if as_json else summary.to_line())
            if not no_index and any(summary.added or summary.updated for summary in summaries):
                indexed = report_indexing(run_index(settings.data_dir), settings.data_dir) and indexed
            if every is None:
                break
            threading.Event().wait(every)
    if not indexed or any(summary.error for summary in summaries):
        raise typer.Exit(1)


def pulled_feeds(
    archive: Archive,
    book: FeedBook,
    fetcher: Fetcher,
    urls: list[str],
    limit: int = ENTRIES_AT_MOST,
    refused: Callable[[Refusal], None] = lambda _: None,
) -> Iterator[FeedSummary]:
    """Pull some feeds into an archive and yield what each brought; a feed that fails stops no other.

    Args:
        archive: Takes each article in its own transaction; then its entry is marked.
        book: The feeds.
        fetcher: Fetches feeds and pages.
        urls: Which feeds.
        limit: The most new entries of each.
        refused: Told of each entry that gave no article.

    Raises:
        ArchiveError: The archive cannot be written; what came before is safe, and the next pull goes on from there.
    """
    for url in urls:
        summary = FeedSummary(url)
        try:
            for pulled in pull(url, fetcher, book, limit):
                _take(archive, book, summary, pulled, refused)
        except InputError as error:
            summary.error = str(error)
        yield summary


def _take(
    archive: Archive, book: FeedBook, summary: FeedSummary, pulled: Pulled, refused: Callable[[Refusal], None]
) -> None:
    item = pulled.item
    if isinstance(item, Article):
        try:
            outcome = archive.put(item, live=True)
        except InputError as error:
            item = Refusal(item.url or item.id, str(error))
        else:
            setattr(summary, outcome, getattr(summary, outcome) + 1)
    if isinstance(item, Refusal):
        summary.refused += 1
        refused(item)
    if pulled.settled:
        book.mark(summary.url, pulled.entry_id)


@contextmanager
def _book(data: Path | None) -> Iterator[tuple[Archive, FeedBook, ArchiveSettings]]:
    settings = settings_for(data)
    with Archive(settings.archive_path) as archive:
        yield archive, FeedBook(archive.connection), settings


def _chosen(book: FeedBook, urls: list[str]) -> list[str]:
    followed = [feed.url for feed in book.feeds()]
    unknown = next((url for url in urls if url not in followed), None)
    if unknown is not None:
        raise InputError(f"{shown(unknown)}: not followed; `feed add` it first")
    if not followed:
        raise InputError("no feed is followed; `feed add URL` adds one")
    return urls or followed


def _line(feed: Feed) -> str:
    when = f"{feed.last_pulled:%Y-%m-%d %H:%M} UTC" if feed.last_pulled else "never pulled"
    parts = (shown(feed.url), feed.kind, feed.title, when, feed.last_error and f"failed: {feed.last_error}")
    return "  ".join(part for part in parts if part)


def _warn(refusal: Refusal) -> None:
    sys.stderr.write(f"{shown(refusal.item)}: {refusal.reason}\n")


def _say(text: Any) -> None:
    sys.stdout.write(f"{text}\n")
