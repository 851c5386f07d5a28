"""How far the things are that a reader adds, and the feeds that are followed, as markup."""

from collections.abc import Sequence

from corpus.feeds.feed_book import Feed
from corpus.ingestion.ingest import IngestSummary
from corpus.readers import Refusal
from corpus.settings import ROBOTS_HINT
from web.assistant.addition import Addition
from web.markup.templating import render

LONGEST_ADDRESS = 2048
"""Characters of an address."""

_KINDS = {"file": "", "page": "page", "feed": "feed"}
_REASONS_SHOWN = 20
_STATES = {
    "waiting": "Waiting",
    "working": "Reading…",
    "done": "Nothing new",
    "refused": "Not added",
    "cancelled": "Cancelled",
}


def render_progress(additions: Sequence[Addition], waiting: int) -> str:
    """Render what is being added and what became of it, the last first: it stands right below the buttons that add.

    Args:
        additions: In the order in which they were asked for.
        waiting: Articles of the archive that cannot be found by a question yet.
    """
    busy = any(addition.open for addition in additions)
    summary = _summarise(additions, busy, waiting)
    return render("additions", items=list(map(_make_item, reversed(additions))), summary=summary, busy=busy)


def _summarise(additions: Sequence[Addition], busy: bool, waiting: int) -> str:
    open_ones = sum(addition.open for addition in additions)
    if busy:
        return f"{len(additions) - open_ones} of {len(additions)} done"
    if waiting:
        return f"{waiting:,} article{'' if waiting == 1 else 's'} being indexed…"
    changed = any(addition.summary.changed for addition in additions)
    return "You can ask about everything that was added." if changed else "Nothing new was added."


def _make_item(addition: Addition) -> dict[str, object]:
    state = "Cancelling…" if addition.open and addition.stop.is_set() else _STATES[addition.state]
    counts = "" if addition.state == "refused" else describe_counts(addition.summary)
    refused = addition.summary.refused
    return {
        "name": addition.name,
        "state": addition.state,
        "kind": _KINDS[addition.kind],
        "outcome": counts if counts and addition.state == "done" else f"{state} {counts}".strip(),
        "problem": _clean_reason(addition.problem, addition),
        "reasons": [_make_reason(refusal, addition) for refusal in refused[:_REASONS_SHOWN]],
        "rest": len(refused) - _REASONS_SHOWN,
        "several": len(refused) > 1,
        "articles": addition.articles,
    }


def describe_counts(summary: IngestSummary) -> str:
    """Say what became of the articles so far, or return ""."""
    counts = {
        "added": summary.added,
        "updated": summary.updated,
        "there already": summary.unchanged,
        "refused": summary.lost,
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def _make_reason(refusal: Refusal, addition: Addition) -> dict[str, str]:
    item = "" if refusal.item == addition.name else refusal.item
    return {"item": item, "why": _clean_reason(refusal.reason, addition)}


def _clean_reason(reason: str, addition: Addition) -> str:
    """Return a reason without the name that stands above it, and without a setting that readers cannot change."""
    why = reason.removeprefix(f"{addition.name}: ").replace(ROBOTS_HINT, "").strip()
    return f"{why[:1].upper()}{why[1:]}{'' if why.endswith(('.', '!', '?')) or not why else '.'}"


def render_feeds(feeds: Sequence[Feed]) -> str:
    """Render the feeds that are followed, each with what can be done with it."""
    return render("feeds", feeds=feeds, robots_hint=ROBOTS_HINT)
