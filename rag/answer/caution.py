"""The sentences of an answer, and what it begins with where the archive does not clearly hold what is asked."""

from rag.answer.verbatim_answer import choose_sentences, strip_emphasis
from rag.question.query import Query
from rag.retrieval.clarity import Gap, drop_others, find_gap
from rag.retrieval.evidence_search import Evidence
from rag.retrieval.sentence_ranking import Sentence

NEAREST = 3
"""Sentences given behind a caution, at most."""

_NEAREST = "the nearest sentences are:"
UNCLEAR = f"Nothing in this archive clearly answers this; {_NEAREST}"


def find_answer(query: Query, evidence: Evidence) -> tuple[list[Sentence], Gap | None]:
    """Return the sentences that clearly answer a question, or the nearest ones, if any, with what they leave open."""
    chosen = drop_others(query, choose_sentences(evidence))
    gap = find_gap(query, evidence, chosen) if chosen else Gap("unclear")
    return (list(gap.nearest[:NEAREST]), gap) if gap else (chosen, None)


def write_caution(gap: Gap) -> str:
    """Return the first line of an answer that leaves something open; it states nothing but what the archive lacks."""
    said = strip_emphasis(gap.words)
    if gap.kind == "namesake":
        return f"Nothing in this archive says that of “{said}”, only of another one of that name; {_NEAREST}"
    if gap.kind in {"name", "year"}:
        return f"Nothing in this archive says that of “{said}”; {_NEAREST}"
    return f"Nothing in this archive says that {said}; {_NEAREST}" if gap.kind == "deed" else UNCLEAR


def note_gap(gap: Gap) -> str:
    """Return the note that says why an answer stands behind a caution."""
    said = strip_emphasis(gap.words)
    if gap.kind == "namesake":
        return f"The archive may not answer this: it tells of another one of that name, not of “{said}”."
    if gap.kind in {"name", "year"}:
        return f"The archive may not answer this: no article that comes near tells of “{said}”."
    return "The archive may not answer this: compare what is asked with what the sentences say."
