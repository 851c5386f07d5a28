"""The names of months and weekdays, as Unicode keeps them for each language."""

from collections.abc import Mapping
from functools import lru_cache

from corpus.text.language_detection import pick_language
from rag.text.units import load_locale

_LANGUAGES = ("de", "es", "fr", "it", "nl", "pt")
"""Languages besides English in which a question may name a date."""


@lru_cache(maxsize=64)
def list_month_names(language: str = "en") -> Mapping[str, int]:
    """Return the months, 1 to 12, by name: whole and short, folded, without a point."""
    given = load_locale(language).months
    forms = [
        given[context].get(width, {}) for context in ("format", "stand-alone") for width in ("wide", "abbreviated")
    ]
    # Newspapers write "Sept.", which Unicode has for British English only.
    return {fold_calendar_name(name): n for form in forms for n, name in form.items()} | {"sept": 9}


@lru_cache(maxsize=64)
def list_weekday_names(language: str = "en") -> Mapping[str, int]:
    """Return the weekdays, 0 for Monday to 6, by name, folded."""
    given = load_locale(language).days
    return {
        fold_calendar_name(name): n
        for context in ("format", "stand-alone")
        for n, name in given[context]["wide"].items()
    }


@lru_cache(maxsize=64)
def list_relative_phrases(language: str) -> Mapping[str, tuple[tuple[tuple[str, ...], str, int], ...]]:
    """Return what another language than English says for "yesterday" or "last week", by the first token.

    Each phrase is its tokens, folded, the unit that it counts ("day", "week", "month", "year"), and how many of them
    from now, never ahead of it.
    """
    found: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
    for meaning, phrases in _load_relative_phrases(language).items():
        count, unit, ago = [*meaning.split(), "", ""][:3]
        if ago != "ago" or unit not in {"day", "week", "month", "year"}:
            continue
        for phrase in phrases:
            tokens = tuple(phrase.casefold().replace("-", " - ").replace("'", " ' ").split())
            found.setdefault(tokens[0], []).append((tokens, unit, -int(count)))
    return {first: tuple(phrases) for first, phrases in found.items()}


def _load_relative_phrases(language: str) -> Mapping[str, list[str]]:
    if language == "en":
        return {}
    # Imported here: most archives and questions are English, which needs none of its data.
    from dateparser.languages.loader import default_loader

    try:
        return dict(default_loader.get_locale(language).info.get("relative-type", {}))
    except ValueError:
        return {}


def guess_calendar_language(text: str) -> str:
    """Return the language that a text names a month, a weekday or a day such as "yesterday" in: ISO 639-1 code."""
    words = "".join(c if c.isalpha() else " " for c in text).split()
    line = f" {' '.join(words).casefold()} "
    # Only where a word of theirs occurs, since the model that detects languages takes a second to load.
    found = [
        language
        for language in _LANGUAGES
        if not _list_telling_names(language).isdisjoint(words)
        or any(p in line for p in _list_telling_phrases(language))
    ]
    return pick_language(text, ["en", *found]) if found else "en"


@lru_cache(maxsize=64)
def _list_telling_names(language: str) -> frozenset[str]:
    """Return the whole names that English has not, as written and in lower case: "mars" is a month, "Mars" is not."""
    locale = load_locale(language)
    names = [*locale.months["format"]["wide"].values(), *locale.days["format"]["wide"].values()]
    english = {*list_month_names(), *list_weekday_names()}
    return frozenset(form for name in names for form in (name, name.lower()) if name.casefold() not in english)


@lru_cache(maxsize=64)
def _list_telling_phrases(language: str) -> tuple[str, ...]:
    phrases = (tokens for found in list_relative_phrases(language).values() for tokens, _, _ in found)
    return tuple(f" {' '.join(t for t in tokens if t.isalpha())} " for tokens in phrases)


def fold_calendar_name(written: str) -> str:
    """Return the name of a month or weekday as it is looked up."""
    return written.casefold().rstrip(".")


MONTH = "|".join(sorted(list_month_names(), key=len, reverse=True))
"""Pattern of the English months, in lower case, the longest first."""

WEEKDAY = "|".join(list_weekday_names())
"""Pattern of the English weekdays, in lower case."""
