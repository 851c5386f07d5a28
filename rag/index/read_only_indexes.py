"""The indexes of an archive read beside whoever owns them: what `python -m rag mcp` and `chat` answer from.

Nothing need be written for that, so this is also what answers on a full disk and from a folder without the right to
write.
"""

import logging
import time
from dataclasses import replace
from pathlib import Path

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.errors import IndexInUseError, IndexUnavailableError
from rag.index.embedder import Embedder
from rag.index.generations import State, seal
from rag.index.indexes import Indexes, Progress
from rag.index.lexical import LexicalIndex
from rag.index.vector_table import VectorTable

log = logging.getLogger(__name__)

_PATIENCE_S = 10.0  # An owner that makes the indexes for the first time is waited for.
_POLL_S = 0.1
_AGAIN_S = 30.0  # After so long it is tried again to mend indexes that could not be written.
_LOG_ROWS = 2000


class ReadOnlyIndexes(Indexes):
    """Read both indexes without owning them, so that a page may start, run and end meanwhile.

    The words are read from the owner's files, which tantivy lets several processes do. Chroma does not: the vectors
    are read from the archive, which keeps them all, and compared in memory. Where nobody owns the indexes and they are
    behind the archive, they are owned for as long as it takes to bring them up to date. Where that fails, the words
    come from the files if these are sound, else from an index in memory, made from the archive.
    """

    def __init__(self, archive: Archive, embedder: Embedder, folder: Path, owner: str) -> None:
        """Describe the indexes; `open` begins to read. The arguments are those of `Indexes`."""
        super().__init__(archive, embedder, folder, owner)
        self._owning = Indexes(archive, embedder, folder, owner)
        self._table = VectorTable({})
        self._seen = 0  # The last change that the vectors in memory hold.
        self._again = 0.0  # Before this instant nothing is mended.

    def open(self, anew: bool = False, progress: Progress | None = None) -> None:
        """Begin to read; where nobody owns the indexes they are first looked at and mended as an owner would.

        Raises:
            IndexUnavailableError: Another embedder made them, or their owner is still making them.
            ValueError: They are asked for `anew`, which only an owner can do.
        """
        if anew:
            raise ValueError("only an owner makes indexes anew")
        self.check_embedder()
        state = self._build_table() if self._refresh(progress) else self._sound()
        self._seen = self.store.last_change()
        self._table = VectorTable(self.store.vectors_of(Selection()))
        self._lexical, self._state = self._read(state)
        self._dense = self._table

    def close(self) -> None:
        """Stop reading; nothing was written that would have to be noted."""
        with self._applying:
            self._close_parts()
            self._state = None

    def catch_up(self) -> int:
        """Read what changed since the last time; return how many articles that was."""
        done = 0
        with self._applying:
            if self._state is None or self._lexical is None:
                return 0
            if self.applied() < self.store.last_change():
                self._refresh()
            while (found := self.store.changes(self._seen, _LOG_ROWS))[1]:
                batch = self.store.has_vectors(found[1])
                self._table.apply(found[1], batch)
                if self._lexical.in_memory:
                    self._lexical.apply(found[1], batch)
                    self._state = replace(self._state, applied=found[0])
                self._seen = found[0]
                done += len(found[1])
            if not self._lexical.in_memory and (state := self._find_usable()):
                self._lexical.follow(self._open_lexical(state))
                self._state = replace(state, applied=min(state.applied, self._seen))
        return done

    def put_off(self, error: IndexUnavailableError) -> None:
        """Mend nothing for a while, as that has just failed."""
        log.warning("%s; answers come from what is there", error)
        self._again = time.monotonic() + _AGAIN_S

    def _refresh(self, progress: Progress | None = None) -> bool:
        """Bring the indexes up to date where nobody owns them; an owner does that itself.

        Returns:
            Whether somebody sees to the files; else they are as they are.
        """
        if self._owning.name_owner():
            return True
        if time.monotonic() < self._again:
            return False
        try:
            self._owning.open(progress=progress)
        except IndexInUseError:  # Another one was quicker.
            return True
        except IndexUnavailableError as error:
            self.put_off(error)
            return False
        self._owning.close()
        return True

    def _read(self, state: State | None) -> tuple[LexicalIndex, State]:
        if state is not None:
            try:
                words = LexicalIndex(self._open_lexical(state), writing=False)
                return words, replace(state, applied=min(state.applied, self._seen))
            except IndexUnavailableError:
                log.info("%s: its files cannot be opened here", self.folder, exc_info=True)
        words = LexicalIndex(None)
        for batch in self.store.iterate_all():
            words.apply((), batch)
        return words, State(0, self.store.archive.identity, self.store.profile, self._seen)

    def _find_usable(self) -> State | None:
        """Return what the owner noted last, if that is about this archive and can be read."""
        state = self._generations.state()
        if state is None or state.archive != self.store.archive.identity or state.profile != self.store.profile:
            return None
        return state if self._generations.path(state.generation).is_dir() else None

    def _sound(self) -> State | None:
        """Return what was noted last if the files are still those of it, as far as that can be told without writing."""
        state = self._find_usable()
        if state is None or (state.seal and state.seal != seal(self._generations.path(state.generation))):
            return None
        return state

    def _open_lexical(self, state: State) -> Path:
        return self._generations.path(state.generation) / "lexical"

    def _build_table(self) -> State:
        """Wait for an owner that has only just begun to make the indexes."""
        end = time.monotonic() + _PATIENCE_S
        while (state := self._find_usable()) is None:
            if time.monotonic() > end:
                raise IndexUnavailableError(
                    f"{self.folder}: the index is still being made by {self.name_owner() or 'another process'}; try "
                    "again when that is done"
                )
            time.sleep(_POLL_S)
        return state


def open_indexes(archive: Archive, embedder: Embedder, folder: Path, owner: str, beside: bool = False) -> Indexes:
    """Open the indexes as their owner, or beside one; where they can be neither opened nor mended, beside too.

    Raises:
        IndexUnavailableError: Another process owns them (`IndexInUseError`), or another embedder made them.
    """
    reading = ReadOnlyIndexes(archive, embedder, folder, owner)
    if not beside:
        owned = Indexes(archive, embedder, folder, owner)
        try:
            owned.open()
        except IndexInUseError:
            raise
        except IndexUnavailableError as error:
            reading.put_off(error)
        else:
            return owned
    reading.open()
    return reading
