"""The dates that a text names, as far as it names them, resolved against the day on which it was published."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from rag.text.dates.calendar_names import month_names, weekday_names

_TOKEN = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|\d\d?/\d\d?/\d{4}(?![\d/])|\d+(?:[.,:]\d+)*|[^\W\d_]+|[^\s\w]")
_JOINS = frozenset("of de du del di da the".split())
_RANGE = frozenset("- – — to and or bis und y et à e".split())
_ORDINAL = frozenset("st nd rd th er º ª".split())
_AMBIGUOUS = frozenset("may march mar sat sun mon dec jan august mai mars".split())
_BEFORE_A_MONTH = frozenset(
    "in of on by since until till last next this early late during and to from before after mid between through "
    "im seit bis en desde hasta depuis".split()
)
_QUARTERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_RELATIVE_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_STEPS = {"last": -1, "previous": -1, "this": 0, "next": 1, "following": 1}
_COUNTED = frozenset("million billion trillion people users percent dollars euros votes m bn".split())


@dataclass(frozen=True, slots=True)
class Moment:
    """Hold a date as far as a text gives it.

    Attributes:
        year: Or None.
        month: 1 to 12, or None.
        day: 1 to 31, or None.
        start: Offset of the first character as written.
        end: Offset behind the last.
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
        return _day(self.year, self.month, self.day)

    @property
    def relative(self) -> bool:
        """Tell whether it is counted from another day and was not resolved: "yesterday", "last year"."""
        return self.year is self.month is self.weekday is self.quarter is None

    def holds(self, other: "Moment") -> bool:
        """Tell whether this moment of a text gives everything that another of a claim says."""
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
        text: Any text. Words such as "yesterday" are read in English, months and weekdays in its language too.
        published: The day it was published: gives "22 March" its year, and "Monday" and "last week" their date.
        language: ISO 639-1 code.
    """
    found = sorted(_DateReader(text, language).read(), key=lambda moment: moment.start)
    return tuple(_resolve(moment, text, published) if published else moment for moment in found)


class _DateReader:
    """Read the dates of one text from its tokens."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.spans = [m.span() for m in _TOKEN.finditer(text)]
        self.tokens = [text[a:b] for a, b in self.spans]
        self.months = {**month_names(), **month_names(language)}
        self.days = {**weekday_names(), **weekday_names(language)}
        self.taken: set[int] = set()

    def low(self, i: int) -> str:
        return self.tokens[i].casefold() if 0 <= i < len(self.tokens) else ""

    def read(self) -> Iterator[Moment]:
        for read in (self._whole, self._month, self._quarter, self._year, self._word):
            for i in range(len(self.tokens)):
                if i not in self.taken:
                    yield from read(i)

    def _moment(self, first: int, last: int, **parts: int | None) -> Moment:
        self.taken.update(range(first, last + 1))
        given = {"year": None, "month": None, "day": None} | parts
        return Moment(start=self.spans[first][0], end=self.spans[last][1], **given)  # type: ignore[arg-type]

    def _whole(self, i: int) -> Iterator[Moment]:
        """Read "2015-12-03", "3.12.2015" and "25/12/2017"; of "7/9/2017", July or September, only the year."""
        token = self.tokens[i]
        if slashed := read_slashed(token):
            first, last = slashed
            known = {"month": first.month, "day": first.day} if first == last else {}
            yield self._moment(i, i, year=first.year, **known)
            return
        parts = token.split("-") if token.count("-") == 2 else token.split(".")[::-1] if token.count(".") == 2 else []
        if len(parts) == 3 and all(part.isdecimal() for part in parts) and len(parts[0]) == 4:
            year, month, day = map(int, parts)
            if _day(year, month, day):
                yield self._moment(i, i, year=year, month=month, day=day)

    def _month(self, i: int) -> Iterator[Moment]:
        month = self.months.get(self.low(i))
        if month is None or not self.tokens[i][0].isalpha():
            return
        behind = i + 1 + (self.low(i + 1) == "." and len(self.tokens[i]) < 5)
        day, first = self._day_before(i)
        last = behind - 1
        if day is None:
            day, behind = self._day_behind(behind)
            last = behind - 1 if day else last
        year, last = self._year_behind(behind, last)
        if day is None and year is None and not self._alone(i):
            return
        if day is not None and first < i:
            yield from self._further_days(first, month, year)
        yield self._moment(first, last, year=year, month=month, day=day)

    def _day_before(self, i: int) -> tuple[int | None, int]:
        j = i - 1
        while self.low(j) in _JOINS or self.low(j) == ".":
            j -= 1
        j -= self.low(j) in _ORDINAL
        day = self._number(j, 31)
        return (day, j) if day and i - j <= 3 else (None, i)

    def _day_behind(self, j: int) -> tuple[int | None, int]:
        day = self._number(j, 31)
        if day is None or self.low(j + 1) in _COUNTED:
            return None, j
        return day, j + 1 + (self.low(j + 1) in _ORDINAL)

    def _year_behind(self, j: int, last: int) -> tuple[int | None, int]:
        while self.low(j) in {",", *_JOINS}:
            j += 1
        year = self._year_at(j)
        return (year, j) if year else (None, last)

    def _further_days(self, first: int, month: int, year: int | None) -> Iterator[Moment]:
        """Read the 16 of "16 to 18 December"."""
        j = first - 1
        if self.low(j) in _RANGE:
            j -= 1
            j -= self.low(j) in _ORDINAL
            day = self._number(j, 31)
            if day:
                yield self._moment(j, j, year=year, month=month, day=day)

    def _alone(self, i: int) -> bool:
        """Tell whether a month without day and year is one: "May" may be a name, "march" a verb."""
        before = self.low(i - 1) if self.low(i - 1) != "-" else self.low(i - 2)
        if self.low(i) in _AMBIGUOUS or len(self.tokens[i]) < 5:
            return before in _BEFORE_A_MONTH and self.tokens[i][0].isupper()
        return self.tokens[i][0].isupper() and i > 0

    def _quarter(self, i: int) -> Iterator[Moment]:
        """Read "the third quarter of 2021", "Q3 2021"."""
        number = _QUARTERS.get(self.low(i) + (self.low(i + 1) if self.low(i).isdigit() else ""))
        at = i + 1 + self.low(i).isdigit()
        if number and self.low(at) == "quarter":
            year, last = self._year_behind(at + 1, at)
            yield self._moment(i, last, year=year, quarter=number)
        elif self.tokens[i] == "Q" and self.spans[i][1] == self.spans[min(i + 1, len(self.spans) - 1)][0]:
            number = self._number(i + 1, 4)
            if number:
                year, last = self._year_behind(i + 2, i + 1)
                yield self._moment(i, last, year=year, quarter=number)

    def _year(self, i: int) -> Iterator[Moment]:
        year = self._year_at(i)
        sign = self.text[self.spans[i][0] - 1 : self.spans[i][0]]
        if year and sign not in {"$", "€", "£", "¥", ".", ","} and not (sign.isalpha() and sign.isascii()):
            yield self._moment(i, i, year=year)

    def _year_at(self, i: int) -> int | None:
        if not 0 <= i < len(self.tokens):
            return None
        token, behind = self.tokens[i], self.text[self.spans[i][1] : self.spans[i][1] + 1]
        year = int(token) if len(token) == 4 and token.isdecimal() else 0
        joined = (behind.isalpha() and behind.isascii()) or behind in {"%"}
        return year if 1800 <= year < 2100 and not joined and self.low(i + 1) not in _COUNTED else None

    def _word(self, i: int) -> Iterator[Moment]:
        low = self.low(i)
        if low in self.days and self.tokens[i][0].isalpha():
            yield self._moment(i, i, weekday=self.days[low])
        elif low in _RELATIVE_DAYS and (self.tokens[i][0].islower() or i == 0):
            yield self._moment(i, i)
        elif low in _STEPS and self.low(i + 1) in {"week", "month", "year"}:
            yield self._moment(i, i + 1)

    def _number(self, i: int, most: int) -> int | None:
        token = self.tokens[i] if 0 <= i < len(self.tokens) else ""
        return int(token) if token.isdecimal() and len(token) < 3 and 1 <= int(token) <= most else None


def _resolve(moment: Moment, text: str, published: date) -> Moment:
    if moment.relative:
        return _relative(moment, text[moment.start : moment.end].casefold().split(), published)
    if moment.weekday is not None:
        return _on(moment, published - timedelta((published.weekday() - moment.weekday) % 7))
    if moment.month is not None and moment.year is None:
        return replace(moment, year=_nearest_year(moment.month, published), implied=True)
    return moment


def _nearest_year(month: int, published: date) -> int:
    """Return the year in which a month without one lies nearest, the past preferred (news looks back)."""
    ahead = month - published.month
    if ahead > 6:
        return published.year - 1
    return published.year + (ahead < -9)


def _relative(moment: Moment, words: list[str], published: date) -> Moment:
    step = _STEPS.get(words[0], 0)
    if words[-1] == "week":
        monday = published - timedelta(published.weekday()) + timedelta(7 * step)
        return replace(_on(moment, monday), until=monday + timedelta(6))
    if words[-1] == "month":
        count = published.year * 12 + published.month - 1 + step
        return replace(moment, year=count // 12, month=count % 12 + 1)
    if words[-1] == "year":
        return replace(moment, year=published.year + step)
    return _on(moment, published + timedelta(_RELATIVE_DAYS.get(words[0], 0)))


def _on(moment: Moment, day: date) -> Moment:
    return replace(moment, year=day.year, month=day.month, day=day.day, implied=True)


def read_slashed(written: str) -> tuple[date, date] | None:
    """Return the earlier and the later reading of "7/9/2017", the same day twice where only one exists, or None."""
    parts = written.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    one, other, year = map(int, parts)
    days = [day for month, number in ((one, other), (other, one)) if (day := _day(year, month, number))]
    return (min(days), max(days)) if days else None


def _day(year: int | None, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month, day) if year and month and day else None
    except ValueError:
        return None
