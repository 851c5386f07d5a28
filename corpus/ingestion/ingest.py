"""Add articles to the archive, one transaction each, and count the outcomes."""

import random
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corpus.archive.database import Archive
from corpus.article import Article
from corpus.errors import InputError
from corpus.ingestion.dry_run import ScratchArchive, Trial
from corpus.readers import Refusal

Progress = Callable[[Article | Refusal, str], None]
"""Called after each item with the item and what became of it; an article is on the disk by then."""

SHOWN = 20
"""The number of refusals that are listed; the others are only counted."""


@dataclass(slots=True)
class IngestSummary:
    """Count what became of the items.

    Attributes:
        added: New articles.
        updated: Articles that got a new version.
        unchanged: Articles that the archive held already, under this id or another.
        skipped: Articles outside `since`.
        refused: What could not be added, and articles that were added with a warning (`kept`).
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Return how many articles were added or updated."""
        return self.added + self.updated

    @property
    def lost(self) -> int:
        """Return how many items were not added."""
        return sum(not refusal.kept for refusal in self.refused)

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values; of the refusals the first `SHOWN` with their reasons."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "refused": self.lost,
            "reasons": [
                {"item": refusal.item, "reason": refusal.reason, "kept": refusal.kept}
                for refusal in self.refused[:SHOWN]
            ],
        }


def ingest(
    archive: Archive | None,
    items: Iterable[Article | Refusal],
    *,
    dry_run: bool = False,
    limit: int | None = None,
    since: datetime | None = None,
    progress: Progress | None = None,
    summary: IngestSummary | None = None,
    live: bool = False,
) -> IngestSummary:
    """Put each article into the archive; each is safe on the disk before the next one is read.

    Args:
        archive: Where the articles go; None only for a dry run of what a new archive would get.
        items: What a reader yields.
        dry_run: Find out what would happen, and write nothing.
        limit: Stop after this many articles were added or updated.
        since: Skip articles published before this instant, and those without a date.
        progress: Called with every item.
        summary: Counts go into this object, so that the caller has them when an exception ends the work.
        live: The articles were fetched just now (see `Archive.put`).

    Raises:
        ArchiveError: The archive cannot be written; what was counted before is safe.
    """
    summary = summary if summary is not None else IngestSummary()
    run = random.getrandbits(62)
    with ExitStack() as stack:
        # Items of one run may repeat each other, so a dry run has to remember what it would have added.
        trial = Trial(archive, stack.enter_context(ScratchArchive())) if dry_run else None
        for item in items:
            if limit is not None and summary.changed >= limit:
                break
            outcome = _take(archive, trial, item, since, live, run, summary)
            if progress is not None:
                progress(item, outcome)
    return summary


def _take(
    archive: Archive | None,
    trial: Trial | None,
    item: Article | Refusal,
    since: datetime | None,
    live: bool,
    run: int,
    summary: IngestSummary,
) -> str:
    if isinstance(item, Refusal) and item.known:
        summary.unchanged += 1
        return "unchanged"
    if isinstance(item, Refusal):
        summary.refused.append(item)
        return "kept" if item.kept else "refused"
    if since is not None and (item.published_at is None or item.published_at < since):
        summary.skipped += 1
        return "skipped"
    try:
        if trial is not None:
            outcome = trial.put(item, live)
        elif archive is not None:
            outcome = archive.put(item, live=live, run=run)
        else:
            raise ValueError("an archive is needed unless dry_run")
    except InputError as error:
        summary.refused.append(Refusal(item.url or item.id, str(error)))
        return "refused"
    except (UnicodeError, OverflowError) as error:  # Half of a surrogate pair; a date beyond the calendar.
        summary.refused.append(Refusal(item.url or item.id, f"it cannot be stored ({error}); correct it and try again"))
        return "refused"
    setattr(summary, outcome, getattr(summary, outcome) + 1)
    return outcome
