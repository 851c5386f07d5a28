"""Read the dates of a text, as far as it gives them: one grammar for articles, answers and questions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from rag.text.dates.calendar_names import list_month_names, list_relative_phrases, list_weekday_names

Form = Literal[
    "day", "either_day", "month", "quarter", "half", "season", "decade", "year", "weekday", "counted", "past", "ago"
]

_TOKEN = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|\d\d?/\d\d?/\d{4}(?![\d/])|\d+(?:[.,:]\d+)*|[^\W\d_]+|[^\s\w]")
_JOINS = frozenset("of de du del di da the".split())
_RANGE = frozenset("- – — to till until through and or bis und y et à e".split())
_ORDINAL = frozenset("st nd rd th er º ª".split())
_AMBIGUOUS = frozenset("may march mar sat sun mon dec jan august mai mars".split())
_BEFORE_LOWER_CASE = frozenset(
    "in of since until till last before after during between from im seit bis en desde hasta depuis nel a".split()
)
_BEFORE_A_MONTH = _BEFORE_LOWER_CASE | frozenset("on by next this early late and to mid through".split())
_QUARTERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_RELATIVE_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_STEPS = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "following": 1}
_PARTS_OF_A_DAY = frozenset("morning afternoon evening night".split())
_UNITS = frozenset("day week weekend month quarter year decade".split())
_SEASONS = frozenset("spring summer autumn fall winter".split())
_PARTS = {
    "early": "early", "mid": "mid", "middle": "mid", "late": "late",
    "end": "end", "start": "start", "beginning": "start", "turn": "start",
}  # fmt: skip
_ADJECTIVES = frozenset(("early", "mid", "late"))
_COUNTED = frozenset("million billion trillion people users percent dollars euros votes m bn %".split())
_NUMBERS = {
    word: n for n, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3}


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """Hold a date as a text writes it; what it leaves out is None.

    Attributes:
        form: What kind of date it is; "counted" is a unit counted from now ("yesterday", "last week").
        lead: Offset of the first character with what narrows it: "the end of", "last", "earlier".
        start: Offset of the first character of the date itself.
        end: End offset (exclusive).
        year: The year; the first one of a decade.
        month: 1 to 12.
        day: 1 to 31.
        weekday: 0 for Monday to 6.
        number: Of a quarter (1 to 4), of a half (1, 2), or how many units ("three" of "three days ago").
        days: The two readings of "7/9/2017", the earlier first.
        part: "early", "mid", "late", "start" or "end" of it, "1 week" to "4 week", "last week", "1 half", or "".
        season: "spring", "summer", "autumn", "fall" or "winter", or "".
        unit: What is counted, "" where nothing is.
        step: How many units from now: -1 for "last", 0 for "this".
        before: The word before `lead`, in lower case.
    """

    form: Form
    lead: int
    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    number: int | None = None
    days: tuple[date, date] | None = None
    part: str = ""
    season: str = ""
    unit: str = ""
    step: int | None = None
    before: str = ""


@lru_cache(maxsize=8192)
def find_written_dates(text: str, language: str = "en", bare: bool = False) -> tuple[WrittenDate, ...]:
    """Return the dates of a text in order; none overlaps another.

    Args:
        text: Any text. Months, weekdays and words such as "yesterday" are read in its language and in English.
        language: ISO 639-1 code.
        bare: Read the text as if "in" stood before it, so that "May" at its beginning is a month.
    """
    return tuple(sorted(_DateReader(text, language, bare).read(), key=lambda found: found.start))


class _DateReader:
    """Read the dates of one text from its tokens."""

    def __init__(self, text: str, language: str, bare: bool) -> None:
        self.text = text
        self.before_text = "in" if bare else ""
        self.spans = [m.span() for m in _TOKEN.finditer(text)]
        self.tokens = [text[a:b] for a, b in self.spans]
        self.folded = [token.casefold().replace("’", "'") for token in self.tokens]
        self.months = {**list_month_names(), **list_month_names(language)}
        self.days = {**list_weekday_names(), **list_weekday_names(language)}
        self.phrases = list_relative_phrases(language)
        self.taken: set[int] = set()

    def low(self, i: int) -> str:
        if i == -1:
            return self.before_text
        return self.folded[i] if 0 <= i < len(self.folded) else ""

    def read(self) -> Iterator[WrittenDate]:
        # The most exact form takes the words: a year that belongs to a day is not a date of its own.
        exact = (self._read_whole, self._read_month, self._read_quarter, self._read_season, self._read_decade)
        for read in (*exact, self._read_past, self._read_ago, self._read_counted, self._read_year, self._read_weekday):
            for i in range(len(self.tokens)):
                if i not in self.taken:
                    yield from read(i)

    def _take(self, form: Form, first: int, last: int, lead: int | None = None, **fields: Any) -> WrittenDate:
        lead = first if lead is None else lead
        self.taken.update(range(lead, last + 1))
        start, end = self.spans[first][0], self.spans[last][1]
        return WrittenDate(form, self.spans[lead][0], start, end, before=self.low(lead - 1), **fields)

    def _are_adjoined(self, i: int, j: int) -> bool:
        """Return whether two tokens adjoin without a space."""
        return j < len(self.spans) and self.spans[i][1] == self.spans[j][0]

    def _read_whole(self, i: int) -> Iterator[WrittenDate]:
        """Read "2015-12-03", with a time or without, "3.12.2015" and "25/12/2017"."""
        token = self.tokens[i]
        if slashed := _read_slashed(token):
            first, last = slashed
            if first == last:
                yield self._take("day", i, i, year=first.year, month=first.month, day=first.day)
            else:
                yield self._take("either_day", i, i, year=first.year, days=slashed)
            return
        parts = token.split("-") if token.count("-") == 2 else token.split(".")[::-1] if token.count(".") == 2 else []
        if len(parts) == 3 and all(part.isdecimal() for part in parts) and len(parts[0]) == 4:
            year, month, day = map(int, parts)
            if make_day(year, month, day):
                yield self._take("day", i, self._find_end_of_time(i), year=year, month=month, day=day)

    def _find_end_of_time(self, i: int) -> int:
        """Return the last token of a day with the time after it, as ISO 8601 writes it."""
        last = i + (self.low(i + 1) == "t" and self._are_adjoined(i, i + 1))
        if self.low(last + 1).count(":") not in {1, 2}:
            return i
        last += 1
        while self._are_adjoined(last, last + 1) and (
            self.low(last + 1) in {"z", "+", "-"} or self.low(last) in {"+", "-"}
        ):
            last += 1
        return last

    def _read_month(self, i: int) -> Iterator[WrittenDate]:
        month = self.months.get(self.low(i))
        if month is None or not self.tokens[i][0].isalpha():
            return
        after = i + 1 + (self.low(i + 1) == "." and len(self.tokens[i]) < 5)
        day, first = self._read_day_before(i)
        last = after - 1
        if day is None:
            day, after = self._read_day_after(after)
            last = after - 1 if day else last
        year, last = self._read_year_after(after, last)
        if day is None and year is None and not self._is_month(i):
            return
        if day is not None and first < i:
            yield from self._read_first_day(first, month, year)
        part, lead = ("", first) if day else self._read_part_before(first)
        yield self._take("day" if day else "month", first, last, lead, year=year, month=month, day=day, part=part)

    def _read_day_before(self, i: int) -> tuple[int | None, int]:
        j = i - 1
        while self.low(j) in _JOINS or self.low(j) == ".":
            j -= 1
        j -= self.low(j) in _ORDINAL
        day = self._read_number(j, 31)
        return (day, j) if day and i - j <= 3 else (None, i)

    def _read_day_after(self, j: int) -> tuple[int | None, int]:
        j += self.low(j) == "the"
        day = self._read_number(j, 31)
        if day is None or self.low(j + 1) in _COUNTED:
            return None, j
        return day, j + 1 + (self.low(j + 1) in _ORDINAL)

    def _read_year_after(self, j: int, last: int) -> tuple[int | None, int]:
        while self.low(j) in {",", *_JOINS}:
            j += 1
        year = self._read_year_at(j)
        return (year, j) if year else (None, last)

    def _read_first_day(self, first: int, month: int, year: int | None) -> Iterator[WrittenDate]:
        """Read the 16 of "16 to 18 December"."""
        j = first - 1
        j -= self.low(j) == "the"
        if self.low(j) in _RANGE:
            j -= 1
            j -= self.low(j) in _ORDINAL
            day = self._read_number(j, 31)
            if day:
                yield self._take("day", j, j, year=year, month=month, day=day)

    def _is_month(self, i: int) -> bool:
        """Return whether a month without day and year is one: "May" may be a name, "march" a verb."""
        before = self.low(i - 1) if self.low(i - 1) != "-" else self.low(i - 2)
        if not self.tokens[i][0].isupper():
            return before in _BEFORE_LOWER_CASE
        if self.low(i) in _AMBIGUOUS or len(self.tokens[i]) < 5:
            return before in _BEFORE_A_MONTH
        return i > 0

    def _read_part_before(self, i: int) -> tuple[str, int]:
        """Return the part of "the end of", "mid-" or "late in" before a date, and the token where it begins."""
        j, linked = i - 1, False
        while (word := self.low(j)) in {"of", "in", "the", "-"}:
            linked |= word == "of"
            j -= 1
        part, first = self._read_counted_part(j) if j < i - 1 else ("", i)
        if word in _PARTS and (linked or word in _ADJECTIVES):  # "Did it end in 2021?" names no part.
            part, first = _PARTS[word], j - (self.low(j - 1) == "very")
        return part, first - (self.low(first - 1) == "the") if part else i

    def _read_counted_part(self, i: int) -> tuple[str, int]:
        """Return "first week" or "last half" of "the first week of" that ends with a token, and where it begins."""
        unit, first = self.low(i), i - 1 - (self.low(i - 1) in _ORDINAL)
        number = "".join(self.folded[max(first, 0) : i])
        most = {"week": 4, "half": 2}.get(unit, 0)
        if not (number == "last" and most) and not 1 <= _QUARTERS.get(number, 0) <= most:
            return "", i
        return f"{_QUARTERS.get(number, 'last')} {unit}", first

    def _read_quarter(self, i: int) -> Iterator[WrittenDate]:
        """Read "the third quarter of 2021", "Q3 2021", "the first half of 2021"."""
        at = i + 1 + self.low(i).isdigit()
        number = _QUARTERS.get(self.low(i) + (self.low(i + 1) if self.low(i).isdigit() else ""))
        unit = self.low(at)
        if self.low(i) == "q" and self._are_adjoined(i, i + 1):
            number, unit, at = self._read_number(i + 1, 4), "quarter", i + 1
        elif self.low(i) == "last":
            number = {"quarter": 4, "half": 2}.get(unit)
        if not number or unit not in {"quarter", "half"}:
            return
        year, last = self._read_year_after(at + 1, at)
        if unit == "half" and year and number <= 2:
            yield self._take("half", i, last, year=year, number=number)
        elif unit == "quarter" and (year or self.tokens[i] == "Q" or self.low(i) not in {"q", "last"}):
            yield self._take("quarter", i, last, year=year, number=number)

    def _read_season(self, i: int) -> Iterator[WrittenDate]:
        season = self.low(i)
        if season not in _SEASONS:
            return
        year, last = self._read_year_after(i + 1, i)
        step = _STEPS.get(self.low(i - 1))
        if year:
            yield self._take("season", i, last, year=year, season=season)
        elif step is not None and step < 1:
            yield self._take("season", i, i, i - 1, season=season, step=step)

    def _read_decade(self, i: int) -> Iterator[WrittenDate]:
        """Read "the 1990s", "the late 1990's"."""
        token = self.tokens[i]
        last = i + 1 + (self.low(i + 1) == "'")
        joined = self._are_adjoined(i, i + 1) and self._are_adjoined(last - 1, last) and self.low(last) == "s"
        if joined and len(token) == 4 and token.isdecimal() and token[-1] == "0" and 1800 <= int(token) < 2100:
            part, lead = self._read_part_before(i)
            yield self._take("decade", i, last, lead, year=int(token), part=part)

    def _read_year(self, i: int) -> Iterator[WrittenDate]:
        year = self._read_year_at(i)
        if not year:
            return
        part, lead = self._read_part_before(i)
        at = self.spans[i][0]
        sign, before = self.text[at - 1 : at], self.text[at - 2 : at - 1]
        compound = sign == "-" and before.isalpha() and not part
        if not compound and not (sign and sign in "$€£¥.,:/") and not (sign.isalpha() and sign.isascii()):
            yield self._take("year", i, i, lead, year=year, part=part)

    def _read_year_at(self, i: int) -> int | None:
        if not 0 <= i < len(self.tokens):
            return None
        token, after = self.tokens[i], self.text[self.spans[i][1] : self.spans[i][1] + 1]
        year = int(token) if len(token) == 4 and token.isdecimal() else 0
        joined = after == "-" and self._are_adjoined(i + 1, i + 2) and self.tokens[i + 2][0].isalpha()
        joined = joined or (after.isalpha() and after.isascii()) or after == "%"
        return year if 1800 <= year < 2100 and not joined and self.low(i + 1) not in _COUNTED else None

    def _read_past(self, i: int) -> Iterator[WrittenDate]:
        """Read "the past three days", "the last two years", "the past week"."""
        if self.low(i) not in {"past", "last", "previous", "recent"}:
            return
        for size in (3, 2, 1):
            count, unit = self._read_count(i + 1, size), self.low(i + 1 + size).removesuffix("s")
            if count is not None and unit in {*_UNITS, "hour"}:
                yield self._take("past", i, i + 1 + size, number=count, unit=unit)
                return
        unit = self.low(i + 1)
        ends = self.low(i - 1) == "the" or self.low(i + 2) in {"", "?", ".", ","}
        if self.low(i) == "past" and unit in {*_UNITS, "hour"} and ends:
            yield self._take("past", i, i + 1, number=1, unit=unit)

    def _read_ago(self, i: int) -> Iterator[WrittenDate]:
        """Read "two years ago"."""
        unit = self.low(i - 1).removesuffix("s")
        if self.low(i) != "ago" or unit not in {*_UNITS, "hour"}:
            return
        for size in (3, 2, 1):
            count = self._read_count(i - 1 - size, size)
            if count is not None:
                yield self._take("ago", i - 1 - size, i, number=count, unit=unit)
                return

    def _read_count(self, first: int, size: int) -> int | None:
        words = " ".join(self.low(j) for j in range(first, first + size))
        return int(words) if words.isdecimal() and len(words) <= 3 else _NUMBERS.get(words)

    def _read_counted(self, i: int) -> Iterator[WrittenDate]:
        """Read "yesterday", "this morning", "earlier this month", "late last year", "at the weekend", "letzte Woche"."""
        low, unit = self.low(i), self.low(i + 1)
        if found := next((phrase for phrase in self.phrases.get(low, ()) if self._has_phrase(i, phrase[0])), None):
            yield self._take("counted", i, i + len(found[0]) - 1, unit=found[1], step=found[2])
        elif low in _RELATIVE_DAYS and (self.tokens[i][0].islower() or i == 0):
            yield self._take_relative_day(i)
        elif low in _STEPS and unit in _UNITS:
            part, lead = self._read_part_before(i)
            lead -= self.low(i - 1) in {"earlier", "later"}
            yield self._take("counted", i, i + 1, lead, unit=unit, step=_STEPS[low], part=part)
        elif low in {"this", "last"} and unit in _PARTS_OF_A_DAY and (low == "this" or unit == "night"):
            yield self._take("counted", i, i + 1, unit="day", step=_STEPS[low])
        elif low == "weekend" and self.low(i - 1) == "the" and self.low(i - 2) in {"at", "on", "over", "during"}:
            yield self._take("counted", i, i, unit="weekend")

    def _has_phrase(self, i: int, phrase: tuple[str, ...]) -> bool:
        return tuple(self.folded[i : i + len(phrase)]) == phrase

    def _take_relative_day(self, i: int) -> WrittenDate:
        step = _RELATIVE_DAYS[self.low(i)]
        if self.low(i) == "yesterday" and self._has_phrase(max(i - 2, 0), ("day", "before", "yesterday")):
            return self._take("counted", i - 2, i, i - 2 - (self.low(i - 3) == "the"), unit="day", step=step - 1)
        return self._take("counted", i, i, unit="day", step=step)

    def _read_weekday(self, i: int) -> Iterator[WrittenDate]:
        if self.low(i) in self.days and self.tokens[i][0].isalpha():
            step = _STEPS.get(self.low(i - 1))
            yield self._take("weekday", i, i, i - (step is not None), weekday=self.days[self.low(i)], step=step)

    def _read_number(self, i: int, most: int) -> int | None:
        token = self.tokens[i] if 0 <= i < len(self.tokens) else ""
        return int(token) if token.isdecimal() and len(token) < 3 and 1 <= int(token) <= most else None


def _read_slashed(written: str) -> tuple[date, date] | None:
    """Return the earlier and the later reading of "7/9/2017", the same day twice where only one exists, or None."""
    parts = written.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    one, other, year = map(int, parts)
    days = [day for month, number in ((one, other), (other, one)) if (day := make_day(year, month, number))]
    return (min(days), max(days)) if days else None


def make_day(year: int | None, month: int | None, day: int | None) -> date | None:
    """Return the day, or None where a part is missing or the calendar has no such day."""
    try:
        return date(year, month, day) if year and month and day else None
    except ValueError:
        return None
