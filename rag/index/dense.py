"""The dense index: Chroma, owned by one process; the only module that imports it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from corpus.archive.chunk_store import Embedded, Vectors
from corpus.archive.selection import Selection
from corpus.command_names import name_command
from corpus.errors import IndexUnavailableError

_FORGOTTEN = 2000  # Articles; Chroma refuses more than 5,461 rows at once.
_TAKEN = 100  # Rows: Chroma holds the interpreter's lock while it takes them in, some milliseconds each.
_READ = 2000  # Rows.


class Dense(Protocol):
    """Define what searches chunks by their vectors: `DenseIndex`, `PgvectorIndex` or `VectorTable`, each in a module of its name."""

    def apply(self, gone: Sequence[str], batch: Sequence[Embedded]) -> None:
        """Delete every chunk of the articles `gone`, then add the chunks of `batch`."""

    def search(self, vectors: Vectors, limit: int) -> list[list[tuple[str, float]]]:
        """Return for each vector up to `limit` (chunk id, cosine), best first; `vectors` has a row for each."""

    def search_among(self, vectors: Vectors, limit: int, selection: Selection) -> list[list[tuple[str, float]]] | None:
        """Return the same of the chunks of selected articles alone; None where the index knows nothing of articles."""

    def count(self) -> int:
        """Return how many chunks there are."""

    def ids(self) -> set[str]:
        """Return the id of every chunk."""

    def close(self) -> None:
        """Close the index."""


class DenseIndex:
    """Find chunks whose vectors lie near the question's, by cosine.

    Every method raises `IndexUnavailableError` where Chroma cannot read or write its files.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, creating it if needed."""
        import chromadb  # Here, as it takes a second, and many a command only reads beside who owns the index.
        from chromadb.config import Settings as ChromaSettings

        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        with self._convert_errors():
            self._client = chromadb.PersistentClient(
                path=str(folder), settings=ChromaSettings(anonymized_telemetry=False, is_persistent=True)
            )
            self._collection = self._client.get_or_create_collection(
                "chunks",
                configuration={
                    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 24}
                },
                embedding_function=None,
            )

    def apply(self, gone: Sequence[str], batch: Sequence[Embedded]) -> None:
        """Delete every chunk of the articles `gone`, then add the chunks of `batch`."""
        rows = [(chunk, vector) for item in batch for chunk, vector in zip(item.chunks, item.vectors, strict=True)]
        with self._convert_errors():
            for start in range(0, len(gone), _FORGOTTEN):
                self._collection.delete(where=_match_any("article_id", gone[start : start + _FORGOTTEN]))
            for start in range(0, len(rows), _TAKEN):
                some = rows[start : start + _TAKEN]
                # Not `add`, which passes over ids that are there: after a kill the same change is applied again.
                self._collection.upsert(
                    ids=[chunk.id for chunk, _ in some],
                    embeddings=[vector for _, vector in some],
                    metadatas=[{"article_id": chunk.article.id} for chunk, _ in some],
                )

    def search(self, vectors: Vectors, limit: int) -> list[list[tuple[str, float]]]:
        """Return for each vector up to `limit` (chunk id, cosine), best first; `vectors` has a row for each.

        Filters are not passed to Chroma: at 10,000 chunks, one on time makes a query twenty times as slow (docs/retrieval.md).
        """
        with self._convert_errors():
            found = self._collection.query(
                query_embeddings=np.asarray(vectors, dtype=np.float32), n_results=limit, include=["distances"]
            )
        return [
            [(chunk_id, 1.0 - float(distance)) for chunk_id, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def search_among(self, vectors: Vectors, limit: int, selection: Selection) -> None:
        """Return None: Chroma knows nothing of articles."""

    def count(self) -> int:
        """Return how many chunks the index holds."""
        with self._convert_errors():
            return int(self._collection.count())

    def ids(self) -> set[str]:
        """Return the id of every chunk in the index, after reading its vector: Chroma keeps the two apart."""
        found: set[str] = set()
        with self._convert_errors():
            while batch := self._collection.get(include=["embeddings"], limit=_READ, offset=len(found))["ids"]:
                found.update(batch)
        return found

    def touch(self) -> None:
        """Read one row and search for its vector, so that a damaged index shows itself."""
        with self._convert_errors():
            row = self._collection.get(limit=1, include=["embeddings"])
        if row["ids"] and row["embeddings"] is not None:
            self.search(np.asarray(row["embeddings"], dtype=np.float32), 1)

    def close(self) -> None:
        """Close the files."""
        self._client.close()  # type: ignore[attr-defined]

    @contextmanager
    def _convert_errors(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        try:
            yield
        except ChromaError as error:
            raise IndexUnavailableError(
                f"{self._folder}: the dense index cannot be used ({error}); free some disk space if there is none, "
                f"else run `{name_command('corpus rebuild')}`"
            ) from error


def _match_any(name: str, values: Sequence[str]) -> dict[str, Any]:
    return {name: {"$in": list(values)}}
