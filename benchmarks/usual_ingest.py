"""The usual LangChain set-up: read JSONL, split, embed, keep in Chroma; `benchmarks.ingest_speed` runs it as a process.

`langchain-huggingface` asks for an older huggingface-hub than the lock holds, so its class stands here in its
essentials: all texts to one `encode` in batches of 32, line breaks made spaces, vectors made lists.
"""

import json
import sys
from pathlib import Path
from typing import Any

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from sentence_transformers import SentenceTransformer

from rag.index.embedder import Embedder

_ADDED_AT_ONCE = 5_000  # Chroma refuses more than 5,461 at once.


class SentenceTransformerEmbeddings(Embeddings):
    """Embed as `langchain_huggingface.HuggingFaceEmbeddings` does."""

    def __init__(self, model: SentenceTransformer) -> None:
        """Take the model."""
        self._model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector a text."""
        vectors: Any = self._model.encode([text.replace("\n", " ") for text in texts])
        return vectors.tolist()  # type: ignore[no-any-return]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embed_documents([text])[0]


def main(articles: Path, folder: Path) -> None:
    """Index the articles into a folder."""
    documents = []
    for line in articles.read_text("utf-8").splitlines():
        record = json.loads(line)
        metadata = {name: str(record.get(name) or "") for name in ("id", "title", "source", "published_at")}
        documents.append(Document(record["body"], metadata=metadata))
    splits = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    model = SentenceTransformer(str(Embedder().folder), device="cpu")
    store = Chroma(persist_directory=str(folder), embedding_function=SentenceTransformerEmbeddings(model))
    for start in range(0, len(splits), _ADDED_AT_ONCE):
        store.add_documents(splits[start : start + _ADDED_AT_ONCE])
    print(len(splits))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
