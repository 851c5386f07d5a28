"""Read the indexes of an archive while another process owns them, as `python -m rag mcp` and `chat` do.

It writes nothing, so it also serves on a full disk and from a read-only folder.
"""

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from corpus.archive.database import Archive
from corpus.archive.lineage import require_finished, shares_log
from corpus.archive.selection import Selection
from corpus.errors import IndexInUseError, IndexUnavailableError
from rag.index.completeness import find_completeness, note_completeness
from rag.index.dense import Dense
from rag.index.embedder import Embedder
from rag.index.generations import State
from rag.index.lexical import LexicalIndex
from rag.index.open_parts import OpenParts, require_open
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pending_articles import Progress
from rag.index.vector_table import VectorTable
from rag.settings import DenseKind

log = logging.getLogger(__name__)

_FIRST_BUILD_S = 10.0  # How long to wait for an owner that builds the indexes for the first time.
_POLL_S = 0.1
_RETRY_S = 30.0  # A repair fails for a lasting reason, and each attempt reads all files.
_LOG_ROWS = 2000


class ReadOnlyIndexes:
    """Read both indexes without owning them, so that a page can start, run and end in the meantime.

    The words are read from the owner's files, which tantivy lets several processes do. Chroma does not: the vectors
    are read from the archive, which keeps them all, and compared in memory. Where nobody owns the indexes and they are
    behind the archive, they are owned for as long as it takes to bring them up to date. Where that fails, the words
    come from the files if these are sound, else from an index in memory, made from the archive.
    """

    def __init__(
        self, archive: Archive, embedder: Embedder, folder: Path, owner: str, dense: DenseKind = "chroma"
    ) -> None:
        """Store the settings, those of `OwnedIndexes`; `open` begins to read."""
        self._owning = OwnedIndexes(archive, embedder, folder, owner, dense)
        self.store = self._owning.store
        self.embedder = embedder
        self.folder = self._owning.folder
        self._applying = threading.Lock()
        self._state: State | None = None
        self._parts: OpenParts | None = None
        self._vectors_at = 0  # The last change that the vectors in memory hold,
        self._identity = ""  # of the archive with this identity.
        self._no_repair_until = 0.0

    @property
    def dense(self) -> Dense:
        """Return the archive's vectors in memory, or the index in the database."""
        return require_open(self._parts).dense

    @property
    def lexical(self) -> LexicalIndex:
        """Return the lexical index, open for reading."""
        return require_open(self._parts).lexical

    def open(self, progress: Progress | None = None) -> None:
        """Begin to read; where nobody owns the indexes they are first checked and repaired as an owner would.

        Raises:
            IndexUnavailableError: Another embedder made them, or their owner is still making them.
        """
        self.folder.check_embedder()
        state = self._wait_for_owner() if self._refresh(progress) else self._find_sound()
        # Before the vectors are read, so that what changes meanwhile is read once more.
        looked, last, identity = datetime.now(UTC).timestamp(), self.store.last_change(), self.store.archive.identity
        vectors = self._open_dense()
        lexical, opened = self._open_lexical(state, last)
        self._vectors_at, self._identity = last, identity
        self._state = note_completeness(opened, last, looked)
        self._parts = OpenParts(vectors, lexical)

    def close(self) -> None:
        """Stop reading."""
        with self._applying:
            if self._parts:
                self._parts.close()
            self._parts = self._state = None

    def embed_pending(
        self, progress: Progress | None = None, wait: float = 0, stop: threading.Event | None = None
    ) -> int:
        """Chunk and embed every article that has no vectors yet; return how many (`PendingArticles.embed`)."""
        return self._owning.embed_pending(progress, wait, stop)

    def catch_up(self) -> int:
        """Read what changed since the last call; return the number of articles."""
        done = 0
        with self._applying:
            if self._state is None or self._parts is None:
                return 0
            self._start_over_if_older()
            looked = datetime.now(UTC).timestamp()
            if self.folder.applied() < self.store.last_change():
                self._refresh()
            while (found := self.store.changes(self._vectors_at, _LOG_ROWS))[1]:
                self._apply(*found)
                done += len(found[1])
            if not self.lexical.in_memory and (state := self._find_usable()):
                self.lexical.follow(self._find_lexical_folder(state))
                # An article can be found once both hold it.
                complete_at = max(state.complete_at, self._state.complete_at)
                self._state = replace(state, applied=min(state.applied, self._vectors_at), complete_at=complete_at)
            self._state = note_completeness(self._state, self._vectors_at, looked)
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

    def postpone_repair(self, error: IndexUnavailableError) -> None:
        """Postpone the next repair after a failed one."""
        log.warning("%s; answers come from what is there", error)
        self._no_repair_until = time.monotonic() + _RETRY_S

    def _apply(self, seq: int, ids: list[str]) -> None:
        """Apply changes up to `seq`; the files of the lexical index are left to their owner."""
        batch = self.store.read_embedded(ids, vectors=not self._owning.shared)
        self.dense.apply(ids, batch)
        if self.lexical.in_memory and self._state:
            self.lexical.apply(ids, batch)
            self._state = replace(self._state, applied=seq)
        self._vectors_at = seq

    def _start_over_if_older(self) -> None:
        """Read everything anew where the archive lacks changes that were read: it was restored, or a failover lost them."""
        archive, before = self.store.archive, self._parts
        if before is None or shares_log(archive.connection, self._identity, self._vectors_at):
            return
        require_finished(archive.connection, archive.engine.name)
        log.warning("%s: the archive lacks what was read of it; it is read anew", self.folder.path)
        self.open()
        before.close()

    def _refresh(self, progress: Progress | None = None) -> bool:
        """Bring the indexes up to date if no process owns them; an owner does that itself.

        Returns:
            Whether the files are or will be up to date.
        """
        if self.folder.name_owner():
            return True
        if time.monotonic() < self._no_repair_until:
            return False
        try:
            self._owning.open(progress=progress)
        except IndexInUseError:  # Another process took the lock first.
            return True
        except IndexUnavailableError as error:
            self.postpone_repair(error)
            return False
        self._owning.close()
        return True

    def _open_dense(self) -> Dense:
        if shared := self._owning.shared:
            shared.require()
        return shared or VectorTable(self.store.vectors_of(Selection()))

    def _open_lexical(self, state: State | None, last: int) -> tuple[LexicalIndex, State]:
        """Open the files of a state; without one, or where they cannot be opened, index the words in memory."""
        if state is not None:
            try:
                lexical = LexicalIndex(self._find_lexical_folder(state), writing=False)
                return lexical, replace(state, applied=min(state.applied, last))
            except IndexUnavailableError:
                log.info("%s: its files cannot be opened here", self.folder.path, exc_info=True)
        lexical = LexicalIndex(None)
        for batch in self.store.iterate_all(vectors=False):
            lexical.apply((), batch)
        return lexical, State(0, self.store.archive.identity, self.store.profile, last)

    def _find_lexical_folder(self, state: State) -> Path:
        return self.folder.generations.path(state.generation) / "lexical"

    def _find_usable(self) -> State | None:
        """Return the state that the owner recorded, if it is readable and of this archive."""
        state = self.folder.generations.state()
        if state is None or state.profile != self.store.profile or not self.folder.is_of_archive(state):
            return None
        return state if self.folder.generations.path(state.generation).is_dir() else None

    def _find_sound(self) -> State | None:
        """Return the recorded state if the files have not changed since, as far as reading can show."""
        state = self._find_usable()
        if state is None or (state.seal and not self.folder.is_as_closed(state)):
            return None
        return state

    def _wait_for_owner(self) -> State:
        """Return the state that the owner records, waiting for one that has just begun to build the indexes."""
        end = time.monotonic() + _FIRST_BUILD_S
        while (state := self._find_usable()) is None:
            if time.monotonic() > end:
                owner = self.folder.name_owner() or "another process"
                raise IndexUnavailableError(
                    f"{self.folder.path}: the index is still being made by {owner}; try again when that is done"
                )
            time.sleep(_POLL_S)
        return state
