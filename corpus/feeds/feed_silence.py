"""Feeds that bring nothing any more, each measured by what it used to bring."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from corpus.archive.database import Archive
from corpus.feeds.feed_book import Feed

FAR = 4
"""How many times as long as its usual gap a feed must have been silent."""

_USUAL = 0.95  # Share of its gaps that a usual one is no shorter than.
_FEWEST = 10  # Articles from which on a feed has a history.
_LEAST = timedelta(days=1)  # Nobody misses a feed sooner.


@dataclass(frozen=True, slots=True)
class FeedHistory:
    """Hold what a feed has brought.

    Attributes:
        feed: The feed, with how its last pull went.
        outlet: Whose articles it mostly brought, or its title, or "".
        newest: When its newest article was published; None where it brought none with a date.
        gap: How long it usually brings nothing, at most; None where it brought too little to tell.
    """

    feed: Feed
    outlet: str
    newest: datetime | None
    gap: timedelta | None

    def describe_silence(self, now: datetime) -> str:
        """Return "failed", "unread" or "silent" where the feed has brought nothing for far longer than usual, else ""."""
        if self.feed.last_error:
            return "failed"
        if self.gap is None or self.newest is None:
            return ""
        patience = max(_LEAST, FAR * self.gap)
        if now - self.newest <= patience:
            return ""
        pulled = self.feed.last_pulled
        return "silent" if pulled and now - pulled <= patience else "unread"


def measure_feeds(archive: Archive, feeds: Sequence[Feed]) -> list[FeedHistory]:
    """Return what each of some feeds has brought."""
    if not feeds:
        return []
    sql = (
        "SELECT feed, source, published_at FROM articles INDEXED BY articles_facets "
        "WHERE feed IN (SELECT value FROM json_each(?))"
    )
    rows = archive.connection.execute(sql, (json.dumps([feed.url for feed in feeds]),)).fetchall()
    found = []
    for feed in feeds:
        own = [row for row in rows if row["feed"] == feed.url]
        dates = sorted({datetime.fromisoformat(row["published_at"]) for row in own if row["published_at"]})
        outlets = Counter(row["source"] for row in own if row["source"])
        outlet = outlets.most_common(1)[0][0] if outlets else feed.title
        found.append(FeedHistory(feed, outlet, dates[-1] if dates else None, _measure_gap(dates)))
    return found


def _measure_gap(dates: Sequence[datetime]) -> timedelta | None:
    """Return the gap between two articles that all but a few are shorter than."""
    if len(dates) < _FEWEST:
        return None
    gaps = sorted(later - earlier for earlier, later in pairwise(dates))
    return gaps[min(len(gaps) - 1, int(_USUAL * len(gaps)))]
