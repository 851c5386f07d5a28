"""What the archive holds: how many articles, from when, by whom, in which languages, and how they lie in time."""

from collections.abc import Mapping
from datetime import date

from corpus.archive.database import Archive
from rag.model import Filters
from web.markup.chips import format_value
from web.markup.escaping import escape, format_day
from web.markup.histogram import Bar, count_periods

PATIENCE_S = 120.0
"""So long a tab waits for an archive that is being opened."""

_OUTLETS, _LANGUAGES = 8, 6


def render_holdings(archive: Archive, filters: Filters, changeable: bool) -> str:
    """Render what there is; outlets, languages and bars are buttons that narrow the list to them.

    Args:
        archive: The archive.
        filters: What the list is narrowed to now.
        changeable: Whether articles can be added below, where the window is too narrow to have that beside.
    """
    count = archive.count()
    days = {date.fromisoformat(day): n for day, n in archive.days().items()}
    undated = count - sum(days.values())
    down = '<a class="hence" href="#add">Add articles</a>' if changeable else ""
    said = f"article{'' if count == 1 else 's'}{_render_span(days)}{_render_undated(undated)}"
    head = f'<p class="sum">{down}<b>{count:,}</b> {said}</p>'
    groups = _render_group("outlets", "Outlets", archive.count_by("source"), filters.outlets, _OUTLETS)
    groups += _render_group("languages", "Languages", archive.count_by("language"), filters.languages, _LANGUAGES)
    return f'<h2 class="away">Archive</h2>{head}{_render_histogram(count_periods(days), filters)}<dl class="tallies">{groups}</dl>'


def _render_span(days: Mapping[date, int]) -> str:
    if not days:
        return ""
    first, last = format_day(min(days)), format_day(max(days))
    return f", {first}" if first == last else f", {first} – {last}"


def _render_undated(count: int) -> str:
    return f", {count:,} of them without a date" if count else ""


def _render_histogram(found: list[Bar], filters: Filters) -> str:
    """Render the bars; the arrow keys go from one to the next, so that together they are one stop of the Tab key."""
    if len(found) < 2:
        return ""
    highest = max(bar.count for bar in found)
    items = "".join(_render_bar(bar, highest, filters, i == 0) for i, bar in enumerate(found))
    ends = f'<span>{escape(found[0].short)}</span><span class="top">at most {highest:,}</span><span>{escape(found[-1].short)}</span>'
    label = "Articles over time; each bar narrows the list"
    return (
        f'<div class="histogram"><div class="bars" role="group" aria-label="{label}" data-roving>{items}</div>'
        f'<div class="ends" aria-hidden="true">{ends}</div></div>'
    )


def _render_bar(bar: Bar, highest: int, filters: Filters, first: bool) -> str:
    label = f"{bar.label}: {bar.count:,} article{'' if bar.count == 1 else 's'}"
    chosen = bool(filters.since and filters.until) and _is_inside(bar, filters)
    height = f"{100 * bar.count / highest:.1f}%"
    return (
        f'<button type="button" data-act="span" data-since="{bar.first:%Y-%m-%d}" data-until="{bar.last:%Y-%m-%d}" '
        f'aria-label="{label}" title="{label}" aria-pressed="{"true" if chosen else "false"}" '
        f'tabindex="{0 if first else -1}"><i style="height:{height}"></i></button>'
    )


def _is_inside(bar: Bar, filters: Filters) -> bool:
    since, until = filters.since, filters.until
    return bool(since and until and since.date() <= bar.first and bar.last < until.date())


def _render_group(kind: str, name: str, tally: Mapping[str, int], chosen: tuple[str, ...], most: int) -> str:
    if not tally:
        return ""
    shown = list(tally.items())[:most]
    items = "".join(
        f'<button type="button" data-act="only" data-kind="{kind}" data-value="{escape(value)}" '
        f'aria-pressed="{"true" if value in chosen else "false"}">{escape(format_value(kind, value))} <small>{count:,}</small></button>'
        for value, count in shown
    )
    rest = len(tally) - len(shown)
    more = f'<button type="button" class="all" data-act="filters">{rest:,} more</button>' if rest else ""
    return f"<div><dt>{name}</dt><dd>{items}{more}</dd></div>"


def render_opening(problem: str = "") -> str:
    """Say that there is no archive to look at, or not yet."""
    if problem:
        return f'<div class="flag" role="alert">{escape(problem)}</div>'
    return '<p class="state busy" role="status">Opening the archive…</p>'
