"""Search by words and by vectors, and the choice between owning the indexes and reading them."""

import threading
from datetime import datetime
from pathlib import Path
from typing import Protocol

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.errors import IndexInUseError, IndexUnavailableError
from rag.index.dense import Dense
from rag.index.embedder import Embedder
from rag.index.index_folder import IndexFolder
from rag.index.lexical import LexicalIndex
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pending_articles import Progress
from rag.index.read_only_indexes import ReadOnlyIndexes
from rag.settings import DenseKind


class Indexes(Protocol):
    """Search both indexes of an archive and follow its changes: `OwnedIndexes` or `ReadOnlyIndexes`."""

    store: ChunkStore
    embedder: Embedder
    folder: IndexFolder

    @property
    def dense(self) -> Dense:
        """Return the open dense index."""

    @property
    def lexical(self) -> LexicalIndex:
        """Return the open lexical index."""

    def embed_pending(
        self, progress: Progress | None = None, wait: float = 0, stop: threading.Event | None = None
    ) -> int:
        """Chunk and embed every article that has no vectors yet; return how many."""

    def catch_up(self) -> int:
        """Apply what changed in the archive since the last call; return the number of articles."""

    def progress(self) -> tuple[int, int]:
        """Return how many articles can be found, and how many there are."""

    def complete_until(self) -> datetime | None:
        """Return until when every change of the archive can be found, or None where all can, or nobody knows."""

    def find_differences(self) -> dict[str, list[str]]:
        """Return, per index, the ids of chunks that only the index or only the archive has."""

    def close(self) -> None:
        """Close the index."""


def open_indexes(
    archive: Archive,
    embedder: Embedder,
    folder: Path,
    owner: str,
    read_only: bool = False,
    dense: DenseKind = "chroma",
) -> Indexes:
    """Open the indexes of an archive as their owner; read-only if asked for, or where they cannot be written.

    Raises:
        IndexUnavailableError: Another process owns them (`IndexInUseError`), or another embedder made them.
        SettingsError: Vectors are to be searched in a database, and the archive is in none.
        ArchiveError: The database cannot search vectors.
    """
    reading = ReadOnlyIndexes(archive, embedder, folder, owner, dense)
    if not read_only:
        owned = OwnedIndexes(archive, embedder, folder, owner, dense)
        try:
            owned.open()
        except IndexInUseError:
            raise
        except IndexUnavailableError as error:
            reading.postpone_repair(error)
        else:
            return owned
    reading.open()
    return reading
