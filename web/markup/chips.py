"""What a question was understood as: chips, each of which can be undone, and then it is asked again without."""

from dataclasses import replace
from typing import Any

from rag.model import Answer, Filters
from web.markup.escaping import format_day
from web.markup.language_names import language_name
from web.markup.templating import render

_NAMED = ("collections", "outlets", "authors", "sections", "languages", "feeds")


def render_understanding(answer: Answer, last: bool = True) -> str:
    """Render what the question was understood as; in the last exchange each chip can be undone, which asks again."""
    chips: list[dict[str, str]] = []
    if answer.rephrased:
        chips.append(_make_chip(answer.standalone, "standalone", "Ask the question as written"))
    for name, text in name_filters(answer.filters):
        chips.append(_make_chip(text, name, f"Ask again without “{text}”"))
    if answer.parts:
        chips.append(
            _make_chip(
                f"{len(answer.parts)} parts" if len(answer.parts) > 1 else answer.parts[0],
                "parts",
                "Ask again in one piece",
                " / ".join(answer.parts),
            )
        )
    return render("chips", chips=chips, removable=last)


def _make_chip(text: str, name: str, undo: str, title: str = "") -> dict[str, str]:
    return {"text": text, "name": name, "undo": undo, "title": title}


def name_filters(filters: Filters) -> list[tuple[str, str]]:
    """Return each thing that narrows the search as (name, words for the reader); the name undoes it."""
    found: list[tuple[str, str]] = []
    if filters.timed:
        since = f"from {format_day(filters.since)}" if filters.since else ""
        until = f"before {format_day(filters.until)}" if filters.until else ""
        span = " ".join(part for part in (since, until) if part)
        found.append(("time", f"{filters.label} ({span})" if filters.label else span))
    for name in _NAMED:
        found += [(f"{name}:{value}", format_value(name, value)) for value in getattr(filters, name)]
    return found


def format_value(kind: str, value: str) -> str:
    """Return how the page writes one value of the filters, whose `kind` is the name of its field."""
    phrases = {"authors": f"by {value}", "sections": f"section {value}", "collections": f"collection {value}"}
    return language_name(value) if kind == "languages" else phrases.get(kind, value)


def remove_filter(filters: Filters, name: str) -> Filters:
    """Return the filters with one thing undone, named as `name_filters` names it."""
    kind, _, value = name.partition(":")
    if kind == "time":
        return replace(filters, since=None, until=None, label="")
    if kind not in _NAMED:
        return filters
    rest = tuple(v for v in getattr(filters, kind) if v != value)
    values: dict[str, Any] = {kind: rest}
    return replace(filters, **values)


def describe_dates(answer: Answer) -> str:
    """Say how old the evidence of an answer is."""
    earliest, latest = answer.as_of
    if not answer.citations:
        return f"{len(answer.passages)} passages were read" if answer.passages else "No passage was found"
    if earliest is None:
        return "The date of the evidence is not known"
    # Compared as they are written: two hours of one day are no span.
    if format_day(earliest) == format_day(latest):
        return f"Evidence of {format_day(earliest)}"
    return f"Evidence from {format_day(earliest)} to {format_day(latest)}"
