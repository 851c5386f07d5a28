"""The names of months and weekdays, as Unicode keeps them for each language."""

from collections.abc import Mapping
from functools import lru_cache

from rag.text.units import locale_of


@lru_cache(maxsize=64)
def month_names(language: str = "en") -> Mapping[str, int]:
    """Return the months, 1 to 12, by name: whole and short, folded, without a point."""
    given = locale_of(language).months
    forms = [
        given[context].get(width, {}) for context in ("format", "stand-alone") for width in ("wide", "abbreviated")
    ]
    # Newspapers write "Sept.", which Unicode has for British English only.
    return {fold_calendar_name(name): n for form in forms for n, name in form.items()} | {"sept": 9}


@lru_cache(maxsize=64)
def weekday_names(language: str = "en") -> Mapping[str, int]:
    """Return the weekdays, 0 for Monday to 6, by name, folded."""
    given = locale_of(language).days
    return {
        fold_calendar_name(name): n
        for context in ("format", "stand-alone")
        for n, name in given[context]["wide"].items()
    }


def fold_calendar_name(written: str) -> str:
    """Return the name of a month or weekday as it is looked up."""
    return written.casefold().rstrip(".")


MONTH = "|".join(sorted(month_names(), key=len, reverse=True))
"""Pattern of the English months, in lower case, the longest first."""

WEEKDAY = "|".join(weekday_names())
"""Pattern of the English weekdays, in lower case."""
