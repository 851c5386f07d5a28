"""An embedder that remembers: many questions meet the same sentences, and several systems are asked the same."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from rag.index.embedder import Embedder, Vectors

# With MiniLM's 384 dimensions and a few hundred bytes of text each, about 40 MB.
TEXTS_KEPT = 20_000


class CachingEmbedder(Embedder):
    """Embed each text once, as long as it is among those used last.

    Vectors are those of the wrapped embedder. Times measured through it are meaningless, since only the first request computes.
    """

    def __init__(self, embedder: Embedder, kept: int = TEXTS_KEPT) -> None:
        """Take the embedder to ask, and how many texts to remember."""
        super().__init__(embedder.name)
        self._embedder = embedder
        self._kept = kept
        self._known: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._remembering = threading.Lock()

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return self._embedder.dimensions

    def load(self) -> None:
        """Load the wrapped embedder."""
        self._embedder.load()

    def embed(self, texts: Sequence[str], urgent: bool = True) -> Vectors:
        """Return one vector a text, shape (texts, dimensions); only what is new is embedded."""
        found = {text: self._recall("text", text) for text in texts}
        fresh = [text for text, vector in found.items() if vector is None]
        if fresh:
            # Without the lock, so that a text that is known need not wait; at worst, two threads embed the same one.
            for text, vector in zip(fresh, self._embedder.embed(fresh, urgent), strict=True):
                found[text] = self._keep("text", text, vector)
        rows = [vector for text in texts if (vector := found[text]) is not None]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape (dimensions,)."""
        known = self._recall("query", text)
        return self._keep("query", text, self._embedder.embed_query(text)) if known is None else known

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a question, shape (texts, dimensions)."""
        return np.stack([self.embed_query(text) for text in texts])

    def _recall(self, kind: str, text: str) -> Vectors | None:
        with self._remembering:
            # Questions and texts have separate keys, since an embedder may put a prefix before one of them.
            if (kind, text) in self._known:
                self._known.move_to_end((kind, text))
            return self._known.get((kind, text))

    def _keep(self, kind: str, text: str, vector: Vectors) -> Vectors:
        with self._remembering:
            self._known[kind, text] = vector
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        return vector
