"""The archive as a LangChain retriever."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, SkipValidation

from rag.answer.question_reader import QuestionReader
from rag.model import Passage
from rag.question.query import Query
from rag.retrieval.evidence_search import EvidenceSearch, RetrievedPassages


class Documents(list[Document]):
    """Hold passages as documents, together with the search that found them.

    Attributes:
        found: The passages with what LangChain's documents have no place for: parts, filters and notes.
    """

    def __init__(self, found: RetrievedPassages) -> None:
        """Make a document of each passage."""
        super().__init__(map(to_document, found.passages))
        self.found = found


class PassageRetriever(BaseRetriever):
    """Find the evidence for a question.

    Attributes:
        questions: Understands a question that comes without its query.
        evidence: What searches.
        k: How many passages, at most.
        depth: How many more of each search are kept for a model to read.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    questions: SkipValidation[QuestionReader]
    evidence: SkipValidation[EvidenceSearch]
    k: int
    depth: int = 0

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
        understood: Query | None = None,
    ) -> Documents:
        return Documents(self.evidence.search_and_widen(understood or self.questions.read(query), self.k, self.depth))


def to_document(passage: Passage) -> Document:
    """Return a passage as a LangChain document: its text verbatim, and all else that its record holds as metadata."""
    metadata = passage.to_record()
    return Document(id=passage.chunk.id, page_content=metadata.pop("text"), metadata=metadata)
