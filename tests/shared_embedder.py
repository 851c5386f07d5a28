"""The embedder that ships, for every test of a run: it embeds each text once, as most tests have the same articles."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from rag.index.embedder import Embedder, Vectors


class RememberingEmbedder(Embedder):
    """Give back for a text that came before what the model made of it then."""

    def __init__(self) -> None:
        super().__init__()
        self._documents: dict[str, Vectors] = {}
        self._queries: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str], urgent: bool = True) -> Vectors:
        fresh = [text for text in dict.fromkeys(texts) if text not in self._documents]
        if fresh or not texts:
            self._documents.update(zip(fresh, made := super().embed(fresh, urgent), strict=True))
        return np.stack([self._documents[text] for text in texts]) if texts else made

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        fresh = [text for text in dict.fromkeys(texts) if text not in self._queries]
        if fresh:
            self._queries.update(zip(fresh, super().embed_queries(fresh), strict=True))
        return np.stack([self._queries[text] for text in texts])


@cache
def shared_embedder() -> RememberingEmbedder:
    """Return it; the model is loaded when the first text is embedded."""
    return RememberingEmbedder()
