"""A note on indexes that lag behind the archive, where an answer rests on them."""

from datetime import UTC, datetime, timedelta, tzinfo

from corpus.text.days import format_day
from rag.index.indexes import Indexes

PATIENCE = timedelta(minutes=1)
"""Indexes that follow the archive are a second or two behind it while articles come in, of which nobody need hear."""


def note_lag(indexes: Indexes, zone: tzinfo | None, now: datetime | None = None) -> list[str]:
    """Return a note where changes of the archive have been missing from the indexes for a while.

    Args:
        indexes: What an answer rests on.
        zone: That of the reader's clock.
        now: The present, also where a question is asked as of an earlier time.
    """
    until = indexes.complete_until()
    if until is None or (now or datetime.now(UTC)) - until <= PATIENCE:
        return []
    local = until.astimezone(zone)
    return [f"Indexed up to {local:%H:%M} on {format_day(local)}; what was added since may be missing."]
