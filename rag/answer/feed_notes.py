"""Notes on feeds that stand still, where an answer would rest on what they bring."""

from datetime import datetime, timedelta

from corpus.archive.database import Archive
from corpus.feeds.feed_book import FeedBook
from corpus.feeds.feed_silence import FeedHistory, measure_feeds
from corpus.text.days import format_day
from rag.model import Filters
from rag.question.query import Query

_MOST = 3
_RECENT = timedelta(days=31)
"""How near to the present a time must end to be a recent one."""


def note_silent_feeds(archive: Archive, query: Query, searched: Filters, now: datetime) -> list[str]:
    """Return a note on each silent feed that bears on a question.

    One bears on it whose outlet the question or a filter names, or any where the newest state or a recent time is
    asked for that its last article does not reach. A question that is asked in the past gets none.

    Args:
        archive: Whose feeds.
        query: What is asked.
        searched: What narrowed the search.
        now: When it is asked.
    """
    named = {*query.filters.outlets, *query.hints.outlets, *searched.outlets}
    if query.known_until or not (named or _asks_for_recent(query, searched, now)):
        return []
    feeds = FeedBook(archive.connection).feeds()
    notes = []
    for history in measure_feeds(archive, feeds):
        kind = history.describe_silence(now)
        if kind and (history.outlet in named if named else _misses(history, query, searched)):
            notes.append(_write_note(history, kind))
    return notes[:_MOST]


def _asks_for_recent(query: Query, searched: Filters, now: datetime) -> bool:
    times = [time for time in (query.filters, query.hints, searched) if time.timed]
    return query.latest or any((time.until is None or time.until > now - _RECENT) and time.since for time in times)


def _misses(history: FeedHistory, query: Query, searched: Filters) -> bool:
    """Return whether the time that is asked for goes on after the last article of a feed."""
    ends = [time.until for time in (query.filters, query.hints, searched) if time.timed]
    newest = history.newest
    return newest is None or not ends or any(end is None or end > newest for end in ends)


def _write_note(history: FeedHistory, kind: str) -> str:
    feed, since = history.feed, f" since {format_day(history.newest)}" if history.newest else ""
    name = f"{history.outlet}'s feed" if history.outlet else f"The feed {feed.url}"
    if kind == "failed":
        return f"{name} could not be read at the last pull; the archive has nothing from it{since or ' at all'}."
    if kind == "unread":
        pulled = f"was last read on {format_day(feed.last_pulled)}" if feed.last_pulled else "has never been read"
        return f"{name} {pulled}; the archive has nothing from it{since}."
    return f"{name} brought nothing{since}."
