"""The time that a question names, and whether it means when something was published or when something happened."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rag.text.dates.calendar_spans import Span
from rag.text.dates.date_expressions import Date, find_dates

Bound = Literal["in", "from", "since", "after", "before", "until", "as_of"]


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


_OPENING = re.compile(r"\b(?P<word>between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_JOINTS = {
    "between": {"and", ", and", "to", "-", "–", "—"},
    "from": {"to", "until", "till", "through", "-", "–", "—"},
    "": {"-", "–", "—", "to", "through"},
}
_DAYS_BEFORE = re.compile(
    r"\b(?:between|from|on)\s+(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*(?:to|until|till|through|and"
    r"|[-–—])\s*(?:the\s+)?$",
    re.IGNORECASE,
)


_WORDS: tuple[tuple[Bound, str], ...] = (
    (
        "as_of",
        r"as\s+(?:things\s+)?(?:stood\s+|stand\s+|known\s+)?(?:of|in|on|at)|what\s+was\s+known\s+(?:by|in|on|at)"
        r"|it\s+is(?:\s+now)?|as\s+at",
    ),
    ("since", r"since"),
    ("after", r"after|later\s+than|following"),
    ("before", r"before|prior\s+to|earlier\s+than|ahead\s+of|preceding"),
    ("until", r"until|till|up\s+(?:to|until)|through|by|no\s+later\s+than"),
    ("from", r"from"),
    ("in", r"in|on|of|at|during|over|within|for|throughout|dated?"),
)
_BOUNDS = tuple((bound, re.compile(rf"\b(?:{words})\s+(?:the\s+)?$", re.IGNORECASE)) for bound, words in _WORDS)
_ONWARDS = re.compile(r"\s+(?:on|onwards?|and\s+(?:after|later|since))\b", re.IGNORECASE)
_ABOUT_ARTICLES = re.compile(
    r"\b(?:publish(?:ed|es)?|posted|appear(?:ed|ing)|dated|filed|written|released\s+its\s+report|ran"
    r"|printed)\s+(?:\w+\s+){0,2}$"
    r"|\b(?:articles?|stories|story|reports?|news|coverage|headlines?|posts?|pieces?|edition|issue)\s+"
    r"(?:(?:published|from|of|dated|out|in|on)\s+)?$",
    re.IGNORECASE,
)
_ARTICLES_BEHIND = re.compile(
    r"^(?:['’]s)?,?\s+(?:(?!and\b)[\w'’]+\s+){0,2}(?:articles?|stories|story|reports?|news|coverage|headlines?"
    r"|posts?|piece|edition|issue)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\breported (?:in |on |by [\w .]{1,30} (?:in|on) )?$", re.IGNORECASE)
_NEAR = 40  # Characters before a date in which the words stand that bound it.
_RECENT = {"hour", "day", "week", "weekend", "month"}


def find_periods(text: str, now: datetime) -> list[Period]:
    """Return the times that a text names, in order, each resolved against `now` (UTC).

    A date without a year is the latest such date that is not after `now`. Weeks begin on Monday; "the past three
    days" ends now; a season is one of the northern hemisphere.
    """
    found = find_dates(text, now)
    joined: list[Period] = []
    i = 0
    while i < len(found):
        pair = _range(text, found[i], found[i + 1]) if i + 1 < len(found) else None
        joined.append(pair or _day_range(text, found[i]) or _bounded_period(text, found[i]))
        i += 2 if pair else 1
    return joined


def _range(text: str, first: Date, second: Date) -> Period | None:
    """Return "between A and B", "from A to B" or "2014-2016" as one period, or None."""
    opening = _OPENING.search(text, max(0, first.start - _NEAR), first.start)
    word = opening["word"].lower() if opening else ""
    joint = text[first.end : second.start]
    if joint.strip().lower() not in _JOINTS[word]:
        return None
    since, until = first.span.since, second.span.until
    if since and second.span.since and since > second.span.since:  # "between May and July 2017": one year for both.
        if first.form not in {"day", "alone"}:
            return None
        since = since.replace(year=second.span.since.year, day=min(since.day, 28))
    start = opening.start() if opening else first.start
    return _period(text, Span(since, until), start, second.end, first, _asks_publication(text, start, second.end))


def _day_range(text: str, date: Date) -> Period | None:
    """Return "between 7 and 9 October 2023" or "from 7 to 9 October" as one period, or None."""
    opening = _DAYS_BEFORE.search(text, max(0, date.start - _NEAR), date.start) if date.form == "day" else None
    since = date.span.since
    if opening is None or since is None or not 1 <= int(opening["day"]) < since.day:
        return None
    span = Span(since.replace(day=int(opening["day"])), date.span.until)
    return _period(text, span, opening.start(), date.end, date, _asks_publication(text, opening.start(), date.end))


def _bounded_period(text: str, date: Date) -> Period:
    bound, start = _bound(text, date.start)
    onwards = _ONWARDS.match(text, date.end)
    end = onwards.end() if onwards and bound in {"from", "in"} else date.end
    if bound in {"from", "in"}:
        bound = "since" if onwards else "in"
    about_articles = _asks_publication(text, start, end)
    told = bound in {"as_of", "since"} or (bound == "in" and _recent_period(text, date))
    span = _open_period(date.span, bound)
    if not about_articles and bound == "in" and _is_told_later(text, date):
        span = Span(span.since, None)
    return _period(text, span, start, end, date, about_articles or told)


def _period(text: str, span: Span, start: int, end: int, date: Date, published: bool) -> Period:
    return Period(span.since, span.until, start, end, text[start:end], published, date.relative)


def _bound(text: str, at: int) -> tuple[Bound, int]:
    for bound, pattern in _BOUNDS:
        if match := pattern.search(text[max(0, at - _NEAR) : at]):
            return bound, max(0, at - _NEAR) + match.start()
    return "in", at


def _open_period(span: Span, bound: Bound) -> Span:
    if bound == "since":
        return Span(span.since, None)
    if bound == "after":
        return Span(span.until, None)
    if bound == "before":
        return Span(None, span.since)
    if bound in {"until", "as_of"}:
        return Span(None, span.until)
    return span


def _asks_publication(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 60) : start]
    return bool(_ABOUT_ARTICLES.search(before) or _REPORTED.search(before) or _ARTICLES_BEHIND.match(text[end:]))


def _recent_period(text: str, date: Date) -> bool:
    """Tell whether a time means publication without any word about articles: "last week", "the past three days"."""
    said = text[date.start : date.end].lower()
    if date.form == "relative":
        return "yesterday" in said
    if date.form == "weekday":
        return said.startswith(("last", "this"))
    return date.relative and date.form != "ago" and date.unit in _RECENT


def _is_told_later(text: str, date: Date) -> bool:
    """Tell whether the day is one on which something happened, so that the next days' articles tell of it too."""
    return date.form == "weekday" or (date.form == "relative" and "yesterday" in text[date.start : date.end].lower())
