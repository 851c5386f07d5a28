"""Spans of the calendar, in UTC: what "March 2018", "Q3 2021", "last week" or "the 1990s" cover."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rag.text.dates.written_dates import WrittenDate

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month in which a season begins, in the northern hemisphere and by whole months."""


_PARTS = {
    "early": (0, 2), "mid": (2, 4), "late": (4, 6), "end": (5, 6), "start": (0, 1),
    "1 half": (0, 3), "2 half": (3, 6), "last half": (3, 6),
}  # fmt: skip
"""Sixths of a span: from the one, before the other."""


@dataclass(frozen=True, slots=True)
class Span:
    """Hold a stretch of time: from `since` on, before `until`; either end may be open (None)."""

    since: datetime | None
    until: datetime | None


def make_day_span(year: int, month: int, number: int) -> Span | None:
    """Return one day, or None if the calendar has no such day."""
    try:
        start = datetime(year, month, number, tzinfo=UTC)
        return Span(start, start + timedelta(1))
    except (ValueError, OverflowError):
        return None


def make_months_span(year: int, month: int, count: int = 1) -> Span | None:
    """Return `count` months from one on; `month` may run over or under the year. None outside the years 1 to 9998."""
    first, last = year * 12 + month - 1, year * 12 + month - 1 + count
    if first < 12 or last >= 9999 * 12:
        return None
    return Span(*(datetime(n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in (first, last)))


def make_season_span(name: str, year: int) -> Span | None:
    """Return the three months of a season; winter begins in December of the year that it is named after."""
    return make_months_span(year, _SEASONS[name], 3)


def intersect(span: Span | None, part: str) -> Span | None:
    """Return the early, middle or late third of a span; for "end" its last sixth, for "start" its first.

    A half is half of its days; the first week is its first seven days, the last week its last.
    """
    if span is None or span.since is None or span.until is None or not part:
        return span
    length = span.until - span.since
    number, _, unit = part.partition(" ")
    if unit == "week":
        since = span.until - timedelta(7) if number == "last" else span.since + timedelta(7 * (int(number) - 1))
        return Span(since, since + timedelta(7))
    low, high = _PARTS[part]
    return Span(_start_day(span.since + length * low / 6), _start_day(span.since + length * high / 6))


def _start_day(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


def make_current_span(unit: str, now: datetime, shift: int = 0) -> Span | None:
    """Return the day, week (from Monday), weekend, month, quarter, year or decade of `now`, moved by `shift`."""
    midnight = _start_day(now)
    try:
        if unit == "day":
            start = midnight + timedelta(shift)
            return Span(start, start + timedelta(1))
        if unit in {"week", "weekend"}:
            start = midnight + timedelta(7 * shift - now.weekday() + (5 if unit == "weekend" else 0))
            return Span(start, start + timedelta(2 if unit == "weekend" else 7))
    except OverflowError:
        return None
    if unit == "month":
        return make_months_span(now.year, now.month + shift)
    if unit == "quarter":
        return make_months_span(now.year, (now.month - 1) // 3 * 3 + 1 + 3 * shift, 3)
    if unit == "decade":
        return make_months_span((now.year // 10 + shift) * 10, 1, 120)
    return make_months_span(now.year + shift, 1, 12)


def count_back(count: int, unit: str, now: datetime) -> datetime | None:
    """Return the instant `count` hours, days, weeks, months or years before `now`, or None before the year 1."""
    try:
        if unit in {"month", "quarter", "year", "decade"}:
            total = now.year * 12 + now.month - 1 - count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
            first = datetime(total // 12, total % 12 + 1, 1, tzinfo=UTC)
            last = make_months_span(first.year, first.month)
            length = (last.until - first).days if last and last.until else 28
            # A month before 31 March lies the last day of February.
            return now.replace(year=first.year, month=first.month, day=min(now.day, length))
        hours = {"hour": 1, "day": 24, "week": 168, "weekend": 168}[unit]
        return now - timedelta(hours=count * hours)
    except (ValueError, OverflowError):
        return None


def make_weekday_span(weekday: int, now: datetime, previous: bool = False) -> Span | None:
    """Return the latest such weekday (0 for Monday) up to today; with `previous` the one before today."""
    gap = (now.weekday() - weekday) % 7
    return make_current_span("day", now, -(gap or (7 if previous else 0)))


def resolve_date(date: WrittenDate, now: datetime) -> Span | None:
    """Return what a written date covers, or None where the calendar has no such date.

    A date without a year is the latest that has begun at `now`; of "7/9/2017" all from the one reading to the other.
    """
    year, month, number = date.year or 0, date.month or 0, date.number or 0
    match date.form:
        case "day":
            span = make_day_span(year, month, date.day or 0) if year else _find_latest_day(month, date.day or 0, now)
        case "either_day":
            first, last = (make_day_span(day.year, day.month, day.day) for day in date.days or ())
            span = Span(first.since, last.until) if first and last else None
        case "month":
            span = make_months_span(year or now.year - (month > now.month), month)
        case "quarter":
            span = make_months_span(year, number * 3 - 2, 3)
        case "half":
            span = make_months_span(year, number * 6 - 5, 6)
        case "season":
            span = (
                make_season_span(date.season, year) if year else _find_latest_season(date.season, now, date.step == -1)
            )
        case "decade" | "year":
            span = make_months_span(year, 1, 120 if date.form == "decade" else 12)
        case "counted":
            # A weekend without "last" or "this" is the latest that has begun.
            step = -(now.weekday() < 5) if date.step is None else date.step
            span = make_current_span(date.unit, now, step)
        case "weekday":
            span = make_weekday_span(date.weekday or 0, now, previous=date.step == -1)
        case "past" | "ago":
            instant = count_back(number, date.unit, now)
            span = _make_past_span(instant, now, date) if instant else None
    return intersect(span, date.part)


def _find_latest_day(month: int, day: int, now: datetime) -> Span | None:
    spans = (make_day_span(now.year - back, month, day) for back in range(9))  # 29 February: up to 8 years.
    return next((span for span in spans if span and span.since and span.since <= now), None)


def _find_latest_season(name: str, now: datetime, ended: bool) -> Span | None:
    spans = (make_season_span(name, now.year - back) for back in range(3))
    past = [s for s in spans if s and s.since and s.until and (s.until if ended else s.since) <= now]
    return past[0] if past else None


def _make_past_span(instant: datetime, now: datetime, date: WrittenDate) -> Span | None:
    if date.form == "past":
        return Span(instant, now)
    return make_current_span("day" if date.unit == "hour" else date.unit, instant)
