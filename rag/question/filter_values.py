"""Read filters as people and programs write them: days and outlets."""

from collections.abc import Iterable

from corpus.text.characters import one_line
from corpus.text.days import parse_period
from rag.model import Filters


def read_filters(since: str | None = None, until: str | None = None, outlets: Iterable[str] = ()) -> Filters | None:
    """Return the filters that some texts name, or None where all are blank: then the question decides.

    Args:
        since: A day, "2017-09-01", or an instant: published then or later.
        until: A day: published on it or before; an instant: before it.
        outlets: As the archive writes them.

    Raises:
        InputError: A date cannot be read.
    """
    start, end = parse_period(one_line(since or "") or None, one_line(until or "") or None)
    return Filters(start, end, tuple(filter(None, map(one_line, outlets)))) or None
