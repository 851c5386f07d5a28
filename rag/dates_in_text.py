"""The dates that a text names, as far as it names them, resolved against the day on which it was published."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from rag.places import Places

_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = (
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\b\.?|Feb\b\.?|Mar\b\.?|Apr\b\.?|Jun\b\.?|Jul\b\.?|Aug\b\.?|Sept?\b\.?|Oct\b\.?|Nov\b\.?|Dec\b\.?)"
)
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"\b(?P<year>(?:1[89]|20)\d\d)-(?P<number>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        rf"\b{_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?(?!\w)",
        rf"\b{_DAY}\s*(?:[-–—]|to|and|or)\s*"
        rf"(?=(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\s+{_MONTH}(?:,?\s+{_YEAR})?(?!\w))",
        rf"\b{_MONTH}\s+{_DAY}(?!\d|[.,]\d{{3}}|\s+(?:million|billion|percent))(?:(?:,|\s)\s*{_YEAR})?(?!\w)",
        rf"\b{_MONTH}(?:\s+of)?,?\s+{_YEAR}(?!\w)",
        rf"(?:(?<=\b[IiOo][nf] )|(?<=\b[Bb]y )|(?<=[Ss]ince )|(?<=[Uu]ntil )|(?<=[LlPp]ast )|(?<=[Nn]ext )"
        rf"|(?<=[Tt]his )|(?<=[Ee]arly )|(?<=[Ll]ate )|(?<=[Dd]uring )|(?<=and )|(?<=to )|(?<=[Ff]rom )|(?<=[Bb]efore )"
        rf"|(?<=[Aa]fter )|(?<=mid-)){_MONTH}(?!\w)",
        rf"(?<![\w$€£¥.,]){_YEAR}(?![\w%]|[.,]\d"
        r"|\s+(?:million|billion|people|users|percent|dollars|euros))",
        r"\b(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b",
        r"\b(?P<relative>yesterday|today|tomorrow|tonight|(?<=^)(?:Yesterday|Today|Tomorrow|Tonight)"
        r"|(?:[Ll]ast|[Tt]his|[Nn]ext|[Pp]revious|[Ff]ollowing)\s+(?:week|month|year))\b",
    )
)
_ANY = re.compile(
    r"\d{4}|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|day\b|\b(?:[Tt]omorrow|[Tt]onight)|\b(?:week|month|year)\b"
)


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
    """

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int
    weekday: int | None = None
    until: date | None = None
    implied: bool = False

    @property
    def as_date(self) -> date | None:
        """Return the day, or None if the text does not give a whole one (or one that does not exist)."""
        return _day(self.year, self.month, self.day)

    def holds(self, other: "Moment") -> bool:
        """Tell whether this moment of a text gives everything that another of a claim says."""
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
def moments(text: str, published: date | None = None) -> tuple[Moment, ...]:
    """Return the dates of a text in order.

    Args:
        text: Any text.
        published: The day it was published: gives "22 March" its year, and "Monday" and "last week" their date.
    """
    if not _ANY.search(text):
        return ()
    found: list[Moment] = []
    places = Places(text)
    for form in _FORMS:
        for match in form.finditer(text):
            if not places.touch(*match.span()):
                places.take(*match.span())
                moment = _moment(match)
                found.append(_resolved(moment, match, published) if published else moment)
    return tuple(sorted(found, key=lambda moment: moment.start))


def _moment(match: re.Match[str]) -> Moment:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else _month(parts.get("month"))
    weekday = _DAYS.index(parts["weekday"].lower()) if parts.get("weekday") else None
    year, day = parts.get("year"), parts.get("day")
    return Moment(
        int(year) if year else None, month, int(day) if day else None, match.start(), match.end(), weekday=weekday
    )


def _month(name: str | None) -> int | None:
    return next((i for i, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3])), None) if name else None


def _resolved(moment: Moment, match: re.Match[str], published: date) -> Moment:
    relative = match.groupdict().get("relative")
    if relative:
        return _relative(moment, relative.lower().split(), published)
    if moment.weekday is not None:
        day = published - timedelta((published.weekday() - moment.weekday) % 7)
        return _on(moment, day)
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
    step = {"last": -1, "previous": -1, "next": 1, "following": 1}.get(words[0], 0)
    if words[-1] == "week":
        monday = published - timedelta(published.weekday()) + timedelta(7 * step)
        return replace(_on(moment, monday), until=monday + timedelta(6))
    if words[-1] == "month":
        count = published.year * 12 + published.month - 1 + step
        return replace(moment, year=count // 12, month=count % 12 + 1)
    if words[-1] == "year":
        return replace(moment, year=published.year + step)
    shift = {"yesterday": -1, "tomorrow": 1}.get(words[0], 0)
    return _on(moment, published + timedelta(shift))


def _on(moment: Moment, day: date) -> Moment:
    return replace(moment, year=day.year, month=day.month, day=day.day, implied=True)


def _day(year: int | None, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month, day) if year and month and day else None
    except ValueError:
        return None
