"""Ask the archive: retrieval, answers, citations, and the check of every claim."""

from rag.assistant import Assistant
from rag.model import Answer, Citation, Filters, Passage, Turn
from rag.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Filters", "Passage", "Settings", "Turn"]
