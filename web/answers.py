"""The conversation: questions, what they were understood as, answers with their flags and dates."""

from dataclasses import replace
from typing import Any

from rag.model import Answer, Filters
from web.conversation import Conversation, Exchange
from web.evidence import sources
from web.prose import growing, prose
from web.render import byline, day, escape

STAGES = {
    "searching": "Searching the archive…",
    "reading": "Reading what was found…",
    "writing": "Writing…",
    "checking": "Checking every claim…",
    "indexing": "Waiting for the index…",
    "waiting": "Waiting for the archive to be ready…",
}


def talk(conversation: Conversation) -> str:
    """Render every exchange, the one being answered included."""
    last = len(conversation.exchanges) - 1
    return "".join(_exchange(e, turn, turn == last) for turn, e in enumerate(conversation.exchanges))


def _exchange(exchange: Exchange, turn: int, last: bool) -> str:
    question = f'<div class="q" data-question="{escape(exchange.question)}">{escape(exchange.question)}</div>'
    if exchange.answer is not None:
        body = _answered(exchange.answer, turn, last)
    elif exchange.stage == "failed":
        body = f'<div class="flag" role="alert">{escape(exchange.error)}</div>{_acts(exchange, last)}'
    elif exchange.stage == "stopped":
        body = (
            f'<div class="a cut">{growing(exchange.text)}</div>'
            f'<div class="note">Stopped: this is not a whole answer, and nothing in it was checked.</div>'
            f"{_acts(exchange, last)}"
        )
    else:
        stage = escape(STAGES.get(exchange.stage, exchange.stage))
        body = f'<div class="a">{growing(exchange.text)}</div><div class="stage" role="status">{stage}</div>'
    note = f'<div class="note">{escape(exchange.note)}</div>' if exchange.note else ""
    body = note + body
    return f'<section class="turn" id="turn-{turn}" data-turn="{turn}">{question}{body}</section>'


def _answered(answer: Answer, turn: int, last: bool) -> str:
    refused = answer.status == "not_found"
    notes = "".join(f'<div class="note">{escape(note)}</div>' for note in answer.notes)
    if answer.status == "incomplete":
        notes = f'<div class="flag" role="note">This is not a whole answer.</div>{notes}'
    return (
        f"{understood(answer)}"
        f'<div class="a{" refused" if refused else ""}">{prose(answer, turn)}</div>{notes}'
        f"{_nearest(answer)}{as_of(answer, last)}"
    )


def understood(answer: Answer) -> str:
    """Render what the question was understood as, as chips; each that can be undone asks again without it."""
    chips: list[str] = []
    if answer.standalone and answer.standalone.strip() != answer.question.strip():
        chips.append(_chip(answer.standalone, "standalone", "Ask the question as written"))
    chips += [_chip(text, name, f"Ask again without “{text}”") for name, text in named_filters(answer.filters)]
    if answer.parts:
        parts = " / ".join(answer.parts)
        chips.append(f'<span class="chip" title="{escape(parts)}">{len(answer.parts)} parts</span>')
    return f'<div class="asked">Understood as {"".join(chips)}</div>' if chips else ""


def named_filters(filters: Filters) -> list[tuple[str, str]]:
    """Return each thing that narrows the search as (name, words for the reader); the name undoes it."""
    found: list[tuple[str, str]] = []
    if filters.since or filters.until:
        since = f"from {day(filters.since)}" if filters.since else ""
        until = f"before {day(filters.until)}" if filters.until else ""
        span = " ".join(part for part in (since, until) if part)
        found.append(("time", f"{filters.label} ({span})" if filters.label else span))
    for name in ("outlets", "languages", "feeds"):
        found += [(f"{name}:{value}", value) for value in getattr(filters, name)]
    return found


def without(filters: Filters, name: str) -> Filters:
    """Return the filters with one thing undone, named as `named_filters` names it."""
    kind, _, value = name.partition(":")
    if kind == "time":
        return replace(filters, since=None, until=None, label="")
    if kind not in {"outlets", "languages", "feeds"}:
        return filters
    kept = tuple(v for v in getattr(filters, kind) if v != value)
    values: dict[str, Any] = {kind: kept}
    return replace(filters, **values)


def _chip(text: str, name: str, undo: str) -> str:
    return (
        f'<span class="chip">{escape(text)}<button type="button" data-act="undo" data-what="{escape(name)}" '
        f'aria-label="{escape(undo)}">×</button></span>'
    )


def _nearest(answer: Answer) -> str:
    if not answer.nearest:
        return ""
    items = "".join(
        f'<li><button type="button" class="read" data-act="read" data-article="{escape(a.id)}" '
        f'data-version="{a.version}">{escape(a.title)}</button> '
        f"<span>{escape(byline(a.source, day(a.published_at)))}</span></li>"
        for a in answer.nearest
    )
    return f'<div class="nearest"><h3>The nearest articles</h3><ul>{items}</ul></div>'


def as_of_words(answer: Answer) -> str:
    """Say how old the evidence of an answer is."""
    earliest, latest = answer.as_of
    if not answer.citations:
        return f"{len(answer.passages)} passages were read" if answer.passages else "No passage was found"
    if earliest is None:
        return "The date of the evidence is not known"
    if day(earliest) == day(latest):
        return f"Evidence of {day(earliest)}"
    return f"Evidence from {day(earliest)} to {day(latest)}"


def as_of(answer: Answer, last: bool) -> str:
    """Render the line under an answer: how old its evidence is, and what can be done with it."""
    copy = f'<button type="button" data-act="copy" data-text="{escape(sources(answer))}">Copy with sources</button>'
    acts = (copy if answer.citations else "") + (_RETRY if last else "")
    return f'<div class="asof"><span>{escape(as_of_words(answer))}</span><span class="acts">{acts}</span></div>'


_RETRY = '<button type="button" data-act="retry">Ask again</button>'


def _acts(exchange: Exchange, last: bool) -> str:
    return f'<div class="asof"><span></span><span class="acts">{_RETRY}</span></div>' if last and exchange else ""
