"""An embedder that needs no model, for tests that are not about meaning: equal words give near vectors."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from rag.index.embedder import Embedder, Vectors

DIMENSIONS = 32


class WordEmbedder(Embedder):
    """Count hashed words; chunks are cut with the tokenizer that ships."""

    profile = "words/1"
    dimensions = DIMENSIONS

    def embed(self, texts: Sequence[str], urgent: bool = True) -> Vectors:
        """Return one vector of length 1 a text."""
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(out, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [text]:
                row[zlib.crc32(word.encode()) % DIMENSIONS] += 1
            row /= np.linalg.norm(row)
        return out

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a question."""
        return self.embed(texts)


class SilentWordEmbedder(WordEmbedder):
    """Refuse to embed: what is rebuilt must come from the vectors that the archive keeps."""

    def embed(self, texts: Sequence[str], urgent: bool = True) -> Vectors:
        """Fail."""
        raise AssertionError(f"{len(texts)} texts were embedded again")


class SilentEmbedder(Embedder):
    """Refuse to embed, under the name of the embedder that ships."""

    def embed(self, texts: Sequence[str], urgent: bool = True) -> Vectors:
        """Fail."""
        raise AssertionError(f"{len(texts)} texts were embedded again")
