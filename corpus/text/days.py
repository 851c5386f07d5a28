"""Days as people write and read them: the one place where a day is parsed for a filter and written for a reader."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from corpus.errors import InputError
from corpus.text.characters import one_line
from corpus.text.date_parsing import ANY_TIME, EARLIEST, has_zone, parse_instant

DayStyle = Literal["long", "short", "iso"]

_PATTERNS: dict[DayStyle, str] = {"long": "%-d %B %Y", "short": "%-d %b %Y", "iso": "%Y-%m-%d"}
_SHOWN = 60
_WIDEST_OFFSET = timedelta(hours=15)  # More than any zone differs from UTC.
_AHEAD = timedelta(days=1)  # Where it is tomorrow already, somebody may publish now.


def parse_time(text: str) -> datetime:
    """Return the instant that a user writes in ISO 8601, in UTC; a day without a time is its first instant.

    Raises:
        InputError: The text is not a date, or the date is before 1600 or after 9000.
    """
    try:
        found = datetime.fromisoformat(one_line(text))
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None or not EARLIEST <= found <= ANY_TIME:
        raise InputError(f"{one_line(text)[:_SHOWN]!r} is not a date; write it as 2017-09-01 or 2017-09-01T18:00")
    return found


def is_day(text: str) -> bool:
    """Return whether a text that `parse_time` accepts names a day without a time."""
    return len(one_line(text)) <= len("2017-09-01")


def parse_period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Return the first instant of a period and the instant at which it ends (exclusive); None is an open end.

    Args:
        since: A day or an instant: the period begins with it.
        until: A day, all of which belongs to the period, or an instant, which does not.

    Raises:
        InputError: One of them is not a date.
    """
    start = parse_time(since) if since is not None else None
    end = parse_time(until) if until is not None else None
    # People who write "until 7 September" expect the articles of the 7th.
    return start, end + timedelta(days=1) if end and until and is_day(until) else end


def parse_published(text: str, now: datetime | None = None) -> datetime | None:
    """Return when an article was published, as somebody types it: a day, or a time with its zone. "" is None, not known.

    A day alone is its midnight in UTC, as in articles whose source states no time.

    Args:
        text: What was typed.
        now: The present.

    Raises:
        InputError: It is no date, has a time without a zone, or lies before 1600 or more than a day ahead.
    """
    typed = one_line(text)
    if not typed:
        return None
    found = parse_instant(typed, now=ANY_TIME)
    if found is None:
        raise InputError(f"{typed[:_SHOWN]!r} is not a date; write it as 2017-09-01 or 2017-09-01 18:00+02:00")
    if found.time() != time() and not has_zone(typed):
        raise InputError(f"{typed[:_SHOWN]!r} has no zone; write it as 2017-09-01 18:00+02:00, or the day alone")
    if found > (now or datetime.now(UTC)) + _AHEAD:
        raise InputError(f"{typed[:_SHOWN]!r} lies in the future; write when the article was published")
    return found.replace(microsecond=0)


def format_published(date: datetime | None) -> str:
    """Return when an article was published so that `parse_published` reads the same: "2017-09-01 18:00+02:00", a day or ""."""
    if date is None:
        return ""
    if is_border(date):
        return f"{date:%Y-%m-%d}"
    return date.isoformat(" ", "seconds" if date.second else "minutes").replace("+00:00", " UTC")


def is_within(published: datetime, since: datetime | None, until: datetime | None) -> bool:
    """Return whether an article lies in a period (`until` exclusive).

    A bound at midnight UTC is the border of a day, and the day of an article is the one that its outlet counts: that of
    31 December, 22:30 -08:00, is not of 1 January. Any other bound is an instant.
    """
    written = published.replace(tzinfo=UTC)
    after = since is None or (written if is_border(since) else published) >= since
    return after and (until is None or (written if is_border(until) else published) < until)


def widen(since: datetime | None, until: datetime | None) -> tuple[datetime | None, datetime | None]:
    """Return a period as instants between which every article of it lies, whatever the zone of its outlet."""
    if since and is_border(since):
        since = max(since, EARLIEST) - _WIDEST_OFFSET
    if until and is_border(until):
        until = min(until, ANY_TIME) + _WIDEST_OFFSET
    return since, until


def is_border(bound: datetime) -> bool:
    """Return whether a bound of a period is the border of a day and not an instant."""
    return not bound.utcoffset() and bound.time() == time()


def format_day(day: date | None, style: DayStyle = "long", unknown: str = "undated") -> str:
    """Return a day, or the day of an instant, as "7 September 2017", "7 Sep 2017" (short) or "2017-09-07" (iso).

    Args:
        day: The day; None gives `unknown`.
        style: How much room there is, and for whom.
        unknown: What to write for an unknown day.
    """
    return format(day, _PATTERNS[style]) if day else unknown
