"""What the archive holds: how many articles, from when, by whom, in which languages, and how they lie in time."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from corpus.archive.database import Archive
from corpus.archive.revisions import list_revisions
from rag.model import Filters
from rag.text.dates.histogram import Bar, count_periods
from web.markup.chips import format_value
from web.markup.templating import render

PATIENCE_S = 120.0
"""So long a tab waits for an archive that is being opened."""

_OUTLETS, _LANGUAGES = 8, 6
_WEEK, _CORRECTIONS = timedelta(days=7), 20


def render_holdings(archive: Archive, filters: Filters, changeable: bool) -> str:
    """Render what there is; outlets, languages and bars are buttons that narrow the list to them.

    Args:
        archive: The archive.
        filters: What the list is narrowed to now.
        changeable: Whether articles can be added below, where the window is too narrow for a second column.
    """
    count = archive.count()
    days = {date.fromisoformat(day): n for day, n in archive.days().items()}
    bars = count_periods(days)
    return render(
        "holdings",
        changeable=changeable,
        count=count,
        first=min(days, default=None),
        last=max(days, default=None),
        undated=count - sum(days.values()),
        bars=bars,
        corrections=list_revisions(archive, datetime.now(UTC) - _WEEK)[:_CORRECTIONS],
        pressed=[bar for bar in bars if _is_inside(bar, filters)],
        groups=[
            ("outlets", "Outlets", *_shorten("outlets", archive.count_by("source"), _OUTLETS), filters.outlets),
            (
                "languages",
                "Languages",
                *_shorten("languages", archive.count_by("language"), _LANGUAGES),
                filters.languages,
            ),
        ],
    )


def _shorten(kind: str, tally: Mapping[str, int], most: int) -> tuple[list[tuple[str, str, int]], int]:
    """Return the first entries of a tally as (value, label, count), and how many more there are."""
    values = [(value, format_value(kind, value), count) for value, count in tally.items()]
    return values[:most], max(len(values) - most, 0)


def _is_inside(bar: Bar, filters: Filters) -> bool:
    since, until = filters.since, filters.until
    return bool(since and until and since.date() <= bar.first and bar.last < until.date())


def render_opening(problem: str = "") -> str:
    """Say that there is no archive to look at, or not yet."""
    return render("opening", problem=problem)
