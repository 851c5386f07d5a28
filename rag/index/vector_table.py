"""Compare vectors in memory, for a process that may not open Chroma's files."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from corpus.archive.chunk_store import Embedded, Vectors
from corpus.archive.selection import Selection
from rag.index.lexical import read_article_id


class VectorTable:
    """Find chunks whose vectors lie near the question's, by cosine, exactly; 100,000 of 384 numbers take 154 MB."""

    def __init__(self, vectors: Mapping[str, Vectors]) -> None:
        """Hold vectors of length 1 by the ids of their chunks."""
        # One tuple, so that a search in another thread never sees ids and rows that do not match.
        self._held = (tuple(vectors), _stack(list(vectors.values())))

    def apply(self, gone: Collection[str], batch: Sequence[Embedded]) -> None:
        """Delete every chunk of the articles `gone`, then add the chunks of `batch`."""
        ids, rows = self._held
        left = set(gone)
        kept = [i for i, chunk_id in enumerate(ids) if read_article_id(chunk_id) not in left]
        names = [ids[i] for i in kept] + [chunk.id for item in batch for chunk in item.chunks]
        self._held = (tuple(names), _stack([rows[kept], *(item.vectors for item in batch)]))

    def search(self, vectors: Vectors, limit: int) -> list[list[tuple[str, float]]]:
        """Return for each vector up to `limit` (chunk id, cosine), best first; `vectors` has a row for each."""
        ids, rows = self._held
        if not ids:
            return [[] for _ in vectors]
        found = []
        for cosines in vectors @ rows.T:
            best = np.argsort(-cosines, kind="stable")[:limit]
            found.append([(ids[i], float(cosines[i])) for i in best])
        return found

    def search_among(self, vectors: Vectors, limit: int, selection: Selection) -> None:
        """Return None: only ids and vectors are held."""

    def count(self) -> int:
        """Return how many chunks there are."""
        return len(self._held[0])

    def ids(self) -> set[str]:
        """Return the id of every chunk."""
        return set(self._held[0])

    def close(self) -> None:
        """Drop all vectors."""
        self._held = ((), _stack([]))


def _stack(parts: Sequence[Vectors]) -> Vectors:
    filled = [part for part in parts if part.size]
    return np.vstack(filled).astype(np.float32, copy=False) if filled else np.zeros((0, 0), dtype=np.float32)
