"""The indexes of an archive read while another process owns them: what `python -m rag mcp` and `chat` answer from.

Nothing need be written for that, so this is also what answers on a full disk and from a folder without the right to
write.
"""

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.errors import IndexInUseError, IndexUnavailableError
from rag.index.dense import Dense
from rag.index.embedder import Embedder
from rag.index.generations import State
from rag.index.lexical import LexicalIndex
from rag.index.open_parts import OpenParts, require_open
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pending_articles import Progress
from rag.index.vector_table import VectorTable

log = logging.getLogger(__name__)

_FIRST_BUILD_S = 10.0  # An owner that makes the indexes for the first time is waited for.
_POLL_S = 0.1
_RETRY_S = 30.0  # Repairing fails for a reason that lasts, and each attempt reads all of the files.
_LOG_ROWS = 2000


class ReadOnlyIndexes:
    """Read both indexes without owning them, so that a page can start, run and end in the meantime.

    The words are read from the owner's files, which tantivy lets several processes do. Chroma does not: the vectors
    are read from the archive, which keeps them all, and compared in memory. Where nobody owns the indexes and they are
    behind the archive, they are owned for as long as it takes to bring them up to date. Where that fails, the words
    come from the files if these are sound, else from an index in memory, made from the archive.
    """

    def __init__(self, archive: Archive, embedder: Embedder, folder: Path, owner: str) -> None:
        """Describe the indexes; `open` begins to read. The arguments are those of `OwnedIndexes`."""
        self._owning = OwnedIndexes(archive, embedder, folder, owner)
        self.store = self._owning.store
        self.embedder = embedder
        self.folder = self._owning.folder
        self._applying = threading.Lock()
        self._state: State | None = None
        self._parts: OpenParts | None = None
        self._vectors_at = 0  # The last change that the vectors in memory hold.
        self._no_repair_until = 0.0

    @property
    def dense(self) -> Dense:
        """Return the archive's vectors in memory."""
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
        self._vectors_at = self.store.last_change()
        vectors = VectorTable(self.store.vectors_of(Selection()))
        lexical, self._state = self._open_lexical(state)
        self._parts = OpenParts(vectors, lexical)

    def close(self) -> None:
        """Stop reading; nothing was written that would have to be noted."""
        with self._applying:
            if self._parts:
                self._parts.close()
            self._parts = self._state = None

    def embed_pending(
        self, progress: Progress | None = None, wait: float = 0, stop: threading.Event | None = None
    ) -> int:
        """Cut and embed every article that has no vectors yet; return how many (`PendingArticles.embed`)."""
        return self._owning.embed_pending(progress, wait, stop)

    def catch_up(self) -> int:
        """Read what changed since the last time; return how many articles that was."""
        done = 0
        with self._applying:
            if self._state is None or self._parts is None:
                return 0
            if self.folder.applied() < self.store.last_change():
                self._refresh()
            while (found := self.store.changes(self._vectors_at, _LOG_ROWS))[1]:
                self._apply(*found)
                done += len(found[1])
            if not self.lexical.in_memory and (state := self._find_usable()):
                self.lexical.follow(self._find_lexical_folder(state))
                self._state = replace(state, applied=min(state.applied, self._vectors_at))
        return done

    def progress(self) -> tuple[int, int]:
        """Return how many articles can be found in the indexes as they are read now, and how many there are."""
        return self.store.progress(self._state.applied if self._state else 0)

    def find_differences(self) -> dict[str, list[str]]:
        """Compare every chunk id of both indexes with the archive's; return what is missing or too much, by index."""
        with self._applying:
            return require_open(self._parts).find_differences(self.store)

    def postpone_repair(self, error: IndexUnavailableError) -> None:
        """Repair nothing for a while, as that has just failed."""
        log.warning("%s; answers come from what is there", error)
        self._no_repair_until = time.monotonic() + _RETRY_S

    def _apply(self, seq: int, ids: list[str]) -> None:
        """Apply changes up to `seq`; the files of the lexical index are the owner's to change."""
        batch = self.store.read_embedded(ids)
        self.dense.apply(ids, batch)
        if self.lexical.in_memory and self._state:
            self.lexical.apply(ids, batch)
            self._state = replace(self._state, applied=seq)
        self._vectors_at = seq

    def _refresh(self, progress: Progress | None = None) -> bool:
        """Bring the indexes up to date where nobody owns them; an owner does that itself.

        Returns:
            Whether the files are or will be up to date; False where they are left as they are.
        """
        if self.folder.name_owner():
            return True
        if time.monotonic() < self._no_repair_until:
            return False
        try:
            self._owning.open(progress=progress)
        except IndexInUseError:  # Another process was quicker.
            return True
        except IndexUnavailableError as error:
            self.postpone_repair(error)
            return False
        self._owning.close()
        return True

    def _open_lexical(self, state: State | None) -> tuple[LexicalIndex, State]:
        """Open the files of a state; without one, or where they cannot be opened, index the words in memory."""
        if state is not None:
            try:
                lexical = LexicalIndex(self._find_lexical_folder(state), writing=False)
                return lexical, replace(state, applied=min(state.applied, self._vectors_at))
            except IndexUnavailableError:
                log.info("%s: its files cannot be opened here", self.folder.path, exc_info=True)
        lexical = LexicalIndex(None)
        for batch in self.store.iterate_all():
            lexical.apply((), batch)
        return lexical, State(0, self.store.archive.identity, self.store.profile, self._vectors_at)

    def _find_lexical_folder(self, state: State) -> Path:
        return self.folder.generations.path(state.generation) / "lexical"

    def _find_usable(self) -> State | None:
        """Return what the owner noted last, if that is about this archive and can be read."""
        state = self.folder.generations.state()
        if state is None or state.archive != self.store.archive.identity or state.profile != self.store.profile:
            return None
        return state if self.folder.generations.path(state.generation).is_dir() else None

    def _find_sound(self) -> State | None:
        """Return what was noted last if the files are still the same, as far as reading alone can show."""
        state = self._find_usable()
        if state is None or (state.seal and not self.folder.is_as_closed(state)):
            return None
        return state

    def _wait_for_owner(self) -> State:
        """Return what the owner noted; one that has only just begun to make the indexes is waited for."""
        end = time.monotonic() + _FIRST_BUILD_S
        while (state := self._find_usable()) is None:
            if time.monotonic() > end:
                owner = self.folder.name_owner() or "another process"
                raise IndexUnavailableError(
                    f"{self.folder.path}: the index is still being made by {owner}; try again when that is done"
                )
            time.sleep(_POLL_S)
        return state
