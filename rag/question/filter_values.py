"""Read filters as people and programs write them: days, outlets, authors and sections."""

from collections.abc import Iterable, Sequence

from corpus.errors import InputError
from corpus.text.characters import one_line
from corpus.text.days import parse_period
from corpus.text.urls import LONGEST_ADDRESS
from rag.model import Filters

MOST_NAMES, LONGEST_NAME = 200, LONGEST_ADDRESS  # A feed is named by its address.
"""Names of one kind in a filter, and the characters of each: every one is compared with all that an archive has."""


Names = str | Iterable[str] | None
"""One name, several, or none."""


def read_filters(
    since: str | None = None,
    until: str | None = None,
    outlets: Names = (),
    authors: Names = (),
    sections: Names = (),
    collections: Names = (),
    owner: str = "",
) -> Filters | None:
    """Return the filters that some texts name, or None where all are blank: then the question decides.

    Args:
        since: A day, "2017-09-01", or an instant: published then or later.
        until: A day: published on it or before; an instant: before it.
        outlets: As the archive writes them.
        authors: In any writing; `rag.answer.question_reader.QuestionReader` finds the archive's.
        sections: Likewise.
        collections: Named sets of articles (`corpus.archive.collections`).
        owner: Whose collections are meant, besides the shared ones.

    Raises:
        InputError: A date cannot be read, or there are too many names or too long ones.
    """
    start, end = parse_period(one_line(since or "") or None, one_line(until or "") or None)
    named, people, kinds, sets = map(_read_names, (outlets, authors, sections, collections))
    return Filters(start, end, named, authors=people, sections=kinds, collections=sets, owner=owner) or None


def _read_names(names: Names) -> tuple[str, ...]:
    listed = [names] if isinstance(names, str) else names or ()
    found = tuple(filter(None, map(one_line, listed)))
    check_names(found)
    return found


def check_names(names: Sequence[str]) -> None:
    """Check the names of one kind in a filter.

    Raises:
        InputError: They are too many, or one is too long.
    """
    if len(names) > MOST_NAMES:
        raise InputError(f"{len(names):,} names of one kind were chosen; choose at most {MOST_NAMES}")
    if longest := max((len(name) for name in names if len(name) > LONGEST_NAME), default=0):
        raise InputError(f"a name of {longest:,} characters cannot be searched for; use at most {LONGEST_NAME:,}")


def phrase_names(filters: Filters) -> str:
    """Return what filters say of bylines, sections and collections: "by Jane Doe, in the section Business", or ""."""
    by = f"by {' or '.join(filters.authors)}" if filters.authors else ""
    kind = "sections" if len(filters.sections) > 1 else "section"
    within = f"in the {kind} {' or '.join(filters.sections)}" if filters.sections else ""
    collected = f"in the collection {' or '.join(filters.collections)}" if filters.collections else ""
    return ", ".join(filter(None, [by, within, collected]))
