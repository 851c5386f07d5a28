"""Filters as people and programs write them: days and outlets."""

from collections.abc import Iterable
from datetime import timedelta

from corpus.text.characters import one_line
from corpus.text.date_parsing import is_day, moment
from rag.model import Filters


def read_filters(since: str = "", until: str = "", outlets: Iterable[str] = ()) -> Filters | None:
    """Return the filters that some texts name, or None where they name none: then the question decides.

    Args:
        since: A day, "2017-09-01", or an instant: published then or later.
        until: A day: published on it or before; an instant: before it.
        outlets: As the archive writes them.

    Raises:
        InputError: A date is none.
    """
    first, end = (moment(text) if one_line(text) else None for text in (since, until))
    if end and is_day(until):
        end += timedelta(days=1)
    return Filters(first, end, tuple(filter(None, map(one_line, outlets)))) or None
