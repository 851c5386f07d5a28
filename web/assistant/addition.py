"""One thing that a reader wants added to the archive: a file, a page or a feed, and what became of it."""

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from corpus import Article
from corpus.ingestion.ingest import IngestSummary
from corpus.readers import Refusal

log = logging.getLogger(__name__)

FILE_BYTES = 10_000_000
"""The largest file that may be uploaded; larger ones are for `python -m corpus add`."""

FILES = 50
"""The most files that may be uploaded at once."""

UPLOAD_BYTES = 100_000_000
"""The most that one upload of several files may hold."""

_SHOWN_ARTICLES = 5

Kind = Literal["file", "page", "feed"]
State = Literal["waiting", "working", "done", "refused", "cancelled"]


@dataclass(slots=True, eq=False)
class Addition:
    """Hold one thing to be added, and what became of it.

    Attributes:
        kind: What it is.
        name: The file's name, or the address.
        path: Where the upload lies; deleted once it is dealt with.
        state: How far it is; "refused" means that nothing at all could be taken from it.
        summary: What became of the articles so far.
        articles: The first articles that were new.
        problem: Why it ended early, or "".
        stop: Set when the reader does not want it any more.
        finished: Set when its final state is known; whoever needs the outcome waits for it.
    """

    kind: Kind
    name: str
    path: Path | None = None
    state: State = "waiting"
    summary: IngestSummary = field(default_factory=IngestSummary)
    articles: list[Article] = field(default_factory=list)
    problem: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def open(self) -> bool:
        """Return whether something is still to be expected of it."""
        return self.state in {"waiting", "working"}

    def report_progress(self, item: Article | Refusal, outcome: str) -> None:
        """Note an article that was new."""
        if outcome == "added" and isinstance(item, Article) and len(self.articles) < _SHOWN_ARTICLES:
            self.articles.append(item)

    def end(self) -> None:
        """Settle what became of it, and delete the upload."""
        taken = self.summary.changed + self.summary.unchanged
        if self.stop.is_set():
            self.state = "cancelled"
        else:
            self.state = "refused" if not taken and (self.problem or self.summary.lost) else "done"
        self.discard()
        self.finished.set()

    def discard(self) -> None:
        """Delete the upload, and the folders that were made for it: one for its content, in one for what came with it."""
        if self.path is None:
            return
        try:
            self.path.unlink(missing_ok=True)
            self.path.parent.rmdir()
            self.path.parent.parent.rmdir()
        except OSError:
            log.debug("%s: not emptied yet", self.path.parent)
