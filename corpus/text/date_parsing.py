"""Parse the dates of news formats, with the offset that they state, or return None for an unknown one.

A date is never guessed: a year, a month, a bare number that is no epoch, "yesterday" and "03/04/2017" (April or March)
give None.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final

from corpus.text.characters import one_line

_LONGEST = 60
# The first printed newspaper appeared in 1605.
EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)
ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)
"""A present to which no date is ahead, for those that may lie in the future, as the end of an embargo does."""
# Epoch seconds from March 1973 on (nine digits), so that a year or 20170301 is never taken for one.
_EPOCH_SECONDS = (100_000_000, 10_000_000_000)
_ISO = re.compile(
    r"\d{4}-?\d\d-?\d\d(?:[T ]\d\d(?::?\d\d)?(?::?\d\d(?:[.,]\d+)?)? ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_RFC_822 = re.compile(r"(?:[A-Za-z]{3,9},? +)?\d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} +\d\d:\d\d.*")
_NUMERIC = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:\D.*)?")
_YEAR = re.compile(r"\d{4}|[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]{4}")
_LANGUAGES: Final = (
    "en de fr es it pt nl ru uk pl sv da nb fi tr ar fa zh ja ko "
    "cs el hu ro bg hr sk sl sr lt lv et he hi bn id vi th ca"
).split()
_STRICT: Final[dict[str, Any]] = {
    "STRICT_PARSING": True,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "PARSERS": ["absolute-time"],
    "DATE_ORDER": "DMY",
    "RETURN_AS_TIMEZONE_AWARE": True,
    "TIMEZONE": "UTC",
    "CACHE_SIZE_LIMIT": 100,
}


def parse_instant(value: object, now: datetime | None = None) -> datetime | None:
    """Return the instant that a value names, or None when it is partial, ambiguous, or not credible.

    It keeps its offset from UTC, since the day of an article is that of its outlet.

    Args:
        value: A string, an epoch in seconds or milliseconds, a `date` or a `datetime`; what has no zone is UTC.
        now: The present; a date more than two days ahead of it, or before 1600, is None.
    """
    try:
        found = _read(value)
        found = _fix_offset(found) if found else None
    except (ValueError, OverflowError, TypeError):
        return None
    latest = (now or datetime.now(UTC)) + _AHEAD
    return found if found and EARLIEST <= found <= latest else None


def _fix_offset(found: datetime) -> datetime:
    offset = found.utcoffset()
    if offset is None:
        return found.replace(tzinfo=UTC)
    return found.astimezone(timezone(timedelta(minutes=round(offset.total_seconds() / 60))) if offset else UTC)


def has_zone(value: object) -> bool:
    """Return whether a value that `parse_instant` reads states its zone, in numbers or as an instant."""
    if isinstance(value, str):
        text = one_line(value[:200])
        return bool(_ISO.fullmatch(text) or _RFC_822.fullmatch(text)) and _has_offset(_read(value))
    return not isinstance(value, datetime) or value.tzinfo is not None


def _has_offset(found: datetime | None) -> bool:
    return found is not None and found.tzinfo is not None


def _read(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _parse_epoch(float(value))
    return _parse_written(one_line(value[:200])) if isinstance(value, str) else None


def _parse_epoch(number: float) -> datetime | None:
    low, high = _EPOCH_SECONDS
    if low * 1000 <= number < high * 1000:
        number /= 1000
    return datetime.fromtimestamp(number, UTC) if low <= number < high else None


@lru_cache(maxsize=4096)
def _parse_written(text: str) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    if _ISO.fullmatch(text):
        return _parse_iso(text)
    if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
        return _parse_epoch(float(text))
    if _RFC_822.fullmatch(text):
        return parsedate_to_datetime(text)
    numeric = _NUMERIC.fullmatch(text)
    if numeric and int(numeric[1]) <= 12 and int(numeric[2]) <= 12 and numeric[1] != numeric[2]:
        return None
    return _parse_spelled(text) if _YEAR.search(text) else None


def _parse_iso(text: str) -> datetime:
    text = re.sub(r"(?i)(?:UTC|GMT)$", "Z", text).replace(",", ".").replace(" Z", "Z")
    return datetime.fromisoformat(re.sub(r" (?=[+-])", "", text.upper()))


def _parse_spelled(text: str) -> datetime | None:
    # Imported here: its language data cost a second that most archives, with ISO dates, never need.
    import dateparser

    return dateparser.parse(text, languages=_LANGUAGES, settings=_STRICT)
