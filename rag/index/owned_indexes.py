"""Both indexes, owned by one process: they follow the archive's log and are rebuilt when damaged."""

import logging
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.archive.lineage import require_finished
from corpus.archive.selection import Selection
from corpus.errors import IndexUnavailableError
from rag.index.completeness import find_completeness
from rag.index.dense import Dense
from rag.index.embedder import Embedder
from rag.index.generations import State, seal
from rag.index.index_folder import IndexFolder, convert_write_errors
from rag.index.lexical import LexicalIndex
from rag.index.open_parts import OpenParts, require_open
from rag.index.pending_articles import PendingArticles, Progress
from rag.index.pgvector_index import choose_shared
from rag.index.vector_table import VectorTable
from rag.settings import DenseKind

log = logging.getLogger(__name__)

_LOG_ROWS = 2000


class OwnedIndexes:
    """Own the dense and the lexical index of one archive.

    Embedding needs no ownership: `embed_pending` works while another process owns the indexes.
    """

    def __init__(
        self, archive: Archive, embedder: Embedder, folder: Path, owner: str, dense: DenseKind = "chroma"
    ) -> None:
        """Store the settings; `open` acquires the indexes.

        Args:
            archive: The archive to index.
            embedder: Computes the vectors.
            folder: Their folder.
            owner: Name of this process in the error that another one gets.
            dense: Where vectors are searched.

        Raises:
            SettingsError: They are to be searched in a database, and the archive is in none.
        """
        self.store = ChunkStore(archive, embedder.profile)
        self.dense_kind = dense
        self.shared = choose_shared(dense, self.store, embedder)
        self.embedder = embedder
        self.folder = IndexFolder(folder, self.store, owner)
        self._pending = PendingArticles(self.store, embedder, folder)
        self._applying = threading.Lock()
        self._state: State | None = None
        self._parts: OpenParts | None = None
        self._failed: Dense | None = None

    @property
    def dense(self) -> Dense:
        """Return the open dense index."""
        return require_open(self._parts).dense

    @property
    def lexical(self) -> LexicalIndex:
        """Return the open lexical index."""
        return require_open(self._parts).lexical

    def open(self, rebuild: bool = False, progress: Progress | None = None) -> None:
        """Acquire the indexes and bring them up to date; damaged ones are rebuilt without embedding.

        Args:
            rebuild: Rebuild them even if they are intact or were made by another embedder.
            progress: Called during a rebuild.

        Raises:
            IndexUnavailableError: Another process owns them (`IndexInUseError`), another embedder made them, or they
                cannot be written (`IndexReadOnlyError`), as on a full disk.
        """
        with convert_write_errors(self.folder.path):
            self.folder.acquire()
            try:
                self._open_or_rebuild(rebuild, progress)
            except IndexUnavailableError:
                try:
                    self.folder.check_space()  # On a full disk, each library fails with another error.
                finally:
                    self._release()
                raise
            except BaseException:
                self._release()
                raise

    def is_as_closed(self) -> bool:
        """Return whether the files are those of the last clean shutdown and up to date, without opening them."""
        state = self.folder.generations.state()
        if state is None or self.folder.is_foreign(state) or state.applied < self.store.last_change():
            return False
        return self.folder.is_as_closed(state)

    def close(self) -> None:
        """Close the indexes after finishing what is being applied."""
        with self._applying:
            state, failed = self._state, self._failed
            try:
                self._use_parts(None)
                if state and not failed:
                    generation = self.folder.generations.path(state.generation)
                    self._save(replace(state, seal=seal(generation)))
            except (OSError, IndexUnavailableError):
                # Without a checksum, the next process to open reads all files first.
                log.warning("%s: not closed cleanly; checked in full next time", self.folder.path, exc_info=True)
            finally:
                self._release()

    def embed_pending(
        self, progress: Progress | None = None, wait: float = 0, stop: threading.Event | None = None
    ) -> int:
        """Chunk and embed every article that has no vectors yet; return how many (`PendingArticles.embed`)."""
        return self._pending.embed(progress, wait, stop)

    def catch_up(self) -> int:
        """Apply what changed in the archive since the last call; return the number of articles."""
        done = 0
        with self._applying:
            if self._state and self.folder.is_foreign(self._state):
                self._start_over()
            while self._state:
                looked = datetime.now(UTC).timestamp()
                seq, ids = self.store.changes(self._state.applied, _LOG_ROWS)
                if not ids:
                    self._state = replace(self._state, complete_at=looked)
                    break
                self._apply(ids)
                # After both indexes have it: what a kill interrupts is applied again, and changes nothing more.
                self._save(replace(self._state, applied=seq))
                done += len(ids)
        return done

    def progress(self) -> tuple[int, int]:
        """Return how many articles can be found now, and how many there are."""
        return self.store.progress(self._state.applied if self._state else 0)

    def complete_until(self) -> datetime | None:
        """Return until when every change can be found, or None where all can, or nobody knows."""
        return find_completeness(self._state, self.store)

    def find_differences(self) -> dict[str, list[str]]:
        """Compare every chunk id of both indexes with the archive's; return the differences by index."""
        with self._applying:
            return require_open(self._parts).find_differences(self.store)

    def _apply(self, ids: list[str]) -> None:
        batch = self.store.read_embedded(ids, vectors=not self.shared)
        self.lexical.apply(ids, batch)
        try:
            self.dense.apply(ids, batch)
        except IndexUnavailableError:
            self._replace_chroma()

    def _start_over(self) -> None:
        """Rebuild both indexes where the archive lacks changes that they hold: it was restored, or a failover lost them."""
        archive = self.store.archive
        require_finished(archive.connection, archive.engine.name)
        log.warning("%s: the archive lacks what the index holds; the index is rebuilt", self.folder.path)
        with convert_write_errors(self.folder.path):
            if self.shared:
                self.shared.prepare()
            self._rebuild(None)

    def _replace_chroma(self) -> None:
        """Compare the archive's vectors in memory until these indexes are closed.

        After a failed write, as on a full disk, Chroma can no longer search, and its next write blocks for a quarter of
        an hour. The state on disk stays as it is, and the next process continues from there.
        """
        log.warning("%s: the dense index fails; vectors are compared in memory", self.folder.path, exc_info=True)
        self._failed = self.dense
        self._parts = OpenParts(VectorTable(self.store.vectors_of(Selection())), self.lexical)

    def _open_or_rebuild(self, rebuild: bool, progress: Progress | None) -> None:
        state = self.folder.generations.state()
        known = not rebuild and state is not None and not self.folder.is_foreign(state)
        if known:
            self.folder.check_embedder()
        if self.shared:
            self.shared.prepare(progress, repair=rebuild)
        if state is None or not known:
            self._rebuild(progress)
        else:
            if not self._open_generation(state):
                self.folder.check_space()
                log.warning("%s: the index is damaged; it is moved aside and rebuilt", self.folder.path)
                self._rebuild(progress, keep=True)
        if not self._is_complete():
            log.warning("%s: the index lacks rows of the archive; it is rebuilt", self.folder.path)
            if self.shared:
                self.shared.prepare(progress, repair=True)
            self._rebuild(progress, keep=True)
            self.catch_up()

    def _is_complete(self) -> bool:
        """Catch up, and return whether both indexes hold as many chunks as the archive."""
        while self._state:
            self.catch_up()
            wanted = self.store.count()
            if self.dense.count() == self.lexical.count() == wanted:
                return True
            if self.store.last_change() == self._state.applied:  # Otherwise something was written in between.
                break
        return False

    def _open_generation(self, state: State) -> bool:
        """Open both indexes if they are intact; record first that they are open, as damaged ones may crash."""
        if not self.folder.generations.is_whole(state):
            return False
        self._save(replace(state, archive=self.store.archive.identity, seal=""))
        generation = self.folder.generations.path(state.generation)
        if self.shared:  # An index of Chroma would not be followed any more.
            shutil.rmtree(generation / "dense", ignore_errors=True)
        try:
            self._parts = OpenParts.from_files(generation, self.shared)
        except IndexUnavailableError:
            log.warning("%s: generation %d cannot be opened", self.folder.path, state.generation, exc_info=True)
            return False
        self.folder.generations.retire(state.generation, keep=False)
        return True

    def _rebuild(self, progress: Progress | None, keep: bool = False) -> None:
        """Rebuild both indexes from the archive's vectors in a new folder, then switch to it; until then those before serve."""
        number = self.folder.generations.choose_number()
        generation = self.folder.generations.path(number)
        fresh = generation.with_name(f"{generation.name}.new")
        # Read before the filling, so that what changes meanwhile is applied once more.
        applied = self.store.last_change()
        try:
            self._fill(fresh, progress)
            fresh.rename(generation)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        self._use_parts(OpenParts.from_files(generation, self.shared))
        self._save(State(number, self.store.archive.identity, self.store.profile, applied))
        self.folder.generations.retire(number, keep)

    def _fill(self, folder: Path, progress: Progress | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not self.store.count():  # Both are made empty where they are opened.
            return
        parts = OpenParts.from_files(folder, self.shared)
        total, done = self.store.progress()[0], 0
        try:
            for batch in self.store.iterate_all(vectors=not self.shared):
                parts.lexical.apply((), batch)
                parts.dense.apply((), batch)
                done += len(batch)
                if progress:
                    progress(done, total)
        finally:
            parts.close()

    def _use_parts(self, parts: OpenParts | None) -> None:
        """Search these from now on, and close those before."""
        before = (self._failed, self._parts)
        self._failed, self._parts = None, parts
        for part in before:
            if part:
                part.close()

    def _release(self) -> None:
        """Close what is open, and let another process own the folder."""
        self._use_parts(None)
        self._state = None
        self.folder.release()

    def _save(self, state: State) -> None:
        if self._failed is None:
            self.folder.generations.save(state)
        self._state = state
