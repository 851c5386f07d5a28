"""A story in time as markup: points on a plot, each of which leads to its entry, and the entries with their words."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from corpus.archive.database import Archive
from rag.model import Citation, Filters
from rag.text.names import find_names
from web.markup.escaping import escape, excerpt, format_day, render_byline, render_read_button
from web.markup.histogram import Bar, count_periods

LONGEST_TOPIC = 200
"""Characters of a topic."""

MOST_ENTRIES = 300
"""So many stories are drawn; of more the latest."""

_PERIODS, _TICKS = 24, 6
_APART = 2.1  # Percent of the plot's width: closer points stand above one another.
_LANES = 8
_HEADLINES, _STORIES, _TOLD_TWICE = 400, 6, 2


def render_timeline(topic: str, entries: Sequence[Citation]) -> str:
    """Render the stories on a topic.

    Args:
        topic: What was looked for.
        entries: In order of time, undated ones last, as `Assistant.timeline` returns them.
    """
    dated = [entry for entry in entries if entry.passage.article.published_at][-MOST_ENTRIES:]
    undated = [entry for entry in entries if not entry.passage.article.published_at][:MOST_ENTRIES]
    left_out = len(entries) - len(dated) - len(undated)
    told = f"{len(entries):,} {'story' if len(entries) == 1 else 'stories'} on “{topic}”"
    if left_out:
        told += f"; the latest {len(dated):,} are shown"
    years = groupby(dated, key=lambda entry: _format_day(entry).year)
    parts = "".join(_render_part(str(year), list(group)) for year, group in years)
    parts += _render_part("Without a date", undated) if undated else ""
    return f'<p class="quiet" role="status">{escape(told)}</p>{_render_plot(dated)}{parts}'


def _format_day(entry: Citation) -> date:
    published = entry.passage.article.published_at
    return published.date() if published else date.min


def _render_plot(dated: Sequence[Citation]) -> str:
    """Render the points; the arrow keys go from one to the next, so that together they are one stop of the Tab key."""
    days = [_format_day(entry) for entry in dated]
    if len(set(days)) < 2:
        return ""
    first, last = days[0], days[-1]
    places = [_to_percent(day, first, last) for day in days]
    lanes = _assign_lanes(places)
    points = "".join(
        _render_point(entry, place, lane, i == 0)
        for i, (entry, place, lane) in enumerate(zip(dated, places, lanes, strict=True))
    )
    periods = count_periods(dict.fromkeys((first, last), 1), _PERIODS)
    ticks = "".join(_render_tick(bar, first, last) for bar in periods[:: math.ceil(len(periods) / _TICKS)])
    height = 26 + 17 * max(lanes)
    return (
        f'<div class="plot"><div class="points" role="group" aria-label="Stories over time" data-roving '
        f'style="height:{height}px">{points}</div><div class="ticks" aria-hidden="true">{ticks}</div></div>'
    )


def _to_percent(day: date, first: date, last: date) -> float:
    return 100 * (day - first).days / (last - first).days


def _assign_lanes(places: Sequence[float]) -> list[int]:
    """Return for each place, in order, the lowest lane in which it does not touch the one before."""
    ends = [-_APART] * _LANES
    lanes = []
    for place in places:
        lane = next((i for i, end in enumerate(ends) if place - end >= _APART), _LANES - 1)
        ends[lane] = place
        lanes.append(lane)
    return lanes


def _render_point(entry: Citation, place: float, lane: int, first: bool) -> str:
    article = entry.passage.article
    tip = escape(render_byline(format_day(article.published_at), article.source, article.title))
    more = ' class="more"' if entry.passage.copies else ""
    return (
        f'<button type="button" data-act="entry" data-n="{entry.n}"{more} data-tip="{tip}" aria-label="{tip}" '
        f'tabindex="{0 if first else -1}" style="left:{place:.2f}%;bottom:{4 + 17 * lane}px"></button>'
    )


def _render_tick(bar: Bar, first: date, last: date) -> str:
    place = max(0.0, _to_percent(bar.first, first, last))
    return f'<span style="left:{place:.2f}%">{escape(bar.short)}</span>'


def _render_part(heading: str, entries: Sequence[Citation]) -> str:
    return f"<h3>{escape(heading)}</h3><ol>{''.join(map(_render_entry, entries))}</ol>"


def _render_entry(entry: Citation) -> str:
    passage, article = entry.passage, entry.passage.article
    outlets = dict.fromkeys(a.source or "Unknown outlet" for a in (article, *passage.copies))
    words = excerpt(article.body, (passage.chunk.start, passage.chunk.end), [(entry.start, entry.end)], margin=0)
    whole = (passage.chunk.start, passage.chunk.end)
    date = f"<time>{escape(format_day(article.published_at))}</time>" if article.published_at else "<time></time>"
    return (
        f'<li class="entry" id="entry-{entry.n}" tabindex="-1">{date}<div>'
        f"{render_read_button(article, article.title, whole, f'{entry.start}-{entry.end}')}"
        f'<div class="meta">{escape(", ".join(outlets))}</div><blockquote>{words}</blockquote></div></li>'
    )


def render_nothing(topic: str, filters: Filters, stories: Sequence[str]) -> str:
    """Say that there is nothing on a topic, or that none was named, and what to try.

    Args:
        topic: What was looked for, or "".
        filters: What was narrowed.
        stories: What there is something on.
    """
    if topic:
        wider = " Widen the filters, or name" if filters else " Name"
        said = (
            f"No article holds “{topic}”.{wider} a person, a company or a place as an article would, and little else."
        )
    else:
        said = "Name a story in a few words: a person, a company, a place. Every article that holds them stands here by its date."
    buttons = "".join(
        f'<button type="button" data-act="story" data-topic="{escape(story)}">{escape(story)}</button>'
        for story in stories
    )
    offered = f'<p class="quiet">For instance</p><div class="next">{buttons}</div>' if buttons else ""
    return f'<p class="quiet" role="status">{escape(said)}</p>{offered}'


def group_stories(archive: Archive, filters: Filters) -> list[str]:
    """Return names that several of the newest headlines hold, the most told first."""
    told: Counter[str] = Counter()
    for article in archive.articles(limit=_HEADLINES):
        if filters.admits(article):
            found = find_names(article.title)
            told.update(
                {article.title[name.start : name.end] for name in found if len(name.words) <= 3 and not name.acronym}
            )
    return [name for name, count in told.most_common(_STORIES) if count >= _TOLD_TWICE]
