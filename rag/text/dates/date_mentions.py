"""Resolve the dates of a text against the day on which it was published."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from rag.text.dates.written_dates import WrittenDate, find_written_dates, make_day


@dataclass(frozen=True, slots=True)
class Moment:
    """Hold a date as far as a text gives it.

    Attributes:
        year: Or None.
        month: 1 to 12, or None.
        day: 1 to 31, or None.
        start: Offset of the first character as written.
        end: End offset (exclusive).
        weekday: 0 for Monday to 6, or None when no weekday is named.
        until: For a stretch of days ("last week"): its last day; `year`, `month` and `day` are its first.
        implied: True where the year comes from the day of publication, not from the text.
        quarter: 1 to 4 for "the third quarter", or None.
    """

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int
    weekday: int | None = None
    until: date | None = None
    implied: bool = False
    quarter: int | None = None

    @property
    def as_date(self) -> date | None:
        """Return the day, or None if the text does not give a whole one (or one that does not exist)."""
        return make_day(self.year, self.month, self.day)

    @property
    def relative(self) -> bool:
        """Return whether it is counted from an unknown day: "yesterday", "last year"."""
        return self.year is self.month is self.weekday is self.quarter is None

    def holds(self, other: "Moment") -> bool:
        """Return whether this date of a text gives everything that the date of a claim says."""
        if other.quarter is not None:
            return self.quarter == other.quarter and other.year in {None, self.year}
        day = self.as_date
        if other.until and day and not self.until:
            first = other.as_date
            return bool(first and first <= day <= other.until)
        if other.weekday is not None and other.day is None:
            return self.weekday == other.weekday or bool(day and not self.until and day.weekday() == other.weekday)
        if self.until:
            return self.until == other.until or self._holds_all(other)
        return self._holds_all(other)

    def _holds_all(self, other: "Moment") -> bool:
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        if self.until and other.day is not None:
            return False
        if not any(said is not None for _, said in pairs):
            return False
        return all(said is None or said == given for given, said in pairs)


@lru_cache(maxsize=8192)
def find_moments(text: str, published: date | None = None, language: str = "en") -> tuple[Moment, ...]:
    """Return the dates of a text in order.

    Args:
        text: Any text. Months, weekdays and words such as "yesterday" are read in its language and in English.
        published: The day it was published: gives "22 March" its year, and "Monday" and "last week" their date.
        language: ISO 639-1 code.
    """
    found = (_make_moment(written, published) for written in find_written_dates(text, language))
    return tuple(moment for moment in found if moment)


def _make_moment(written: WrittenDate, published: date | None) -> Moment | None:
    """Return the calendar date of a text, or None for a form that no passage can be held to, as "years ago"."""
    if written.form in {"past", "ago", "decade"} or (written.form == "season" and not written.year):
        return None
    if written.form == "counted" and (written.unit not in {"day", "week", "month", "year"} or written.step is None):
        return None
    quarter = written.number if written.form == "quarter" else None
    moment = Moment(
        written.year, written.month, written.day, written.start, written.end, written.weekday, quarter=quarter
    )
    return _resolve(moment, written, published) if published else moment


def _resolve(moment: Moment, written: WrittenDate, published: date) -> Moment:
    if written.step is not None and written.form == "counted":
        return _count_from(moment, written.unit, written.step, published)
    if moment.weekday is not None:
        return _set_day(moment, published - timedelta((published.weekday() - moment.weekday) % 7))
    if moment.month is not None and moment.year is None:
        return replace(moment, year=_choose_nearest_year(moment.month, published), implied=True)
    return moment


def _choose_nearest_year(month: int, published: date) -> int:
    """Return the year in which a month without one lies nearest, the past preferred (news looks back)."""
    ahead = month - published.month
    if ahead > 6:
        return published.year - 1
    return published.year + (ahead < -9)


def _count_from(moment: Moment, unit: str, step: int, published: date) -> Moment:
    if unit == "week":
        monday = published - timedelta(published.weekday()) + timedelta(7 * step)
        return replace(_set_day(moment, monday), until=monday + timedelta(6))
    if unit == "month":
        count = published.year * 12 + published.month - 1 + step
        return replace(moment, year=count // 12, month=count % 12 + 1)
    if unit == "year":
        return replace(moment, year=published.year + step)
    return _set_day(moment, published + timedelta(step))


def _set_day(moment: Moment, day: date) -> Moment:
    return replace(moment, year=day.year, month=day.month, day=day.day, implied=True)
