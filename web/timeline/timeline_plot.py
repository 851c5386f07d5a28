"""A story in time as markup: points on a plot, each of which leads to its entry, and the entries with their words."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from corpus.archive.database import Archive
from rag.model import Citation, Filters
from rag.text.dates.histogram import count_periods
from rag.text.names import find_names
from web.markup.templating import render

LONGEST_TOPIC = 200
"""Characters of a topic."""

MOST_ENTRIES = 300
"""So many stories are drawn; of more the latest."""

_PERIODS, _TICKS = 24, 6
_APART = 2.1  # Percent of the plot's width: closer points stand above one another.
_LANES = 8
_LOWEST, _LANE = 4, 17  # Pixels: of the lowest points from below, and from one lane to the next.
_HEADLINES, _STORIES, _LEAST_HEADLINES = 400, 6, 2


def render_timeline(topic: str, entries: Sequence[Citation]) -> str:
    """Render the stories on a topic.

    Args:
        topic: What was looked for.
        entries: In order of time, undated ones last, as `Assistant.timeline` returns them.
    """
    dated = [entry for entry in entries if entry.passage.article.published_at][-MOST_ENTRIES:]
    undated = [entry for entry in entries if not entry.passage.article.published_at][:MOST_ENTRIES]
    left_out = len(entries) - len(dated) - len(undated)
    summary = f"{len(entries):,} {'story' if len(entries) == 1 else 'stories'} on “{topic}”"
    if left_out:
        summary += f"; the latest {len(dated):,} are shown"
    years = groupby(dated, key=lambda entry: _day_of(entry).year)
    parts = [(str(year), list(group)) for year, group in years]
    points, ticks = _place_points(dated), _place_ticks(dated)
    return render(
        "timeline",
        summary=summary,
        points=points,
        ticks=ticks,
        height=26 + max((bottom - _LOWEST for _, _, bottom in points), default=0),
        parts=[*parts, ("Without a date", undated)] if undated else parts,
        outlets=_list_outlets,
    )


def _day_of(entry: Citation) -> date:
    published = entry.passage.article.published_at
    return published.date() if published else date.min


def _place_points(dated: Sequence[Citation]) -> list[tuple[Citation, float, int]]:
    """Return the entries with their places, from the left in percent and from below in pixels; none for a single day."""
    days = [_day_of(entry) for entry in dated]
    if len(set(days)) < 2:
        return []
    places = [_to_percent(day, days[0], days[-1]) for day in days]
    lanes = _assign_lanes(places)
    return [(entry, left, _LOWEST + _LANE * lane) for entry, left, lane in zip(dated, places, lanes, strict=True)]


def _place_ticks(dated: Sequence[Citation]) -> list[tuple[str, float]]:
    """Return the labels below the points with their places from the left in percent."""
    days = {_day_of(entry) for entry in dated}
    if len(days) < 2:
        return []
    first, last = min(days), max(days)
    periods = count_periods(dict.fromkeys((first, last), 1), _PERIODS)
    labelled = periods[:: math.ceil(len(periods) / _TICKS)]
    # A period may begin before the first story.
    return [(bar.short, max(0.0, _to_percent(bar.first, first, last))) for bar in labelled]


def _to_percent(day: date, first: date, last: date) -> float:
    return 100 * (day - first).days / (last - first).days


def _assign_lanes(places: Sequence[float]) -> list[int]:
    """Return for each place, in order, the lowest lane in which it does not touch the one before."""
    ends = [-_APART] * _LANES
    lanes = []
    for place in places:
        # Where all are taken, points overlap in the highest.
        lane = next((i for i, end in enumerate(ends) if place - end >= _APART), _LANES - 1)
        ends[lane] = place
        lanes.append(lane)
    return lanes


def _list_outlets(entry: Citation) -> list[str]:
    articles = (entry.passage.article, *entry.passage.copies)
    return list(dict.fromkeys(article.source or "Unknown outlet" for article in articles))


def render_nothing(topic: str, filters: Filters, stories: Sequence[str]) -> str:
    """Say that there is nothing on a topic, or that none was named, and what to try.

    Args:
        topic: What was looked for, or "".
        filters: What was narrowed.
        stories: What there is something on.
    """
    return render("timeline_empty", topic=topic, narrowed=bool(filters), stories=stories)


def group_stories(archive: Archive, filters: Filters) -> list[str]:
    """Return names that several of the newest headlines hold, the most frequent first."""
    counts: Counter[str] = Counter()
    for article in archive.articles(limit=_HEADLINES):
        if filters.admits(article):
            found = find_names(article.title)
            counts.update(
                {article.title[name.start : name.end] for name in found if len(name.words) <= 3 and not name.acronym}
            )
    return [name for name, count in counts.most_common(_STORIES) if count >= _LEAST_HEADLINES]
