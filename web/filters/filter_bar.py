"""Below the question: what every search is narrowed to, and which model writes."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from corpus import NewsdeskError
from corpus.archive.collections import Collections
from corpus.archive.database import Archive
from corpus.archive.name_lookup import NameLookup
from corpus.text import days
from rag.model import Filters
from rag.question.filter_values import check_names, read_filters
from web.addresses import write_query
from web.assistant.available_models import Choice, Models
from web.assistant.model_file import OwnModel
from web.conversations.conversation import SessionState
from web.markup.chips import format_value
from web.markup.escaping import format_day
from web.markup.language_names import language_name
from web.markup.templating import render, trust

_MOST_OPTIONS = 100
_KINDS = {
    "collections": "Collections",
    "outlets": "Outlets",
    "authors": "Authors",
    "sections": "Sections",
    "languages": "Languages",
    "feeds": "Feeds",
}


def render_bar(session: SessionState, models: Models | None, panel: str = "") -> str:
    """Render the line that says what is narrowed, each part a button that opens a panel.

    Args:
        session: The page.
        models: What can be chosen, or None while the archive is being opened.
        panel: A panel that stands open, or "".
    """
    choice = next((c for c in models.choices if c.key == session.model), None) if models else None
    label = "Model" if choice is None else choice.label if choice.llm else "No model"
    return filter_bar(session.filters, panel, label if models else "")


def filter_bar(filters: Filters, panel: str = "", model: str = "", **others: str | int) -> str:
    """Render the button that tells what is narrowed and opens the panel in which that is chosen.

    Args:
        filters: What is narrowed.
        panel: The panel if it stands open, or "".
        model: The model on a second button, or "".
        others: What else the view depends on, for the query of its address.
    """
    summary, query = describe_filters(filters), write_query(filters, **others)
    return render("filter_bar", narrowed=bool(filters), summary=summary, panel=trust(panel), model=model, query=query)


def describe_filters(filters: Filters) -> str:
    """Say in a few words what a search is narrowed to."""
    outlets = _limit_choices(filters.outlets, "Any outlet", "outlets")
    last = _last_day(filters)
    if filters.since and last:
        time = (
            format_day(filters.since)
            if filters.since.date() == last.date()
            else f"{format_day(filters.since)} – {format_day(last)}"
        )
    elif filters.since or last:
        time = f"since {format_day(filters.since)}" if filters.since else f"until {format_day(last)}"
    else:
        time = "Any time"
    rest = [
        _limit_choices(tuple(format_value("collections", name) for name in filters.collections), "", "collections"),
        _limit_choices(tuple(format_value("authors", name) for name in filters.authors), "", "authors"),
        _limit_choices(tuple(format_value("sections", name) for name in filters.sections), "", "sections"),
        _limit_choices(tuple(map(language_name, filters.languages)), "", "languages"),
        _limit_choices(filters.feeds, "", "feeds"),
    ]
    return " · ".join(filter(None, [outlets, time, *rest]))


def _last_day(filters: Filters) -> datetime | None:
    """Return a moment of the last day that filters admit: they end with the first instant behind it."""
    return filters.until - timedelta(days=1) if filters.until else None


def _limit_choices(values: tuple[str, ...], none: str, plural: str) -> str:
    return none if not values else values[0] if len(values) == 1 else f"{len(values)} {plural}"


def render_filters_panel(
    archive: Archive, filters: Filters, kinds: Collection[str] = tuple(_KINDS), user: str = ""
) -> str:
    """Render the form of the filters with what the archive holds.

    Args:
        archive: Whose collections, outlets, authors, sections, languages and feeds there are to choose from.
        filters: What is chosen now.
        kinds: Which of these.
        user: Whose collections there are to choose from, besides the shared ones.
    """
    known = Collections(archive, user).list_all() if "collections" in kinds else []
    tallies = {
        "collections": {collection.name: collection.articles for collection in known},
        "outlets": archive.count_by("source"),
        "authors": NameLookup(archive.count_by("author"), "author").counts if "authors" in kinds else {},
        "sections": NameLookup(archive.count_by("category"), "section").counts if "sections" in kinds else {},
        "languages": archive.count_by("language"),
        "feeds": archive.count_by("feed"),
    }
    groups = [
        (kind, _KINDS[kind], _list_options(kind, tallies[kind], getattr(filters, kind)))
        for kind in kinds
        # With one value there is nothing to choose, but of collections.
        if len(tallies[kind]) > (kind != "collections")
    ]
    return render("filter_panel", since=_iso(filters.since), until=_iso(_last_day(filters)), groups=groups)


def _iso(date: datetime | None) -> str:
    return days.format_day(date, "iso", unknown="")


def _list_options(kind: str, tally: Mapping[str, int], chosen: tuple[str, ...]) -> list[tuple[str, str, int, bool]]:
    """Return what can be chosen as (value, label, articles, whether it is chosen), what is chosen first."""
    # What is chosen stays in the list even where the archive has lost its last article.
    values = [*chosen, *(value for value in tally if value not in chosen)][:_MOST_OPTIONS]
    return [
        (value, language_name(value) if kind == "languages" else value, tally.get(value, 0), value in chosen)
        for value in values
    ]


def parse_filters(data: Mapping[str, object]) -> Filters:
    """Read what the form sends.

    Raises:
        NewsdeskError: A day is none, the last one lies before the first, or the names are too many or too long.
    """
    since, until = str(data.get("since") or ""), str(data.get("until") or "")
    time = read_filters(since, until) or Filters()
    if time.since and time.until and time.until <= time.since:
        raise NewsdeskError(f"{until} lies before {since}; swap the two days")
    lists = {kind: data.get(kind) for kind in _KINDS}
    names: dict[str, Any] = {
        kind: tuple(str(v) for v in value) for kind, value in lists.items() if isinstance(value, list)
    }
    for chosen in names.values():
        check_names(chosen)
    return replace(time, **{kind: names.get(kind, ()) for kind in _KINDS})


def render_models_panel(
    choices: list[Choice],
    current: str,
    looked: int | None = None,
    alone: bool = False,
    own: OwnModel | None = None,
    told: str = "",
) -> str:
    """Render the models to choose from, and the form in which who is alone sets one.

    Args:
        choices: What there is.
        current: The key of the one that is chosen.
        looked: How many models were found just now, or None where nobody looked.
        alone: Offer the form.
        own: The model that was set in it.
        told: What became of it just now, or "".
    """
    return render("models_panel", choices=choices, current=current, looked=looked, alone=alone, own=own, told=told)
