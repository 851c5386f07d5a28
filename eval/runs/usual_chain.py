"""The baseline that most projects start from: LangChain's recursive splitter, Chroma, the top 4, one prompt.

The embedder is ours, so that the difference is the chain's and not the model's. Splits are 1,000 characters long with
200 of overlap, as in LangChain's own introduction to retrieval.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from corpus import Article, Chunk
from eval.question import Question
from rag.index.embedder import Embedder
from rag.model import Answer, Citation, Passage

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.language_models import BaseChatModel

SPLIT_CHARACTERS = 1_000
SPLIT_OVERLAP = 200
TOP = 4
# Chroma limits how much one call may add: 5,461 rows with the variables that SQLite allows by default.
_ADDED_AT_ONCE = 2_000
_PROMPT = (
    "Answer the question from the context below. If the context does not hold the answer, say that you do not know. "
    "Put the number of the piece that you rely on in square brackets after each sentence.\n\n{context}\n\n"
    "Question: {question}"
)
_MARK = re.compile(r"\[(\d+)\]")
_UNKNOWN = re.compile(r"\b(?:do not|don't) know\b", re.IGNORECASE)


class UsualChain:
    """Split, embed, fetch the four nearest, ask the model (if there is one)."""

    name = "langchain"

    def __init__(
        self, articles: Iterable[Article], embedder: Embedder, model: "BaseChatModel | None" = None, tries: int = 1
    ) -> None:
        """Split and index the articles in memory.

        Args:
            articles: To search in.
            embedder: Ours.
            model: Writes the answers; without one only retrieval is compared.
            tries: Of a question whose model fails, so that a busy server is no defect of the chain.
        """
        self._articles = {article.id: article for article in articles}
        self._embedder = embedder
        self._model = model and model.with_retry(stop_after_attempt=tries)
        self._store = self._index()

    def search(self, question: Question, k: int) -> list[Passage]:
        """Return the nearest splits."""
        found = self._store.similarity_search_with_score(question.text, k=k)
        return [
            Passage(self._chunk(document.metadata, len(document.page_content)), rank, -float(distance))
            for rank, (document, distance) in enumerate(found, start=1)
        ]

    def answer(self, question: Question) -> Answer | None:
        """Return the model's answer from the four nearest splits, or None without a model."""
        if self._model is None:
            return None
        passages = tuple(self.search(question, TOP))
        context = "\n\n".join(f"[{passage.rank}] {passage.chunk.text}" for passage in passages)
        prompt = _PROMPT.format(context=context, question=question.text)
        text = str(self._model.invoke(prompt).text)
        cited = sorted({int(mark) for mark in _MARK.findall(text)} & {passage.rank for passage in passages})
        whole = [Citation(n, passages[n - 1], passages[n - 1].chunk.start, passages[n - 1].chunk.end) for n in cited]
        return Answer(
            question.text,
            "not_found" if _UNKNOWN.search(text) and not cited else "answered",
            text,
            citations=tuple(whole),
            passages=passages,
            prompt=(("user", prompt),),
        )

    def _index(self) -> "Chroma":
        from langchain_chroma import Chroma
        from langchain_core.embeddings import Embeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        embedder = self._embedder

        class OurEmbedder(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return [list(map(float, vector)) for vector in embedder.embed(texts)]

            def embed_query(self, text: str) -> list[float]:
                return list(map(float, embedder.embed_query(text)))

        splitter = RecursiveCharacterTextSplitter(
            chunk_size=SPLIT_CHARACTERS, chunk_overlap=SPLIT_OVERLAP, add_start_index=True
        )
        articles = list(self._articles.values())
        documents = splitter.create_documents([a.body for a in articles], [{"article": a.id} for a in articles])
        # All of Chroma's stores in memory share one database in a process, so the name must be new.
        store = Chroma(f"usual-{uuid4().hex}", embedding_function=OurEmbedder())
        for start in range(0, len(documents), _ADDED_AT_ONCE):
            store.add_documents(documents[start : start + _ADDED_AT_ONCE])
        return store

    def _chunk(self, metadata: dict[str, Any], length: int) -> Chunk:
        start = int(metadata["start_index"])
        return Chunk(self._articles[metadata["article"]], start, start, start + length)
