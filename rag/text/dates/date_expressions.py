"""The forms in which a question writes a date, and the span that each covers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rag.text.dates import calendar_spans
from rag.text.dates.calendar_names import MONTH, WEEKDAY, month_names
from rag.text.dates.calendar_spans import NUMBERS, Span
from rag.text.dates.date_mentions import read_slashed
from rag.text.text_spans import Places

_MONTH = rf"(?P<month>(?:{MONTH})\b\.?)"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)(?![\d%]|[.,:]\d)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_PART = (
    r"(?:(?:the\s+)?(?P<part>early|mid(?:dle)?|late|(?:very\s+)?end|start|beginning|turn)(?:\s+of|-|\s)\s*(?:in\s+)?)?"
)
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?P<unit>hour|day|week|weekend|month|quarter|year|decade)"
_WEEKDAY = rf"(?P<weekday>{WEEKDAY})"

# The forms of a date, the most exact first; each match is one span.
_FORMS: tuple[tuple[str, str], ...] = (
    ("iso", r"(?P<year>(?:1[89]|20)\d\d)-(?P<number>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
            r"(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"),
    ("slashed", r"\d\d?/\d\d?/\d{4}(?![\d/])"),
    ("day", rf"{_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?(?!\w)"),
    ("day", rf"{_MONTH}\s+(?:the\s+)?{_DAY}(?![\d%]|[.,:]\d|\s*(?:million|billion|percent))(?:,?\s+{_YEAR})?(?!\w)"),
    ("month", rf"{_PART}{_MONTH}(?:\s+of)?,?\s+{_YEAR}"),
    ("quarter", rf"(?:the\s+)?(?:q(?P<quarter>[1-4])|(?P<ordinal>first|second|third|fourth"
                rf"|last)\s+(?P<piece>quarter|half))"
                rf"(?:\s+of)?,?\s+{_YEAR}"),
    ("season", rf"(?:the\s+)?(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?,?\s+{_YEAR}"),
    ("season", r"(?P<which>last|this)\s+(?P<season>spring|summer|autumn|fall|winter)\b"),
    ("decade", rf"{_PART}(?:the\s+)?(?:{_PART.replace('part', 'part2')})?(?P<decade>(?:1[89]|20)\d)0['’]?s\b"),
    ("relative", r"(?P<word>(?:the\s+day\s+before\s+)?yesterday|today|tonight|this\s+(?:morning|afternoon|evening))\b"),
    ("calendar", rf"(?P<which>last|this|previous|current)\s+{_UNIT}\b(?!s)"),
    ("past", rf"(?:the\s+)?(?:past|last|previous|recent)\s+{_COUNT}\s+{_UNIT}s?\b"),
    ("past", rf"the\s+past\s+{_UNIT}\b|past\s+{_UNIT.replace('unit', 'unit2')}\b(?=\s*[?.,]|\s*$)"),
    ("ago", rf"{_COUNT}\s+{_UNIT}s?\s+ago\b"),
    ("weekday", rf"(?:(?P<which>last|this)\s+|on\s+){_WEEKDAY}\b(?!\s+(?-i:[A-Z]))"),
    ("weekday", rf"{_WEEKDAY}(?=['’]s\b)"),
    ("alone", rf"(?:(?<=\bin )|(?<=\bsince )|(?<=\buntil )|(?<=\bbefore )|(?<=\bafter )|(?<=\blast )|(?<=\bduring )"
              rf"|(?<=\bof )"
              rf"|(?<=\bbetween )|(?<=\bfrom )){_PART}{_MONTH}(?!\w)(?!\s+\d)"),
    ("year", rf"(?<![$€£¥.,:/])(?<![^\W\d]-){_PART}{_YEAR}(?!\w|-(?!(?:1[89]|20)\d\d\b)\w"
             r"|\s*(?:million|billion|people|users|percent|dollars|euros|votes)\b)"),
)  # fmt: skip
_DATES = tuple((name, re.compile(rf"(?<![\w]){form}", re.IGNORECASE)) for name, form in _FORMS)
_ANY = re.compile(
    rf"\d{{4}}|\b(?:{MONTH})\b|day\b|\b(?:today|tonight|spring|summer|autumn"
    r"|fall|winter)"
    r"|\b(?:hour|day|week|weekend|month|quarter|year|decade)s?\b|\bthis (?:morning|afternoon|evening)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Date:
    """Hold a date as it stands in a text.

    Attributes:
        span: What it covers.
        start: Offset of its first character, without a preposition.
        end: Offset behind its last.
        form: Which form it has ("day", "month", "ago", ...).
        relative: True if it is counted from now.
        unit: The unit that it is counted in, "day" where it names none.
    """

    span: Span
    start: int
    end: int
    form: str
    relative: bool
    unit: str


def find_dates(text: str, now: datetime) -> list[Date]:
    """Return the dates of a text in order; one without a year is the latest such date that is not after `now`."""
    if not _ANY.search(text):
        return []
    found: list[Date] = []
    places = Places(text)
    for form, pattern in _DATES:
        for match in pattern.finditer(text):
            span = _READERS[form](match, now)
            if span and not places.touch(*match.span()):
                places.take(*match.span())
                found.append(_date(form, match, span))
    return sorted(found, key=lambda d: d.start)


def _date(form: str, match: re.Match[str], span: Span) -> Date:
    relative = form in {"relative", "calendar", "past", "ago", "weekday"} or bool(_field(match, "which"))
    unit = _field(match, "unit") or _field(match, "unit2") or "day"
    return Date(span, match.start(), match.end(), form, relative, unit)


def _field(match: re.Match[str], name: str) -> str:
    value = match.groupdict().get(name)
    return " ".join(value.lower().split()) if value else ""


def _month(match: re.Match[str]) -> int:
    if number := _field(match, "number"):
        return int(number)
    return month_names()[_field(match, "month").rstrip(".")]


def _part(match: re.Match[str]) -> str:
    word = (_field(match, "part") or _field(match, "part2")).removeprefix("very ")
    return {"middle": "mid", "beginning": "start", "turn": "start"}.get(word, word)


def _read_day(match: re.Match[str], now: datetime) -> Span | None:
    month, number, year = _month(match), int(_field(match, "day")), _field(match, "year")
    if year:
        return calendar_spans.day_span(int(year), month, number)
    candidates = (
        calendar_spans.day_span(now.year - back, month, number) for back in range(9)
    )  # 29 February: up to 8 years.
    return next((span for span in candidates if span and span.since and span.since <= now), None)


def _read_slashed(match: re.Match[str], _: datetime) -> Span | None:
    """Return the day; where day and month can be exchanged, all from the one reading to the other."""
    found = read_slashed(match.group())
    spans = [calendar_spans.day_span(day.year, day.month, day.day) for day in found or ()]
    return Span(spans[0].since, spans[1].until) if len(spans) == 2 and spans[0] and spans[1] else None


def _read_month(match: re.Match[str], now: datetime) -> Span | None:
    month, year = _month(match), _field(match, "year")
    number = int(year) if year else now.year - (month > now.month)
    return calendar_spans.intersect(calendar_spans.months_span(number, month), _part(match))


def _read_quarter(match: re.Match[str], _: datetime) -> Span | None:
    year, length = int(_field(match, "year")), 6 if _field(match, "piece") == "half" else 3
    order = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 12 // length}
    number = int(_field(match, "quarter") or order[_field(match, "ordinal")])
    return calendar_spans.months_span(year, (number - 1) * length + 1, length) if number * length <= 12 else None


def _read_season(match: re.Match[str], now: datetime) -> Span | None:
    name, year = _field(match, "season"), _field(match, "year")
    if year:
        return calendar_spans.season_span(name, int(year))
    past = (calendar_spans.season_span(name, now.year - back) for back in range(3))
    last = _field(match, "which") == "last"
    begun = [s for s in past if s and s.since and s.until and (s.until <= now if last else s.since <= now)]
    return begun[0] if begun else None


def _read_decade(match: re.Match[str], _: datetime) -> Span | None:
    return calendar_spans.intersect(calendar_spans.months_span(int(_field(match, "decade")) * 10, 1, 120), _part(match))


def _read_year(match: re.Match[str], _: datetime) -> Span | None:
    return calendar_spans.intersect(calendar_spans.months_span(int(_field(match, "year")), 1, 12), _part(match))


def _read_relative(match: re.Match[str], now: datetime) -> Span | None:
    word = _field(match, "word")
    return calendar_spans.current_span(
        "day", now, -2 if word.startswith("the day") else -1 if word == "yesterday" else 0
    )


def _read_calendar(match: re.Match[str], now: datetime) -> Span | None:
    return calendar_spans.current_span(
        _field(match, "unit"), now, -1 if _field(match, "which") in {"last", "previous"} else 0
    )


def _count(match: re.Match[str]) -> int:
    word = _field(match, "count")
    return int(word) if word.isdigit() else NUMBERS.get(word, 1)


def _read_past(match: re.Match[str], now: datetime) -> Span | None:
    start = calendar_spans.span_before(_count(match), _field(match, "unit") or _field(match, "unit2"), now)
    return Span(start, now) if start else None


def _read_ago(match: re.Match[str], now: datetime) -> Span | None:
    unit = _field(match, "unit")
    instant = calendar_spans.span_before(_count(match), unit, now)
    return calendar_spans.current_span("day" if unit == "hour" else unit, instant) if instant else None


def _read_weekday(match: re.Match[str], now: datetime) -> Span | None:
    return calendar_spans.weekday_span(_field(match, "weekday"), now, previous=_field(match, "which") == "last")


_READERS: dict[str, Callable[[re.Match[str], datetime], Span | None]] = {
    "iso": _read_day, "slashed": _read_slashed, "day": _read_day, "month": _read_month, "alone": _read_month, "quarter": _read_quarter,
    "season": _read_season, "decade": _read_decade, "year": _read_year, "relative": _read_relative,
    "calendar": _read_calendar, "past": _read_past, "ago": _read_ago, "weekday": _read_weekday,
}  # fmt: skip
