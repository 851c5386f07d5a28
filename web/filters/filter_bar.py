"""Below the question: what every search is narrowed to, and which model writes."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from corpus import NewsdeskError
from corpus.archive.database import Archive
from corpus.text import days
from rag.model import Filters
from rag.question.filter_values import read_filters
from web.assistant.available_models import Choice, Models
from web.conversations.conversation import SessionState
from web.markup.chips import format_value
from web.markup.escaping import escape, format_day
from web.markup.language_names import language_name

_MOST_OPTIONS = 100
_KINDS = {"outlets": "Outlets", "languages": "Languages", "feeds": "Feeds"}


def render_bar(session: SessionState, models: Models | None, panel: str = "") -> str:
    """Render the line that says what is narrowed, each part a button that opens a panel.

    Args:
        session: The page.
        models: What can be chosen, or None while the archive is being opened.
        panel: A panel that stands open, or "".
    """
    choice = next((c for c in models.choices if c.key == session.model), None) if models else None
    opened = ' aria-expanded="true"' if panel else ' aria-expanded="false"'
    label = "Model" if choice is None else choice.label if choice.llm else "No model"
    model = f'<button type="button" data-act="models"{opened}>{escape(label)}</button>' if models else ""
    return filter_bar(session.filters, panel, model)


def filter_bar(filters: Filters, panel: str = "", beside: str = "") -> str:
    """Render the button that tells what is narrowed and opens the panel in which that is chosen.

    Args:
        filters: What is narrowed.
        panel: The panel if it stands open, or "".
        beside: Markup of what stands on the same line.
    """
    wide = "" if filters else ' class="any"'
    opened = "true" if panel else "false"
    return (
        f'<div class="narrow" data-panel><button type="button" data-act="filters"{wide} aria-expanded="{opened}">'
        f"{escape(describe_filters(filters))}</button>{beside}{panel}</div>"
    )


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
        _limit_choices(tuple(map(language_name, filters.languages)), "", "languages"),
        _limit_choices(filters.feeds, "", "feeds"),
    ]
    return " · ".join(filter(None, [outlets, time, *rest]))


def _last_day(filters: Filters) -> datetime | None:
    """Return a moment of the last day that filters admit: they end with the first instant behind it."""
    return filters.until - timedelta(days=1) if filters.until else None


def _limit_choices(values: tuple[str, ...], none: str, plural: str) -> str:
    return none if not values else values[0] if len(values) == 1 else f"{len(values)} {plural}"


def render_filters_panel(archive: Archive, filters: Filters, kinds: Collection[str] = tuple(_KINDS)) -> str:
    """Render the form of the filters with what the archive holds.

    Args:
        archive: Whose outlets, languages and feeds there are to choose from.
        filters: What is chosen now.
        kinds: Which of these three.
    """
    tallies = {
        "outlets": archive.count_by("source"),
        "languages": archive.count_by("language"),
        "feeds": archive.count_by("feed"),
    }
    groups = "".join(_group(kind, tallies[kind], getattr(filters, kind)) for kind in kinds if len(tallies[kind]) > 1)
    last = _last_day(filters)
    dates = (
        f'<div class="dates"><label>From <input type="date" name="since" value="{_iso(filters.since)}"></label>'
        f'<label>to <input type="date" name="until" value="{_iso(last)}"></label></div>'
    )
    buttons = (
        '<div class="ends"><button type="button" class="do" data-act="widen">Search everything</button>'
        '<button type="button" class="do main" data-act="narrow">Apply</button></div>'
    )
    return f'<div class="pop" role="dialog" aria-label="Narrow the search">{dates}{groups}{buttons}</div>'


def _iso(date: datetime | None) -> str:
    return days.format_day(date, "iso", unknown="")


def _group(kind: str, tally: Mapping[str, int], chosen: tuple[str, ...]) -> str:
    values = [*chosen, *(value for value in tally if value not in chosen)][:_MOST_OPTIONS]
    items = "".join(
        f'<label><input type="checkbox" name="{kind}" value="{escape(value)}"{" checked" if value in chosen else ""}> '
        f"<span>{escape(format_value(kind, value))}</span> <small>{tally.get(value, 0):,}</small></label>"
        for value in values
    )
    return f"<fieldset><legend>{_KINDS[kind]}</legend><div>{items}</div></fieldset>"


def parse_filters(data: Mapping[str, object]) -> Filters:
    """Read what the form sends.

    Raises:
        NewsdeskError: A day is none, or the last one lies before the first.
    """
    since, until = str(data.get("since") or ""), str(data.get("until") or "")
    time = read_filters(since, until) or Filters()
    if time.since and time.until and time.until <= time.since:
        raise NewsdeskError(f"{until} lies before {since}; swap the two days")
    lists = {kind: data.get(kind) for kind in _KINDS}
    names = {kind: tuple(str(v) for v in value) for kind, value in lists.items() if isinstance(value, list)}
    return Filters(time.since, time.until, names.get("outlets", ()), names.get("languages", ()), names.get("feeds", ()))


def render_models_panel(choices: list[Choice], current: str, looked: int | None) -> str:
    """Render the models to choose from.

    Args:
        choices: What there is.
        current: The key of the one that is chosen.
        looked: How many models were found just now, or None where nobody looked.
    """
    items = "".join(
        f'<button type="button" class="choice" data-act="model" data-key="{escape(c.key)}" '
        f'aria-pressed="{"true" if c.key == current else "false"}"><span>{escape(c.label)}</span>'
        f"<small>{escape(c.address)}</small></button>"
        for c in choices
    )
    said = "" if looked is None else f"<p>{looked or 'No'} model{'' if looked == 1 else 's'} found on this machine.</p>"
    look = '<div class="ends"><button type="button" class="do" data-act="look">Look for local models</button></div>'
    return f'<div class="pop" role="dialog" aria-label="Choose a model">{items}{said}{look}</div>'
