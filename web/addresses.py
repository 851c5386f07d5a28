"""The address of what the page shows: a conversation, an article with its marks, a tab with its filters."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from urllib.parse import parse_qs, quote, urlencode

from corpus import Article, NewsdeskError
from corpus.text import days
from corpus.text.characters import one_line
from rag.model import Filters
from rag.question.filter_values import LONGEST_NAME, read_filters

CONVERSATION = "/c/{conversation:path}"
ARTICLE = "/a/{article:path}"
"""The paths of what is not a tab; each tab has its own name as its path, and the first one "/"."""

_MOST_VALUES = 50
_LISTS = tuple(field.name for field in fields(Filters) if field.default == ())
"""The filters that hold any number of values."""


def conversation_address(conversation_id: str) -> str:
    """Return the address of a conversation, or of a new one where the id is ""."""
    return f"/c/{quote(conversation_id, safe='')}" if conversation_id else "/"


def article_address(article: Article, marks: Iterable[tuple[int, int]] = ()) -> str:
    """Return the address of a version of an article with some words marked: "/a/ID?v=1#12-40,50-61".

    Args:
        article: The article.
        marks: What is marked, as offsets in its body.
    """
    spans = ",".join(f"{start}-{end}" for start, end in marks)
    return f"/a/{quote(article.id, safe='')}?v={article.version}{f'#{spans}' if spans else ''}"


def write_query(filters: Filters, **others: str | int) -> str:
    """Return filters, and whatever else a view depends on, as the query of an address; what is empty is left out."""
    until = filters.until - timedelta(days=1) if filters.until else None  # They end with the first instant behind it.
    pairs: list[tuple[str, str]] = [(name, str(value)) for name, value in others.items() if value]
    pairs += [(name, _iso(day)) for name, day in (("since", filters.since), ("until", until)) if day]
    pairs += [(name, value) for name in _LISTS for value in getattr(filters, name)]
    return urlencode(pairs)


def read_query(query: object) -> dict[str, list[str]]:
    """Return the values of a query by name; nothing where it is none."""
    try:
        return parse_qs(str(query), max_num_fields=_MOST_VALUES)
    except ValueError:
        return {}


def filters_of(values: dict[str, list[str]]) -> Filters:
    """Return the filters of a query; days that are none, and names that are too long, are left out."""
    try:
        time = read_filters(*(values.get(name, [""])[0] for name in ("since", "until"))) or Filters()
    except NewsdeskError:
        time = Filters()
    lists: dict[str, Sequence[str]] = {
        name: tuple(value for value in map(one_line, values.get(name, ())) if 0 < len(value) <= LONGEST_NAME)
        for name in _LISTS
    }
    return Filters(since=time.since, until=time.until, **lists)  # type: ignore[arg-type]


def _iso(day: datetime) -> str:
    return days.format_day(day, "iso")
