"""Ask the archive: retrieval, answers, citations, and the check of every claim."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.model import Answer, Citation, Filters, Passage, Turn
    from rag.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Filters", "Passage", "Settings", "Turn"]

_MODULES = {"Assistant": "rag.assistant", "Settings": "rag.settings"}


def __getattr__(name: str) -> object:
    """Import a name when it is first used: a process that only reads an index starts in a third of the time."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES.get(name, "rag.model")), name)
