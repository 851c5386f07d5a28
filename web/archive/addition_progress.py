"""How far the things are that a reader adds, and the feeds that are followed, as markup."""

from collections.abc import Sequence

from corpus.feeds.feed_book import Feed
from corpus.ingestion.ingest import Summary
from corpus.readers import Refusal
from corpus.settings import ROBOTS_HINT
from web.assistant.addition import Addition
from web.markup.escaping import escape, format_day, render_read_button

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
    """Render what is being added and what became of it.

    Args:
        additions: In the order in which they were asked for.
        waiting: Articles of the archive that cannot be found by a question yet.
    """
    if not additions:
        return ""
    busy = any(addition.open for addition in additions)
    button = ("cancel", "Cancel") if busy else ("clear", "Clear")
    items = "".join(_render_item(addition) for addition in additions)
    return (
        f'<div class="told"><span role="status">{escape(_render_summary(additions, busy, waiting))}</span>'
        f'<button type="button" class="do" data-act="{button[0]}">{button[1]}</button></div>'
        f'<ul class="additions">{items}</ul>'
    )


def _render_summary(additions: Sequence[Addition], busy: bool, waiting: int) -> str:
    open_ones = sum(addition.open for addition in additions)
    if busy:
        return f"{len(additions) - open_ones} of {len(additions)} done"
    if waiting:
        return f"{waiting:,} article{'' if waiting == 1 else 's'} being indexed…"
    changed = any(addition.summary.changed for addition in additions)
    return "All of it can be asked about." if changed else "Nothing new was added."


def _render_item(addition: Addition) -> str:
    state = "Cancelling…" if addition.open and addition.stop.is_set() else _STATES[addition.state]
    counts = "" if addition.state == "refused" else describe_counts(addition.summary)
    said = counts if counts and addition.state == "done" else f"{state} {counts}".strip()
    reasons = "".join(_render_reason(refusal, addition) for refusal in addition.summary.refused[:_REASONS_SHOWN])
    rest = len(addition.summary.refused) - _REASONS_SHOWN
    if rest > 0:
        reasons += f"<li>{rest:,} more, not listed here.</li>"
    why = _describe_refusals(addition.problem, addition)
    problem = f'<p class="flag">{escape(why)}</p>' if why else ""
    several = len(addition.summary.refused) > 1
    listed = f"<ul>{reasons}</ul>" if reasons else ""
    told = f"<details><summary>Why some were refused</summary>{listed}</details>" if several else listed
    new = "".join(f"<li>{render_read_button(article, article.title)}</li>" for article in addition.articles)
    kind = f" <small>{_KINDS[addition.kind]}</small>" if _KINDS[addition.kind] else ""
    return (
        f'<li class="{addition.state}"><b>{escape(addition.name)}</b>{kind}<span>{escape(said)}</span>{problem}{told}'
        f"{f'<ul class=new>{new}</ul>' if new else ''}</li>"
    )


def describe_counts(summary: Summary) -> str:
    """Say what became of the articles so far, or return ""."""
    counts = {
        "added": summary.added,
        "updated": summary.updated,
        "there already": summary.unchanged,
        "refused": summary.lost,
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def _render_reason(refusal: Refusal, addition: Addition) -> str:
    item = "" if refusal.item == addition.name else f"<b>{escape(refusal.item)}</b> "
    return f"<li>{item}{escape(_describe_refusals(refusal.reason, addition))}</li>"


def _describe_refusals(reason: str, addition: Addition) -> str:
    """Return a reason without the name that stands above it, and without a setting that readers cannot change."""
    why = reason.removeprefix(f"{addition.name}: ").replace(ROBOTS_HINT, "").strip()
    return f"{why[:1].upper()}{why[1:]}{'' if why.endswith(('.', '!', '?')) or not why else '.'}"


def render_feeds(feeds: Sequence[Feed]) -> str:
    """Render the feeds that are followed, each with what can be done with it."""
    if not feeds:
        return ""
    items = "".join(_render_feed(feed) for feed in feeds)
    return f"<h3>Feeds</h3><ul>{items}</ul>"


def _render_feed(feed: Feed) -> str:
    name, url = escape(feed.title or feed.url), escape(feed.url)
    when = f"read {format_day(feed.last_pulled)}" if feed.last_pulled else "never read"
    failed = f'<p class="flag">{escape(feed.last_error.replace(ROBOTS_HINT, ""))}</p>' if feed.last_error else ""
    return (
        f'<li><b title="{url}">{name}</b><span>{escape(when)}</span>{failed}<div class="acts">'
        f'<button type="button" data-act="pull" data-url="{url}" aria-label="Look for new articles of {name}">Look again</button>'
        f'<button type="button" data-act="unfollow" data-url="{url}" aria-label="Stop following {name}">Stop following</button>'
        "</div></li>"
    )
