"""A worker that embeds what arrives in an archive until it is told to stop; it needs no index of its own."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.command_names import name_command
from corpus.errors import IndexUnavailableError, NewsdeskError
from rag.index.embedder import Embedder
from rag.index.pending_articles import PendingArticles

Report = Callable[[dict[str, Any]], object]
"""Called with what there is to say: how far the work is, or the error that holds it up."""

_LOOK_S = 1.0
_REPORT_S = 60.0


class EmbeddingWorker:
    """Embed the articles without vectors, and go on with what arrives.

    Any number of workers share the work of an archive in a database, on any machines. The articles of a batch are reserved
    until it is stored; when a worker dies, its reservation ends with its connection and another one takes them. What was
    not stored is embedded again, and what was stored is stored once.
    """

    def __init__(
        self,
        archive: Archive,
        embedder: Embedder,
        folder: Path,
        report: Report,
        look_s: float = _LOOK_S,
        report_s: float = _REPORT_S,
    ) -> None:
        """Prepare to work.

        Args:
            archive: Where articles and vectors are.
            embedder: Computes the vectors.
            folder: The folder of this machine's indexes, which need not exist: one process at a time embeds for it.
            report: Told how far the work is, and what holds it up.
            look_s: Seconds from one look at the archive to the next, and for which another process in the same folder is
                waited for.
            report_s: Seconds from one report on a long run of work to the next.
        """
        self._store = ChunkStore(archive, embedder.profile)
        self._pending = PendingArticles(self._store, embedder, folder)
        self._report = report
        self._look_s = look_s
        self._report_s = report_s
        self._problem = ""
        self._reported = 0  # Articles embedded here when that was last reported.
        self._reported_at = time.monotonic()

    def check_embedder(self) -> None:
        """Raise `IndexUnavailableError` if the archive's vectors are all of another embedder, which this one would not help."""
        if other := self._store.find_other_profile():
            raise IndexUnavailableError(
                f"the archive was embedded with {other}, but the settings name {self._store.profile}; set "
                f"NEWSDESK_EMBEDDER to the same, or run `{name_command('corpus rebuild')}` first to embed everything anew"
            )

    def run(self, stop: threading.Event) -> int:
        """Work until `stop` is set, and return how many articles were embedded; the batch at hand is finished first.

        A database that goes away, a full disk and the like are reported once and waited for.
        """
        self._report_status("started")
        while not stop.is_set():
            try:
                self._pending.embed(self._note_batch, wait=self._look_s, stop=stop)
                self._end_problem()
                if self._pending.embedded > self._reported:
                    self._report_progress()
            except NewsdeskError as error:
                self._report_problem(str(error))
            stop.wait(self._look_s)
        self._report_status("stopped")
        return self._pending.embedded

    def _report_status(self, status: str) -> None:
        self._report({"status": status, "embedded": self._pending.embedded})

    def _note_batch(self, _done: int, _total: int) -> None:
        self._end_problem()
        if time.monotonic() > self._reported_at + self._report_s:
            self._report_progress()

    def _report_problem(self, text: str) -> None:
        kind = text.partition(" (")[0]  # A server that goes away is refused, reset and starting up within a second.
        if kind != self._problem:
            self._problem = kind
            self._report({"error": text})

    def _end_problem(self) -> None:
        if self._problem:
            self._problem = ""
            self._report_status("going on")

    def _report_progress(self) -> None:
        self._reported, self._reported_at = self._pending.embedded, time.monotonic()
        done, total = self._store.progress()
        self._report({"embedded": self._reported, "done": done, "articles": total})
