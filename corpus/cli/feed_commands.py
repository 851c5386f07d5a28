"""The commands `python -m corpus feed add | list | remove | pull`."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.archive.database import Archive
from corpus.cli.display import to_line
from corpus.cli.index_process import report_indexing, run_index
from corpus.cli.options import AsJson, Data, NoIndex, settings_for
from corpus.errors import ArchiveError, InputError
from corpus.feeds.feed_book import Feed, FeedBook
from corpus.feeds.pull_schedule import PullSchedule
from corpus.readers.feeds.feed_document import ENTRIES_AT_MOST
from corpus.settings import ArchiveSettings
from corpus.text.characters import one_line
from corpus.text.urls import AddressError

if TYPE_CHECKING:
    from corpus.readers import Refusal

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SHORTEST_S = 60
_LOOK_S = 60.0  # How often a feed is looked for that is due: another process may have left one.

feed_app = typer.Typer(help="Follow feeds: RSS, Atom, JSON Feed, news sitemaps.", no_args_is_help=True)


def parse_interval(text: str) -> int:
    """Return the seconds that a text such as `90s`, `15m`, `2h` or `1d` names; at least a minute."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip().lower())
    if not found or int(found[1]) * _UNITS[found[2]] < _SHORTEST_S:
        raise typer.BadParameter(f"{text!r} is no interval of a minute or more; write 15m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]


@feed_app.command("add")
def add_feed(url: Annotated[str, typer.Argument(help="Address of the feed.")], data: Data = None) -> None:
    """Follow a feed; nothing is fetched before the first pull."""
    from corpus.fetching.url_policy import AddressPolicy

    try:
        AddressPolicy().check_url(url)
    except AddressError as error:
        raise InputError(f"{to_line(url)}: {error}; give the http(s) address of a feed") from error
    with _open_book(data) as (_, book, _settings):
        added = book.add(url)
    _print_status(f"{'following' if added else 'already following'} {to_line(url)}; `feed pull` fetches its articles")


@feed_app.command("list")
def list_feeds(data: Data = None, as_json: AsJson = False) -> None:
    """List the feeds that are followed, and how the last pull went."""
    with _open_book(data) as (_, book, _settings):
        feeds = book.feeds()
    if as_json:
        _print_status(json.dumps([feed.to_record() for feed in feeds], indent=2))
        return
    for feed in feeds:
        _print_status(_format_feed(feed))
    if not feeds:
        _print_status("no feed is followed; `feed add URL` adds one")


@feed_app.command("remove")
def remove_feed(
    url: Annotated[str, typer.Argument(parser=one_line, metavar="URL", help="Address of the feed.")], data: Data = None
) -> None:
    """Follow a feed no longer; its articles stay (`remove --feed URL` removes them)."""
    with _open_book(data) as (_, book, _settings):
        if not book.remove(url):
            raise InputError(f"{to_line(url)}: not followed; `feed list` shows what is")
    _print_status(f"no longer following {to_line(url)}")


@feed_app.command("pull")
def pull_feeds(
    urls: Annotated[
        list[str] | None,
        typer.Argument(parser=one_line, metavar="[URL]...", help="Only these feeds.", show_default=False),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option("--every", parser=parse_interval, metavar="15m", help="Pull again and again.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of new entries per feed.")] = ENTRIES_AT_MOST,
    no_index: NoIndex = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the new articles of the feeds; exit code 1 if a feed could not be read.

    Several machines that share a database may do this at the same time: each pulls what no other one is pulling.
    """
    from corpus.feeds.feed_summary import (
        pull_feeds,  # What fetches and reads is loaded only where something is fetched.
    )
    from corpus.fetching.fetcher import Fetcher

    with _open_book(data) as (archive, book, settings), Fetcher(settings) as fetcher:
        schedule = PullSchedule(every)

        def pull() -> bool:
            due, since = schedule.choose_due(_select_feeds(book, urls or []))
            summaries = list(pull_feeds(archive, book, fetcher, due, limit, _warn, since))
            for summary in summaries:
                if summary.error:
                    schedule.note_failure(summary.url)
                _print_status(json.dumps(asdict(summary)) if as_json else summary.to_line())
            if not no_index and any(summary.added or summary.updated for summary in summaries):
                indexed = report_indexing(run_index(settings.data_dir), settings.data_dir)
            else:
                indexed = True
            return indexed and not any(summary.error for summary in summaries)

        if not repeat_pull(pull, every):
            raise typer.Exit(1)


def repeat_pull(pull: Callable[[], bool], every: float | None) -> bool:
    """Pull once, or look for ever what is due of what is pulled at an interval in seconds; return whether all went well.

    What is pulled again and again outlasts a full disk and a database that does not answer for a while.

    Raises:
        ArchiveError: The archive cannot be had, and it is pulled once.
    """
    while True:
        try:
            well = pull()
        except ArchiveError as error:
            if every is None:
                raise
            sys.stderr.write(f"{to_line(str(error), 1000)}\n")
            well = False
        if every is None:
            return well
        threading.Event().wait(min(every, _LOOK_S))


@contextmanager
def _open_book(data: Path | None) -> Iterator[tuple[Archive, FeedBook, ArchiveSettings]]:
    settings = settings_for(data)
    with Archive(settings.archive_place) as archive:
        yield archive, FeedBook(archive.connection), settings


def _select_feeds(book: FeedBook, urls: list[str]) -> list[Feed]:
    followed = {feed.url: feed for feed in book.feeds()}
    unknown = next((url for url in urls if url not in followed), None)
    if unknown is not None:
        raise InputError(f"{to_line(unknown)}: not followed; `feed add` it first")
    if not followed:
        raise InputError("no feed is followed; `feed add URL` adds one")
    return [followed[url] for url in dict.fromkeys(urls or followed)]


def _format_feed(feed: Feed) -> str:
    when = f"{feed.last_pulled:%Y-%m-%d %H:%M} UTC" if feed.last_pulled else "never pulled"
    parts = (to_line(feed.url), feed.kind, feed.title, when, feed.last_error and f"failed: {feed.last_error}")
    return "  ".join(part for part in parts if part)


def _warn(refusal: "Refusal") -> None:
    sys.stderr.write(f"{to_line(refusal.item)}: {refusal.reason}\n")


def _print_status(text: Any) -> None:
    sys.stdout.write(f"{text}\n")
