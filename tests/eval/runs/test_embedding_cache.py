from collections.abc import Sequence

import numpy as np

from eval.runs.embedding_cache import CachingEmbedder
from rag.index.embedder import Embedder, Vectors


def test_a_text_is_embedded_once() -> None:
    embedder = Embedder()
    asked: list[str] = []

    class Counted(Embedder):
        def embed(self, texts: Sequence[str], urgent: bool = True) -> Vectors:
            asked.extend(texts)
            return embedder.embed(texts, urgent)

        def embed_query(self, text: str) -> Vectors:
            asked.append(f"? {text}")
            return embedder.embed_query(text)

    remembering = CachingEmbedder(Counted(), kept=3)
    first = remembering.embed(["a cable", "a treaty", "a cable"])
    assert first.shape == (3, 384)
    assert np.array_equal(first[0], first[2])
    assert np.allclose(first[1], embedder.embed(["a treaty"])[0], atol=1e-6)
    remembering.embed_query("a cable")
    remembering.embed_query("a cable")
    remembering.embed(["a treaty", "a senate"])
    assert asked == ["a cable", "a treaty", "? a cable", "a senate"]
    remembering.embed(["a cable"])  # used longest ago, so no longer known
    assert asked[4:] == ["a cable"]
    assert remembering.embed([]).shape == (0, 384)
