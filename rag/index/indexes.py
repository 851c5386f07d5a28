"""Both indexes as one: owned by one process, following the archive's log, rebuilt from it when damaged."""

import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from filelock import FileLock, Timeout

from corpus.archive.chunk_store import ChunkStore, Embedded
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.errors import IndexInUseError, IndexReadOnlyError, IndexUnavailableError
from corpus.text.chunking import cut_chunks
from rag.index.dense import Dense, DenseIndex
from rag.index.embedder import Embedder
from rag.index.generations import Generations, State, seal
from rag.index.lexical import LexicalIndex
from rag.index.vector_table import VectorTable

log = logging.getLogger(__name__)

Progress = Callable[[int, int], object]
"""Told how many articles are done, and how many there are."""

_EMBED_ARTICLES = 32  # Articles a transaction: what a kill costs is at most their embedding.
_LOG_ROWS = 2000
_ROOM = 4_000_000  # Bytes: with less free, an index that cannot be opened need not be a damaged one.
_PATIENCE_S = 0.9  # One who owns them only to bring them up to date is waited for.


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
        self._generations = Generations(folder)
        self.owner = f"{owner}, process {os.getpid()}"
        self._lock = FileLock(folder / "owner.lock", thread_local=False)
        self._embedding = FileLock(folder / "embedding.lock")
        self._applying = threading.Lock()
        self._state: State | None = None
        self._dense: Dense | None = None
        self._failed: Dense | None = None
        self._lexical: LexicalIndex | None = None

    @property
    def dense(self) -> Dense:
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
        state = self._generations.state()
        return state.applied if state else 0

    def name_owner(self) -> str:
        """Return how the process that owns the indexes names itself, "" if nobody does."""
        if self._lock.is_locked:
            return self.owner
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return self._named_owner()
        except OSError:  # Where no lock can be taken, nobody can be asked.
            return ""
        self._lock.release()
        return ""

    def check_embedder(self) -> None:
        """Raise if another embedder made the indexes.

        Raises:
            IndexUnavailableError: It did; the message says what mends that.
        """
        state = self._generations.state()
        if state and state.archive == self.store.archive.identity and state.profile != self.store.profile:
            raise IndexUnavailableError(
                f"{self.folder}: made with the embedder {state.profile}, but the settings name {self.store.profile}; "
                "run `python -m corpus rebuild` to embed anew, or set NEWSDESK_EMBEDDER back"
            )

    def open(self, anew: bool = False, progress: Progress | None = None) -> None:
        """Take the indexes, and bring them to where the archive stands; damaged ones are rebuilt without embedding.

        Args:
            anew: Make them from the archive even if they are sound, or were made by another embedder.
            progress: Told how far a rebuild is.

        Raises:
            IndexUnavailableError: Another process owns them (`IndexInUseError`), another embedder made them, or they
                cannot be written (`IndexReadOnlyError`), as on a full disk.
        """
        try:
            with self._reported():
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock.acquire(timeout=_PATIENCE_S)
                (self.folder / "owner").write_text(self.owner, "utf-8")
                try:
                    self._open_or_rebuild(anew, progress)
                except IndexUnavailableError:
                    self._check_room()  # Without room everything fails, each part in its own words.
                    raise
        except Timeout:
            raise IndexInUseError(
                f"{self.folder}: the index is in use by {self._named_owner()}; ask there, or stop that process first"
            ) from None
        except BaseException:
            self._release()
            raise

    def is_as_left(self) -> bool:
        """Tell by their sums whether the files are those of the last clean end, and hold all of the archive.

        Nothing is opened, so nothing is written.
        """
        state = self._generations.state()
        if state is None or self._is_foreign(state) or state.applied < self.store.last_change():
            return False
        return bool(state.seal) and state.seal == seal(self._generations.path(state.generation))

    def close(self) -> None:
        """Let go of the indexes; what is being applied is finished first."""
        with self._applying:
            state, failed = self._state, self._failed
            try:
                self._close_parts()
                if state and not failed:
                    self._save(replace(state, seal=seal(self._generations.path(state.generation))))
            except (OSError, IndexUnavailableError):
                log.warning("%s: not closed in order; it is looked at closely next time", self.folder, exc_info=True)
            finally:
                self._release()

    def embed_pending(
        self, progress: Progress | None = None, wait: float = 0, stop: threading.Event | None = None
    ) -> int:
        """Cut and embed every article that has no vectors yet; return how many.

        Where another process is at it this returns 0 after `wait` seconds; once `stop` is set, after the batch at hand.
        """
        done, (before, total) = 0, self.store.progress()
        if before == total:
            return 0
        batches = self.store.articles_to_embed(_EMBED_ARTICLES)
        with contextlib.suppress(Timeout), self._reported():
            self.folder.mkdir(parents=True, exist_ok=True)
            while not (stop and stop.is_set()) and (stored := self._embed_some(batches, wait)) is not None:
                done += stored
                if progress:
                    progress(before + done, max(total, before + done))
        return done

    def _embed_some(self, batches: Iterator[list[Article]], wait: float) -> int | None:
        """Embed the next batch and return how many articles that was, None where none was pending.

        The lock is free between two batches, so that a process that only embeds takes over from one that answers too.
        """
        with self._embedding.acquire(timeout=wait):
            articles = next(batches, None)
            return None if articles is None else self.store.store(self._embed(articles))

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

    def progress(self) -> tuple[int, int]:
        """Return how many articles can be found in the open indexes as they are now, and how many there are."""
        return self.store.progress(self._state.applied if self._state else 0)

    def differences(self) -> dict[str, list[str]]:
        """Compare every chunk id of both indexes with the archive's; return what is missing or too much, by index."""
        with self._applying:
            wanted = set(self.store.ids())
            found = {"dense": self.dense.ids(), "lexical": self.lexical.ids()}
        return {name: sorted(wanted ^ ids) for name, ids in found.items() if wanted != ids}

    def _embed(self, articles: list[Article]) -> list[Embedded]:
        embedder = self.embedder
        cut = [tuple(cut_chunks(article, embedder.count, embedder.max_tokens)) for article in articles]
        vectors = embedder.embed([part.indexed_text for chunks in cut for part in chunks], urgent=False)
        ends = np.cumsum([len(chunks) for chunks in cut])
        return [
            Embedded(article, chunks, vectors[end - len(chunks) : end])
            for article, chunks, end in zip(articles, cut, ends, strict=True)
        ]

    def _apply(self, ids: list[str]) -> None:
        batch = self.store.has_vectors(ids)
        self.lexical.apply(ids, batch)
        try:
            self.dense.apply(ids, batch)
        except IndexUnavailableError:
            self._do_without_chroma()

    def _do_without_chroma(self) -> None:
        """Compare the archive's vectors in memory until these indexes are closed.

        After a write that failed, as on a full disk, Chroma fails to search, and waits a quarter of an hour for itself
        at the next write. What the disk says that the indexes hold stays as it is: the next one to open goes on there.
        """
        log.warning("%s: the dense index fails; vectors are compared in memory", self.folder, exc_info=True)
        self._failed, self._dense = self._dense, VectorTable(self.store.vectors_of(Selection()))

    def _open_or_rebuild(self, anew: bool, progress: Progress | None) -> None:
        state = self._generations.state()
        if anew or state is None or self._is_foreign(state):
            self._rebuild(progress)
        else:
            self.check_embedder()
            if not self._open_generation(state):
                self._check_room()
                log.warning("%s: the index is damaged; it is moved aside and made anew from the archive", self.folder)
                self._rebuild(progress, keep=True)
        if not self._complete():
            log.warning("%s: the index lacks rows of the archive; it is made anew", self.folder)
            self._rebuild(progress, keep=True)
            self.catch_up()

    def _check_room(self) -> None:
        """Raise `OSError` where there is no room: neither Chroma nor tantivy tells that from damage."""
        with TemporaryFile(dir=self.folder) as probe:
            probe.write(bytes(_ROOM))
            probe.flush()

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except Timeout:  # An `OSError` too: somebody else holds the lock.
            raise
        except OSError as error:
            raise IndexReadOnlyError(
                f"{self.folder}: the index cannot be written ({error}); free some disk space or mend the rights of the "
                "folder, then run the same command again"
            ) from error

    def _is_foreign(self, state: State) -> bool:
        """Tell whether the indexes follow another archive, or one that was since put back to an earlier state."""
        return state.archive != self.store.archive.identity or state.applied > self.store.last_change()

    def _complete(self) -> bool:
        """Catch up, and tell whether both indexes hold as many chunks as the archive."""
        while self._state:
            self.catch_up()
            wanted = self.store.count()
            if self.dense.count() == self.lexical.count() == wanted:
                return True
            if self.store.last_change() == self._state.applied:  # Else something was written meanwhile.
                break
        return False

    def _open_generation(self, state: State) -> bool:
        """Open both indexes if they are whole; that they are open is noted before, as damaged ones may crash."""
        if not self._generations.is_whole(state):
            return False
        self._save(replace(state, seal=""))
        try:
            self._open_parts(self._generations.path(state.generation))
        except IndexUnavailableError:
            log.warning("%s: generation %d cannot be opened", self.folder, state.generation, exc_info=True)
            self._close_parts()
            return False
        self._generations.retire(state.generation, keep=False)
        return True

    def _rebuild(self, progress: Progress | None, keep: bool = False) -> None:
        """Make both indexes from the archive's vectors in a new folder, then put it in place of the old one."""
        self._close_parts()
        number = self._generations.next_number()
        folder = self._generations.path(number)
        fresh = folder.with_name(f"{folder.name}.new")
        applied = self.store.last_change()
        try:
            self._fill(fresh, progress)
            fresh.rename(folder)
        except BaseException:
            self._close_parts()
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        self._save(State(number, self.store.archive.identity, self.store.profile, applied))
        self._open_parts(folder)
        self._generations.retire(number, keep)

    def _fill(self, folder: Path, progress: Progress | None) -> None:
        self._open_parts(folder)
        total, done = self.store.progress()[0], 0
        for batch in self.store.iterate_all():
            self.lexical.apply((), batch)
            self.dense.apply((), batch)
            done += len(batch)
            if progress:
                progress(done, total)
        self._close_parts()

    def _open_parts(self, folder: Path) -> None:
        self._dense = DenseIndex(folder / "dense")
        self._lexical = LexicalIndex(folder / "lexical")

    def _close_parts(self) -> None:
        parts = self._dense, self._failed, self._lexical
        self._dense = self._failed = self._lexical = None
        for part in parts:
            if part:
                part.close()

    def _release(self) -> None:
        """Forget the state without a seal, so that the next one to open looks closely."""
        self._close_parts()
        self._state = None
        self._lock.release(force=True)

    def _save(self, state: State) -> None:
        if self._failed is None:
            self._generations.save(state)
        self._state = state

    def _named_owner(self) -> str:
        try:
            return (self.folder / "owner").read_text("utf-8") or "another process"
        except OSError:
            return "another process"
