"""When the feeds are due that are pulled again and again, by one process or by several."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from corpus.feeds.feed_book import Feed


class PullSchedule:
    """Choose the feeds that are due: neither pulled by any process within the interval, nor tried in vain by this one."""

    def __init__(self, every: float | None) -> None:
        """Begin with no failures.

        Args:
            every: Seconds from one pull of a feed to the next; None where it is pulled once, whenever it was pulled before.
        """
        self._every = None if every is None else timedelta(seconds=every)
        self._failed: dict[str, datetime] = {}

    def choose_due(self, feeds: Sequence[Feed], now: datetime | None = None) -> tuple[list[str], datetime]:
        """Return the feeds that are due now, and the instant since which a pull by another process makes one not due."""
        now = now or datetime.now(UTC)
        since = now - (self._every or timedelta(0))
        return [feed.url for feed in feeds if self._every is None or self._is_due(feed, since, now)], since

    def note_failure(self, url: str, now: datetime | None = None) -> None:
        """Note that a pull failed just now: the book says why, and not when."""
        self._failed[url] = now or datetime.now(UTC)

    def _is_due(self, feed: Feed, since: datetime, now: datetime) -> bool:
        """Return whether a feed was not pulled within a period; a pull in the future was noted by a clock that was wrong."""
        times = (feed.last_pulled, self._failed.get(feed.url))
        return not any(since < time <= now for time in times if time)
