"""Both indexes as one: owned by one process, following the archive's log, rebuilt from it when damaged."""

import contextlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from corpus.archive import Archive
from corpus.article import Article
from corpus.chunking import chunk
from corpus.chunkstore import ChunkStore, Embedded
from corpus.errors import IndexUnavailableError
from rag.dense import DenseIndex
from rag.embedder import Embedder
from rag.generation import State, probe_in_child
from rag.lexical import LexicalIndex

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told how many articles are embedded, and how many there are."""

_EMBED_ARTICLES = 32  # Articles a transaction: what a kill costs is at most their embedding.
_LOG_ROWS = 2000


class Indexes:
    """Own the dense and the lexical index of one archive.

    Embedding needs no ownership: `embed_pending` works beside another process that owns the indexes.
    """

    def __init__(self, archive: Archive, embedder: Embedder, folder: Path, owner: str) -> None:
        """Describe the indexes; `open` takes them.

        Args:
            archive: What they are derived from.
            embedder: What makes the vectors.
            folder: Where they lie.
            owner: How this process names itself to a second one that wants them.
        """
        self.store = ChunkStore(archive, embedder.profile)
        self.embedder = embedder
        self.folder = folder
        self.owner = f"{owner}, process {os.getpid()}"
        self._lock = FileLock(folder / "owner.lock")
        self._embedding = FileLock(folder / "embedding.lock")
        self._applying = threading.Lock()
        self._state: State | None = None
        self._dense: DenseIndex | None = None
        self._lexical: LexicalIndex | None = None

    @property
    def dense(self) -> DenseIndex:
        """Return the open dense index."""
        if self._dense is None:
            raise ValueError("the indexes are not open")
        return self._dense

    @property
    def lexical(self) -> LexicalIndex:
        """Return the open lexical index."""
        if self._lexical is None:
            raise ValueError("the indexes are not open")
        return self._lexical

    def applied(self) -> int:
        """Return the number of the last change that the indexes hold, open or not."""
        state = State.read(self._state_file)
        return state.applied if state else 0

    def named_owner(self) -> str:
        """Return how the process that owns the indexes names itself, "" if nobody does."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return self._named_owner()
        self._lock.release()
        return ""

    def open(self, anew: bool = False) -> None:
        """Take the indexes, and bring them to where the archive stands; damaged ones are rebuilt without embedding.

        Args:
            anew: Make them from the archive even if they are sound, or were made by another embedder.

        Raises:
            IndexUnavailableError: Another process owns them, or another embedder made them.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise IndexUnavailableError(
                f"{self.folder}: the index is in use by {self._named_owner()}; ask there, or stop that process first"
            ) from None
        try:
            (self.folder / "owner").write_text(self.owner)
            self._open_or_rebuild(anew)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the indexes."""
        if self._state and self._dense and self._lexical:
            self._save(replace(self._state, open=False))
        self._close_parts()
        self._lock.release()

    def embed_pending(
        self, progress: Progress | None = None, wait: float = 0, stop: threading.Event | None = None
    ) -> int:
        """Cut and embed every article that has no vectors yet; return how many.

        Where another process is at it this returns 0 after `wait` seconds; once `stop` is set, after the batch at hand.
        """
        done = 0
        with contextlib.suppress(Timeout), self._embedding_lock(wait):
            while not (stop and stop.is_set()) and (articles := self.store.pending(_EMBED_ARTICLES)):
                done += self.store.store(self._embed(articles))
                if progress:
                    progress(*self.store.progress())
        return done

    def catch_up(self) -> int:
        """Apply what changed in the archive since the last time; return how many articles that was."""
        done = 0
        with self._applying:
            while self._state:
                seq, ids = self.store.changes(self._state.applied, _LOG_ROWS)
                if not ids:
                    break
                self._apply(ids)
                self._save(replace(self._state, applied=seq))
                done += len(ids)
        return done

    def rebuild(self, progress: Progress | None = None) -> None:
        """Make both indexes anew from the archive's vectors, in a new folder, and put it in place of the old one."""
        with self._applying:
            self._rebuild(progress)

    def differences(self) -> dict[str, list[str]]:
        """Compare every chunk id of both indexes with the archive's; return what is missing or too much, by index."""
        with self._applying:
            wanted = set(self.store.ids())
            found = {"dense": self.dense.ids(), "lexical": self.lexical.ids()}
        return {name: sorted(wanted ^ ids) for name, ids in found.items() if wanted != ids}

    @contextmanager
    def _embedding_lock(self, wait: float) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._embedding.acquire(timeout=wait):
            yield

    def _embed(self, articles: list[Article]) -> list[Embedded]:
        embedder = self.embedder
        cut = [tuple(chunk(article, embedder.count, embedder.max_tokens)) for article in articles]
        vectors = embedder.embed([part.indexed_text for chunks in cut for part in chunks])
        ends = np.cumsum([len(chunks) for chunks in cut])
        return [
            Embedded(article, chunks, vectors[end - len(chunks) : end])
            for article, chunks, end in zip(articles, cut, ends, strict=True)
        ]

    def _apply(self, ids: list[str]) -> None:
        batch = self.store.embedded(ids)
        self.lexical.apply(ids, batch)
        self.dense.apply(ids, batch)

    def _open_or_rebuild(self, anew: bool) -> None:
        state = self._state = State.read(self._state_file)
        if anew or state is None or state.archive != self.store.archive.identity:
            self._rebuild()
            return
        if state.profile != self.store.profile:
            raise IndexUnavailableError(
                f"{self.folder}: made with the embedder {state.profile}, but the settings name {self.store.profile}; "
                "run `python -m corpus rebuild` to embed anew, or set NEWSDESK_EMBEDDER back"
            )
        if not self._sound(state):
            log.warning("%s: the index is damaged; it is moved aside and made anew from the archive", self.folder)
            self._rebuild(keep=True)
            return
        self._save(replace(state, open=True))
        self.catch_up()
        if self.dense.count() != self.store.count() or self.lexical.count() != self.store.count():
            self._settle()

    def _settle(self) -> None:
        """Rebuild if the counts differ although nothing was written meanwhile."""
        self.catch_up()
        if self._state and self.store.last_change() == self._state.applied:
            log.warning("%s: the index lacks rows of the archive; it is made anew", self.folder)
            self._rebuild()

    def _sound(self, state: State) -> bool:
        """Open both indexes; after an unclean end only if a child process could open them first, as they may crash."""
        folder = self._generation(state.generation)
        if not folder.is_dir() or (state.open and not probe_in_child(folder)):
            return False
        try:
            self._open_parts(folder)
            return self.dense.count() >= 0 and self.lexical.count() >= 0
        except Exception:
            log.warning("%s cannot be opened", folder, exc_info=True)
            self._close_parts()
            return False

    def _rebuild(self, progress: Progress | None = None, keep: bool = False) -> None:
        old = self._state
        self._close_parts()
        number = old.generation + 1 if old else 1
        folder = self._generation(number)
        fresh = folder.with_name(f"{folder.name}.new")
        for leftover in (folder, fresh):
            shutil.rmtree(leftover, ignore_errors=True)
        applied = self.store.last_change()
        self._fill(fresh, progress)
        fresh.rename(folder)
        self._open_parts(folder)
        self._save(State(number, self.store.archive.identity, self.store.profile, applied, open=True))
        for other in self.folder.glob("generation-*"):
            if other != folder:
                self._retire(other, keep)

    def _fill(self, folder: Path, progress: Progress | None) -> None:
        self._open_parts(folder)
        total, done = self.store.progress()[0], 0
        for batch in self.store.everything():
            self.lexical.apply((), batch)
            self.dense.apply((), batch)
            done += len(batch)
            if progress:
                progress(done, total)
        self._close_parts()

    def _retire(self, folder: Path, keep: bool) -> None:
        if keep and not folder.name.endswith(".new"):
            aside = self.folder / f"damaged-{folder.name}-{int(time.time())}"
            folder.rename(aside)
        else:
            shutil.rmtree(folder, ignore_errors=True)

    def _generation(self, number: int) -> Path:
        return self.folder / f"generation-{number}"

    def _open_parts(self, folder: Path) -> None:
        self._dense = DenseIndex(folder / "dense")
        self._lexical = LexicalIndex(folder / "lexical")

    def _close_parts(self) -> None:
        for part in (self._dense, self._lexical):
            if part:
                part.close()
        self._dense = self._lexical = None

    def _save(self, state: State) -> None:
        state.write(self._state_file)
        self._state = state

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"

    def _named_owner(self) -> str:
        try:
            return (self.folder / "owner").read_text() or "another process"
        except OSError:
            return "another process"
