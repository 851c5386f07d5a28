"""Counts over time as bars of equal periods: days, months, quarters or years, whichever gives a readable number."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MOST_BARS = 72
"""The most bars that can still be distinguished on a phone."""

MOST_NAMED = 400
"""The most bars where somebody asks for a certain period."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Hold one period.

    Attributes:
        first: Its first day.
        last: Its last day.
        count: What falls into it.
        label: Its name in full, "September 2017".
        short: Its name where there is little room.
    """

    first: date
    last: date
    count: int
    label: str
    short: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Hold a length of periods: which one a day falls into, and what that is called.

    Attributes:
        start: Returns the first day of the period of a day.
        label: Writes a period by its first day.
        short: Writes it where there is little room.
        longest: No period of the unit has more days.
    """

    start: Callable[[date], date]
    label: Callable[[date], str]
    short: Callable[[date], str]
    longest: int


def _decade_spans(years: int) -> Unit:
    def name(day: date) -> str:
        return f"{day.year}–{day.year - day.year % years + years - 1}"

    return Unit(lambda day: date(max(1, day.year - day.year % years), 1, 1), name, name, 366 * years)


UNITS = (
    Unit(lambda day: day, lambda day: f"{day:%-d %B %Y}", lambda day: f"{day:%-d %b %Y}", 1),
    Unit(lambda day: day.replace(day=1), lambda day: f"{day:%B %Y}", lambda day: f"{day:%b %Y}", 31),
    Unit(
        lambda day: date(day.year, day.month - (day.month - 1) % 3, 1),
        lambda day: f"{day:%B} to {day + timedelta(days=70):%B %Y}",
        lambda day: f"{day:%b %Y}",
        92,
    ),
    Unit(lambda day: date(day.year, 1, 1), lambda day: str(day.year), lambda day: str(day.year), 366),
    _decade_spans(10),
    _decade_spans(100),
    _decade_spans(1000),
)
"""The lengths of periods, the shortest first."""

_WEEK = Unit(
    lambda day: day - timedelta(days=day.weekday()) if day.toordinal() > day.weekday() else day,
    lambda day: f"week of {day:%-d %B %Y}",
    lambda day: f"{day:%-d %b %Y}",
    7,
)
NAMED: Mapping[str, tuple[Unit, ...]] = {
    "day": UNITS,
    "week": (_WEEK, *UNITS[1:]),
    "month": UNITS[1:],
    "quarter": UNITS[2:],
    "year": UNITS[3:],
}
"""The lengths that a period of some name is counted by: its own, and longer ones where that gives too many."""


def count_periods(days: Mapping[date, int], most: int = MOST_BARS, name: str = "") -> list[Bar]:
    """Return the counts by period from the first to the last, empty ones too, in the shortest unit that fits.

    Args:
        days: Counts by day.
        most: The most bars.
        name: "day", "week", "month", "quarter" or "year": no shorter unit than that.
    """
    if not days:
        return []
    first, last = min(days), max(days)
    for unit in NAMED.get(name, UNITS):
        # Counted only up to one too many: days from year 1 on would be 700,000.
        starts = list(_period_starts(unit, first, last, most))
        if len(starts) <= most:
            break
    counts = dict.fromkeys(starts, 0)
    for day, count in days.items():
        counts[unit.start(day)] = counts.get(unit.start(day), 0) + count
    return [
        Bar(start, _next_start(unit, start) - timedelta(days=1), count, unit.label(start), unit.short(start))
        for start, count in sorted(counts.items())
    ]


def _period_starts(unit: Unit, first: date, last: date, most: int) -> Iterator[date]:
    """Yield where the periods begin; one more than `most` where there are too many."""
    at = unit.start(first)
    for _ in range(most + 1):
        yield at
        at = _next_start(unit, at)
        if at > last or at == date.max:
            return


def _next_start(unit: Unit, start: date) -> date:
    """Return the first day of the next period, or the end of the calendar."""
    try:
        return unit.start(start + timedelta(days=unit.longest))
    except OverflowError:
        return date.max
