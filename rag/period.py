"""The time that a question names, and whether it means when something was published or when something happened."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rag import calendar
from rag.calendar import NUMBERS, Span

Bound = Literal["in", "since", "after", "before", "until", "as_of"]


@dataclass(frozen=True, slots=True)
class Period:
    """Hold a stretch of time that a question names.

    Attributes:
        since: Its first instant (UTC), or None if it has no beginning.
        until: The instant behind it (UTC, exclusive), or None if it has no end.
        start: Offset of its first character in the question, preposition included.
        end: Offset behind its last character.
        said: The words.
        published: True if it says when articles were published, so that it may narrow the search; False if it is part
            of what is asked about, which may have been told later.
        relative: True if it is counted from now ("last week").
    """

    since: datetime | None
    until: datetime | None
    start: int
    end: int
    said: str
    published: bool
    relative: bool = False


_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)(?![\d%]|[.,:]\d)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_PART = (
    r"(?:(?:the\s+)?(?P<part>early|mid(?:dle)?|late|(?:very\s+)?end|start|beginning|turn)(?:\s+of|-|\s)\s*(?:in\s+)?)?"
)
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?P<unit>hour|day|week|weekend|month|quarter|year|decade)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(calendar.WEEKDAYS)})"

# The forms of a date, the most exact first; each match is one span.
_FORMS: tuple[tuple[str, str], ...] = (
    ("iso", r"(?P<year>(?:1[89]|20)\d\d)-(?P<number>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
            r"(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"),
    ("day", rf"{_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?(?!\w)"),
    ("day", rf"{_MONTH}\s+(?:the\s+)?{_DAY}(?![\d%]|[.,:]\d|\s*(?:million|billion|percent))(?:,?\s+{_YEAR})?(?!\w)"),
    ("month", rf"{_PART}{_MONTH}(?:\s+of)?,?\s+{_YEAR}"),
    ("quarter", rf"(?:the\s+)?(?:q(?P<quarter>[1-4])|(?P<ordinal>first|second|third|fourth|last)\s+(?P<piece>quarter|half))"
                rf"(?:\s+of)?,?\s+{_YEAR}"),
    ("season", rf"(?:the\s+)?(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?,?\s+{_YEAR}"),
    ("season", r"(?P<which>last|this)\s+(?P<season>spring|summer|autumn|fall|winter)\b"),
    ("decade", rf"{_PART}(?:the\s+)?(?:{_PART.replace('part', 'part2')})?(?P<decade>(?:1[89]|20)\d)0['’]?s\b"),
    ("relative", r"(?P<word>(?:the\s+day\s+before\s+)?yesterday|today|tonight|this\s+(?:morning|afternoon|evening))\b"),
    ("calendar", rf"(?P<which>last|this|previous|current)\s+{_UNIT}\b(?!s)"),
    ("past", rf"(?:the\s+)?(?:past|last|previous|recent)\s+{_COUNT}\s+{_UNIT}s?\b"),
    ("past", rf"the\s+past\s+{_UNIT}\b|past\s+{_UNIT.replace('unit', 'unit2')}\b(?=\s*[?.,]|\s*$)"),
    ("ago", rf"{_COUNT}\s+{_UNIT}s?\s+ago\b"),
    ("weekday", rf"(?:(?P<which>last|this)\s+|on\s+){_WEEKDAY}\b"),
    ("weekday", rf"{_WEEKDAY}(?=['’]s\b)"),
    ("alone", rf"(?:(?<=\bin )|(?<=\bsince )|(?<=\buntil )|(?<=\bbefore )|(?<=\bafter )|(?<=\blast )|(?<=\bduring )|(?<=\bof )"
              rf"|(?<=\bbetween )|(?<=\bfrom )){_PART}{_MONTH}(?!\w)(?!\s+\d)"),
    ("year", rf"(?<![\w$€£¥.,:/-]){_PART}{_YEAR}(?!\w|-\w|\s*(?:million|billion|people|users|percent|dollars|euros|votes)\b)"),
)  # fmt: skip
_DATES = tuple((name, re.compile(rf"(?<![\w]){form}", re.IGNORECASE)) for name, form in _FORMS)
_ANY = re.compile(
    r"\d{4}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|day\b|\b(?:today|tonight|spring|summer|autumn|fall|winter)"
    r"|\b(?:hour|day|week|weekend|month|quarter|year|decade)s?\b|\bthis (?:morning|afternoon|evening)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:,?\s*(?:to|until|till|through|and)|[-–—])\s*", re.IGNORECASE)
_OPENING = re.compile(r"\b(?P<word>between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_BARE_RANGE = re.compile(
    rf"\b(?:between|from)\s+(?P<first>(?:\d{{1,2}}\s+)?(?:{_MONTH[10:-1]})|\d{{1,2}})(?:st|nd|rd|th)?"
    r"\s*(?:to|until|till|through|and|[-–—])\s*$",
    re.IGNORECASE,
)
_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = tuple(
    (bound, re.compile(rf"(?:{words})\s+(?:the\s+)?$", re.IGNORECASE))
    for bound, words in (
        ("as_of", r"\bas\s+(?:things\s+)?(?:stood\s+|stand\s+|known\s+)?(?:of|in|on|at)|\bwhat\s+was\s+known\s+(?:by|in|on|at)"
                  r"|\bit\s+is(?:\s+now)?|\bas\s+at"),
        ("since", r"\b(?:since|starting(?:\s+(?:in|on|from))?|beginning\s+(?:in|on)|from)"),
        ("after", r"\b(?:after|later\s+than|following)"),
        ("before", r"\b(?:before|prior\s+to|earlier\s+than|ahead\s+of|preceding)"),
        ("until", r"\b(?:until|till|up\s+(?:to|until)|through|by|no\s+later\s+than)"),
        ("in", r"\b(?:in|on|of|at|during|over|within|for|throughout|dated?)"),
    )
)  # fmt: skip
_ONWARDS = re.compile(r"\s+(?:on|onwards?|and\s+(?:after|later|since))\b", re.IGNORECASE)
_ABOUT_ARTICLES = re.compile(
    r"\b(?:publish(?:ed|es)?|posted|appear(?:ed|ing)|dated|filed|written|released\s+its\s+report|ran|printed)\s+(?:\w+\s+){0,2}$"
    r"|\b(?:articles?|stories|story|reports?|news|coverage|headlines?|posts?|pieces?|edition|issue)\s+"
    r"(?:(?:published|from|of|dated|out|in|on)\s+)?$",
    re.IGNORECASE,
)
_ARTICLES_BEHIND = re.compile(
    r"^(?:['’]s)?,?\s+(?:(?!and\b)[\w'’]+\s+){0,2}(?:articles?|stories|story|reports?|news|coverage|headlines?|posts?|piece|edition|issue)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\breported\s+(?:in\s+|on\s+|by\s+[\w\s.]{1,30}\s+(?:in|on)\s+)?$", re.IGNORECASE)
_RECENT = {"hour", "day", "week", "weekend", "month"}


def periods(text: str, now: datetime) -> list[Period]:
    """Return the times that a text names, in order, each resolved against `now` (UTC).

    A date without a year is the latest such date that is not after `now`. Weeks begin on Monday; "the past three
    days" ends now; a season is one of the northern hemisphere.
    """
    if not _ANY.search(text):
        return []
    found = list(_dates(text, now))
    joined: list[Period] = []
    i = 0
    while i < len(found):
        pair = _range(text, found[i], found[i + 1]) if i + 1 < len(found) else None
        joined.append(pair or _bounded(text, found[i], now))
        i += 2 if pair else 1
    return joined


@dataclass(frozen=True, slots=True)
class _Date:
    span: Span
    start: int
    end: int
    form: str
    relative: bool
    unit: str = ""


def _dates(text: str, now: datetime) -> Iterator[_Date]:
    taken: list[_Date] = []
    for form, pattern in _DATES:
        for match in pattern.finditer(text):
            if any(d.start < match.end() and match.start() < d.end for d in taken):
                continue
            span = _READERS[form](match, now)
            if span:
                fields = match.groupdict()
                relative = form in {"relative", "calendar", "past", "ago", "weekday"} or bool(fields.get("which"))
                unit = (fields.get("unit") or fields.get("unit2") or "day").lower()
                taken.append(_Date(span, match.start(), match.end(), form, relative, unit))
    return iter(sorted(taken, key=lambda d: d.start))


def _field(match: re.Match[str], name: str) -> str:
    value = match.groupdict().get(name)
    return " ".join(value.lower().split()) if value else ""


def _month(match: re.Match[str]) -> int:
    if number := _field(match, "number"):
        return int(number)
    return next(n for n, name in enumerate(calendar.MONTHS, 1) if name.startswith(_field(match, "month")[:3]))


def _part(match: re.Match[str]) -> str:
    word = (_field(match, "part") or _field(match, "part2")).removeprefix("very ")
    return {"middle": "mid", "beginning": "start", "turn": "start"}.get(word, word)


def _read_day(match: re.Match[str], now: datetime) -> Span | None:
    month, number, year = _month(match), int(_field(match, "day")), _field(match, "year")
    if year:
        return calendar.day(int(year), month, number)
    candidates = (calendar.day(now.year - back, month, number) for back in range(9))  # 29 February: up to 8 years.
    return next((span for span in candidates if span and span.since and span.since <= now), None)


def _read_month(match: re.Match[str], now: datetime) -> Span | None:
    month, year = _month(match), _field(match, "year")
    number = int(year) if year else now.year - (month > now.month)
    return calendar.narrowed(calendar.months(number, month), _part(match))


def _read_quarter(match: re.Match[str], _: datetime) -> Span | None:
    year, length = int(_field(match, "year")), 6 if _field(match, "piece") == "half" else 3
    order = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 12 // length}
    number = int(_field(match, "quarter") or order[_field(match, "ordinal")])
    return calendar.months(year, (number - 1) * length + 1, length) if number * length <= 12 else None


def _read_season(match: re.Match[str], now: datetime) -> Span | None:
    name, year = _field(match, "season"), _field(match, "year")
    if year:
        return calendar.season(name, int(year))
    past = (calendar.season(name, now.year - back) for back in range(3))
    last = _field(match, "which") == "last"
    begun = [s for s in past if s and s.since and s.until and (s.until <= now if last else s.since <= now)]
    return begun[0] if begun else None


def _read_decade(match: re.Match[str], _: datetime) -> Span | None:
    return calendar.narrowed(calendar.months(int(_field(match, "decade")) * 10, 1, 120), _part(match))


def _read_year(match: re.Match[str], _: datetime) -> Span | None:
    return calendar.narrowed(calendar.months(int(_field(match, "year")), 1, 12), _part(match))


def _read_relative(match: re.Match[str], now: datetime) -> Span | None:
    word = _field(match, "word")
    return calendar.current("day", now, -2 if word.startswith("the day") else -1 if word == "yesterday" else 0)


def _read_calendar(match: re.Match[str], now: datetime) -> Span | None:
    return calendar.current(_field(match, "unit"), now, -1 if _field(match, "which") in {"last", "previous"} else 0)


def _count(match: re.Match[str]) -> int:
    word = _field(match, "count")
    return int(word) if word.isdigit() else NUMBERS.get(word, 1)


def _read_past(match: re.Match[str], now: datetime) -> Span | None:
    start = calendar.back(_count(match), _field(match, "unit") or _field(match, "unit2"), now)
    return Span(start, now) if start else None


def _read_ago(match: re.Match[str], now: datetime) -> Span | None:
    unit = _field(match, "unit")
    instant = calendar.back(_count(match), unit, now)
    return calendar.current("day" if unit == "hour" else unit, instant) if instant else None


def _read_weekday(match: re.Match[str], now: datetime) -> Span | None:
    return calendar.weekday(_field(match, "weekday"), now, previous=_field(match, "which") == "last")


_READERS: dict[str, Callable[[re.Match[str], datetime], Span | None]] = {
    "iso": _read_day, "day": _read_day, "month": _read_month, "alone": _read_month, "quarter": _read_quarter,
    "season": _read_season, "decade": _read_decade, "year": _read_year, "relative": _read_relative,
    "calendar": _read_calendar, "past": _read_past, "ago": _read_ago, "weekday": _read_weekday,
}  # fmt: skip


def _range(text: str, first: _Date, second: _Date) -> Period | None:
    """Return "between A and B", "from A to B" or "2014-2016" as one period, or None."""
    opening = _OPENING.search(text, 0, first.start)
    joint = text[first.end : second.start]
    if not _JOINED.fullmatch(joint) or (not opening and joint.strip() not in {"-", "–", "—", "to", "through"}):
        return None
    if opening and opening["word"].lower() == "from" and joint.strip() == "and":
        return None
    since, until = first.span.since, second.span.until
    if first.span.since and second.span.since and first.span.since > second.span.since:
        if first.form not in {"day", "alone"}:
            return None
        since = first.span.since.replace(year=second.span.since.year, day=min(first.span.since.day, 28))
    start = opening.start() if opening else first.start
    return Period(
        since, until, start, second.end, text[start : second.end], _published(text, start, second.end), first.relative
    )


def _bounded(text: str, date: _Date, now: datetime) -> Period:
    bound, start = _bound(text, date.start)
    end = date.end
    span = date.span
    if bound == "since" and text[start:].lower().startswith("from") and not (onwards := _ONWARDS.match(text, end)):
        bound = "in"
    elif bound in {"since", "in"} and (onwards := _ONWARDS.match(text, end)) and onwards.group().split()[-1] != "on":
        bound, end = "since", onwards.end()
    span = _opened(span, bound)
    published = _published(text, start, end) or _by_itself(text, date, bound)
    _ = now
    return Period(span.since, span.until, start, end, text[start:end], published, date.relative)


def _bound(text: str, at: int) -> tuple[Bound, int]:
    for bound, pattern in _BOUNDS:
        if match := pattern.search(text[max(0, at - 40) : at]):
            return bound, max(0, at - 40) + match.start()
    return "in", at


def _opened(span: Span, bound: Bound) -> Span:
    if bound == "since":
        return Span(span.since, None)
    if bound == "after":
        return Span(span.until, None)
    if bound == "before":
        return Span(None, span.since)
    if bound in {"until", "as_of"}:
        return Span(None, span.until)
    return span


def _published(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 60) : start]
    return bool(_ABOUT_ARTICLES.search(before) or _REPORTED.search(before) or _ARTICLES_BEHIND.match(text[end:]))


def _by_itself(text: str, date: _Date, bound: Bound) -> bool:
    """Tell whether a time means publication without any word about articles: "as of March 2018", "last week"."""
    if bound in {"as_of", "since"}:
        return True
    if date.form == "relative" and text[date.start : date.end].lower() != "yesterday":
        return False
    return date.relative and date.unit in _RECENT and bound in {"in"}


__all__ = ["Bound", "Period", "periods"]
