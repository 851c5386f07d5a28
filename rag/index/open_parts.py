"""The dense and the lexical index while they are open."""

from dataclasses import dataclass
from pathlib import Path

from corpus.archive.chunk_store import ChunkStore
from rag.index.dense import Dense, DenseIndex
from rag.index.lexical import LexicalIndex


@dataclass(frozen=True, slots=True)
class OpenParts:
    """Hold both indexes of an archive."""

    dense: Dense
    lexical: LexicalIndex

    @classmethod
    def from_files(cls, folder: Path, shared: Dense | None = None) -> "OpenParts":
        """Open both in a folder, creating them if needed.

        Args:
            folder: Their folder.
            shared: The dense index, where it is not in the folder.

        Raises:
            IndexUnavailableError: One of them cannot be opened.
        """
        dense = shared or DenseIndex(folder / "dense")
        try:
            return cls(dense, LexicalIndex(folder / "lexical"))
        except BaseException:
            dense.close()
            raise

    def find_differences(self, store: ChunkStore) -> dict[str, list[str]]:
        """Return, per index, the ids of chunks that only the index or only the archive has."""
        wanted = set(store.ids())
        found = {"dense": self.dense.ids(), "lexical": self.lexical.ids()}
        return {name: sorted(wanted ^ ids) for name, ids in found.items() if wanted != ids}

    def close(self) -> None:
        """Close both."""
        self.dense.close()
        self.lexical.close()


def require_open(parts: OpenParts | None) -> OpenParts:
    """Return the open indexes; raise `ValueError` where there are none."""
    if parts is None:
        raise ValueError("the indexes are not open")
    return parts
