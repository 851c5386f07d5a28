"""A draft about the newsroom's articles, and an assistant that reads none of the environment."""

from rag import Assistant
from rag.drafts.draft_report import DraftReport
from rag.model import Filters

VERBATIM = "The public library of Arden opened again on Monday, 14 months after the flood of September 2022."
DRAFT = f"""Notes from the coast

{VERBATIM} Some 13,000 volumes were lost. In Selmouth, harbour master Ines Calder raises the toll to 12 crowns.

She said that "dredging has to be financed". Was that wise? We think so. Marie Curie won the Nobel Prize in 1903.
"""


def check_draft(assistant: Assistant, text: str, filters: Filters | None = None) -> DraftReport:
    """Return the report on a draft."""
    *_, last = assistant.check_draft(text, filters)
    assert last.report
    return last.report
