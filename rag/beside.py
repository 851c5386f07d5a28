"""The indexes of an archive read beside whoever owns them: what `python -m rag mcp` and `chat` answer from."""

import time
from dataclasses import replace
from pathlib import Path

from corpus.archive import Archive
from corpus.errors import IndexInUseError, IndexUnavailableError
from corpus.selection import Selection
from rag.embedder import Embedder
from rag.generation import State
from rag.indexes import Indexes, Progress
from rag.lexical import LexicalIndex
from rag.vector_table import VectorTable

_PATIENCE_S = 10.0  # An owner that makes the indexes for the first time is waited for.
_POLL_S = 0.1
_LOG_ROWS = 2000


class IndexesBeside(Indexes):
    """Read both indexes without owning them, so that a page may start, run and end meanwhile.

    The words are read from the owner's files, which tantivy lets several processes do. Chroma does not: the vectors
    are read from the archive, which keeps them all, and compared in memory. Where nobody owns the indexes and they are
    behind the archive, they are owned for as long as it takes to bring them up to date.
    """

    def __init__(self, archive: Archive, embedder: Embedder, folder: Path, owner: str) -> None:
        """Describe the indexes; `open` begins to read. The arguments are those of `Indexes`."""
        super().__init__(archive, embedder, folder, owner)
        self._owning = Indexes(archive, embedder, folder, owner)
        self._table = VectorTable({})
        self._seen = 0  # The last change that the vectors in memory hold.

    def open(self, anew: bool = False, progress: Progress | None = None) -> None:
        """Begin to read; where nobody owns the indexes they are first looked at and mended as an owner would.

        Raises:
            IndexUnavailableError: Another embedder made them, their owner is still making them, or the disk is full.
            ValueError: They are asked for `anew`, which only an owner can do.
        """
        if anew:
            raise ValueError("only an owner makes indexes anew")
        self.check_embedder()
        self._tend(progress)
        state = self._made()
        self._seen = self.store.last_change()
        self._table = VectorTable(self.store.vectors_of(Selection()))
        self._lexical = LexicalIndex(self._words(state), writing=False)
        self._dense = self._table
        self._state = replace(state, applied=min(state.applied, self._seen))

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
                self._tend()
            while (found := self.store.changes(self._seen, _LOG_ROWS))[1]:
                self._table.apply(found[1], self.store.embedded(found[1]))
                self._seen = found[0]
                done += len(found[1])
            if state := self._usable():
                self._lexical.follow(self._words(state))
                self._state = replace(state, applied=min(state.applied, self._seen))
        return done

    def _tend(self, progress: Progress | None = None) -> None:
        """Bring the indexes up to date where nobody owns them; an owner does that itself."""
        if self._owning.named_owner():
            return
        try:
            self._owning.open(progress=progress)
        except IndexInUseError:  # Another one was quicker.
            return
        self._owning.close()

    def _usable(self) -> State | None:
        """Return what the owner noted last, if that is about this archive and can be read."""
        state = self._generations.state()
        if state is None or state.archive != self.store.archive.identity or state.profile != self.store.profile:
            return None
        return state if self._generations.path(state.generation).is_dir() else None

    def _words(self, state: State) -> Path:
        return self._generations.path(state.generation) / "lexical"

    def _made(self) -> State:
        """Wait for an owner that has only just begun to make the indexes."""
        end = time.monotonic() + _PATIENCE_S
        while (state := self._usable()) is None:
            if time.monotonic() > end:
                raise IndexUnavailableError(
                    f"{self.folder}: the index is still being made by {self.named_owner() or 'another process'}; try "
                    "again when that is done"
                )
            time.sleep(_POLL_S)
        return state
