"""The time that a question names, and whether it means when something was published or when something happened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from rag.text.dates.calendar_names import guess_calendar_language
from rag.text.dates.calendar_spans import Span, resolve_date
from rag.text.dates.written_dates import WrittenDate, find_written_dates

Bound = Literal["in", "from", "since", "after", "before", "until", "as_of"]


@dataclass(frozen=True, slots=True)
class QuestionDate:
    """Hold a date of a question with what it covers.

    Attributes:
        written: The date as written.
        span: What it covers.
        start: Offset of its first character, without a preposition.
        end: End offset (exclusive).
    """

    written: WrittenDate
    span: Span
    start: int
    end: int

    @property
    def relative(self) -> bool:
        """Return whether it is counted from now."""
        return self.written.form in {"counted", "past", "ago", "weekday"} or self.written.step is not None


@dataclass(frozen=True, slots=True)
class Period:
    """Hold a stretch of time that a question names.

    Attributes:
        since: Its first instant (UTC), or None if it has no beginning.
        until: Its end (UTC, exclusive), or None if it has none.
        start: Offset of its first character in the question, preposition included.
        end: End offset (exclusive).
        words: The words that name it.
        published: True if it says when articles were published, so that it may narrow the search; False if it is part
            of what is asked about, which later articles may report too.
        relative: True if it is counted from now ("last week").
    """

    since: datetime | None
    until: datetime | None
    start: int
    end: int
    words: str
    published: bool
    relative: bool = False


_JOINTS = {
    "between": {"and", ", and", "to", "-", "–", "—"},
    "from": {"to", "until", "till", "through", "-", "–", "—"},
    "": {"-", "–", "—", "to", "through"},
}
_PHRASES: dict[Bound, str] = {
    "as_of": "as of|as in|as on|as at|as things stood in|as things stood on|as things stand in|as things stand on"
             "|as known in|as known on|what was known by|what was known in|what was known on|what was known at"
             "|it is|it is now",
    "since": "since|seit|depuis|desde|a partir de|à partir de",
    "after": "after|later than|following|nach|après|después de|depois de|dopo",
    "before": "before|prior to|earlier than|ahead of|preceding|vor|avant|antes de|prima di|prima del",
    "until": "until|till|up to|up until|through|by|no later than|bis|jusqu'en|jusqu'au|hasta|hasta el|fino a|até",
    "from": "from",
    "in": "in|on|of|at|during|over|within|for|throughout|date|dated|im|am|en|el|le|il|au|nel|em",
}  # fmt: skip
# The longest first: "up until" ends in "until".
_BOUNDS = sorted(
    ((words, bound) for bound, phrases in _PHRASES.items() for words in phrases.split("|")),
    key=lambda phrase: -len(phrase[0]),
)
_ONWARDS = (" on", " onward", " onwards", " and after", " and later", " and since")
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
_NEAR = 40  # Characters before a date in which the words that bound it are looked for.
_RECENT = {"hour", "day", "week", "weekend", "month"}
_BEFORE_A_MONTH = frozenset(
    "in since until till before after last during of between from im seit bis en desde depuis nel a".split()
)
_BEFORE_A_WEEKDAY = frozenset("on am el le".split())
_BETWEEN = frozenset().union(*_JOINTS.values())


def find_dates(text: str, now: datetime, bare: bool = False) -> list[QuestionDate]:
    """Return the dates of a question in order; one without a year is the latest such date that is not after `now`.

    What lies ahead ("tomorrow") is left out, since no article is published then.

    Args:
        text: A question, or a piece of one.
        now: What "last week" is counted from (UTC).
        bare: The text names an element and nothing else, so that a month needs no preposition before it ("May").
    """
    found: list[QuestionDate] = []
    written = find_written_dates(text, guess_calendar_language(text), bare)
    for i, date in enumerate(written):
        following = written[i + 1] if i + 1 < len(written) else None
        if following and _are_joined(text, date, following) and date.month and not date.year:
            date = replace(date, year=following.year)  # "between May and July 2017": one year for both.
        span = resolve_date(date, now) if _is_meant(text, date, found[-1:], following) else None
        if span:
            found.append(QuestionDate(date, span, date.lead, date.end))
    return found


def _are_joined(text: str, first: WrittenDate, second: WrittenDate) -> bool:
    return text[first.end : second.lead].strip().lower().removesuffix(" the") in _BETWEEN


def _is_meant(text: str, date: WrittenDate, before: list[QuestionDate], following: WrittenDate | None) -> bool:
    """Return whether the question means the date, where its words may be a name or belong to something else."""
    if date.form == "month" and not date.year:
        return bool(
            date.part or date.before in _BEFORE_A_MONTH or any(_are_joined(text, d.written, date) for d in before)
        )
    if date.form == "weekday":
        if following and following.form == "day" and not text[date.end : following.lead].strip(" ,"):
            return False  # "Monday, 3 May" is one date.
        named = text[date.end : date.end + 1] == " " and text[date.end + 1 : date.end + 2].isupper()
        counted = date.step in {-1, 0} or date.before in _BEFORE_A_WEEKDAY
        return (counted and not named) or text[date.end :].startswith(("'s", "’s"))
    if date.form == "quarter":
        return date.year is not None
    if date.form == "year" and text[date.end : date.end + 1] == "-":
        return bool(following and following.lead == date.end + 1)  # A season, "2023-24", is neither year.
    return date.step is None or date.step <= 0


def find_periods(text: str, now: datetime) -> list[Period]:
    """Return the times that a text names, in order, each resolved against `now` (UTC).

    A date without a year is the latest such date that is not after `now`. Weeks begin on Monday; "the past three
    days" ends now; a season is one of the northern hemisphere.
    """
    return list(_join_ranges(text, find_dates(text, now)))


def _join_ranges(text: str, found: list[QuestionDate]) -> Iterator[Period]:
    i = 0
    while i < len(found):
        pair = _join_range(text, found[i], found[i + 1]) if i + 1 < len(found) else None
        yield pair or _make_period(text, found[i])
        i += 2 if pair else 1


def _join_range(text: str, first: QuestionDate, second: QuestionDate) -> Period | None:
    """Return "between A and B", "from A to B", "7 and 9 October" or "2014-2016" as one period, or None."""
    word, start = _find_word_before(text, first.start)
    joint = text[first.end : second.start].lower().strip().removesuffix(" the")
    number_alone = text[first.start : first.end].isdecimal() and first.written.form == "day"
    if joint not in _JOINTS["between" if number_alone else word if word in _JOINTS else ""]:
        return None
    since, until = first.span.since, second.span.until
    if since and second.span.since and since > second.span.since:  # "between December and February"
        if first.written.form not in {"day", "month"} or since.month <= second.span.since.month:
            return None
        # 29 February may not exist in that year.
        day = 28 if (since.month, since.day) == (2, 29) else since.day
        since = since.replace(year=second.span.since.year - 1, day=day)
    start = start if word in _JOINTS or number_alone else first.start
    return _build_period(text, Span(since, until), start, second.end, first, _asks_publication(text, start, second.end))


def _find_word_before(text: str, at: int) -> tuple[str, int]:
    """Return the word before an offset, "the" left out, with its own offset."""
    before = text[max(0, at - _NEAR) : at].rstrip()
    if before.lower().endswith(" the"):
        before = before[:-4].rstrip()
    word = before.rsplit(maxsplit=1)[-1] if before else ""
    return word.lower(), max(0, at - _NEAR) + len(before) - len(word)


def _make_period(text: str, date: QuestionDate) -> Period:
    bound, start = _read_bound(text, date.start)
    after = text[date.end : date.end + _NEAR]
    onwards = next((words for words in _ONWARDS if _begins_with(after, words)), "")
    end = date.end + len(onwards) if onwards and bound in {"from", "in"} else date.end
    if bound in {"from", "in"}:
        bound = "since" if onwards else "in"
    about_articles = _asks_publication(text, start, end)
    published = about_articles or bound in {"as_of", "since"} or (bound == "in" and _is_recent(date))
    span = _open_period(date.span, bound)
    if not about_articles and bound == "in" and _is_reported_later(date):
        span = Span(span.since, None)
    return _build_period(text, span, start, end, date, published)


def _begins_with(after: str, words: str) -> bool:
    return after.lower().startswith(words) and not after[len(words) : len(words) + 1].isalnum()


def _build_period(text: str, span: Span, start: int, end: int, date: QuestionDate, published: bool) -> Period:
    return Period(span.since, span.until, start, end, text[start:end], published, date.relative)


def _read_bound(text: str, at: int) -> tuple[Bound, int]:
    """Return what the words before a date make of it, and the offset where they begin."""
    before = text[max(0, at - _NEAR) : at]
    words = before.rstrip()
    if words == before:
        return "in", at
    if words.lower().endswith(" the"):
        words = words[:-4].rstrip()
    for phrase, bound in _BOUNDS:
        if words[-len(phrase) :].lower() == phrase and not words[: -len(phrase)][-1:].isalnum():
            return bound, at - len(before) + len(words) - len(phrase)
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


def _is_recent(date: QuestionDate) -> bool:
    """Return whether a time means publication without any word about articles: "last week", "the past three days"."""
    written = date.written
    if written.form == "weekday":
        return written.step is not None
    if written.form == "counted" and written.unit == "day":
        return written.step != 0
    return written.form in {"counted", "past"} and written.unit in _RECENT


def _is_reported_later(date: QuestionDate) -> bool:
    """Return whether the day is one on which something happened, so that the next days' articles report it too."""
    written = date.written
    return written.form == "weekday" or (written.form == "counted" and written.unit == "day" and written.step != 0)
