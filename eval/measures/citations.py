"""Measure whether the citations are right, and whether quotations are in the cited passages."""

from collections.abc import Iterable, Mapping
from typing import Any

from eval.measures.answer_words import contains_quotation, quotations
from eval.question import GoldEvidence, Question
from rag.text.citation_marks import HEADING


def citation_measures(question: Question, answer: Mapping[str, Any]) -> dict[str, float]:
    """Return precision and recall of an answer's citations against the gold evidence.

    Precision is the share of the cited passages that hold gold evidence, and is not defined without a citation.
    Recall is the share of the gold articles that are cited, 0 when the answer was refused. Neither is defined without
    gold.
    """
    gold = question.gold
    if not gold:
        return {}
    texts = cited_texts(answer)
    passages = {str(row["chunk_id"]): str(row["article_id"]) for row in answer["citations"]}
    cited = [(article, texts.get(chunk, "")) for chunk, article in passages.items()]
    values = {"citation recall": len({article for article, _ in cited} & set(gold)) / len(gold)}
    if cited:
        right = sum(any(holds(article, text, e) for e in question.evidence) for article, text in cited)
        values["citation precision"] = right / len(cited)
    return values


def holds(article_id: str, text: str, evidence: GoldEvidence) -> bool:
    """Return whether a passage holds a piece of evidence: its article, and half of the quote from either end.

    Half, because a chunk may end within a quote of several sentences. Without a quote the article alone decides.
    """
    if article_id != evidence.article_id:
        return False
    quote, passage = " ".join(evidence.quote.split()), " ".join(text.split())
    middle = (len(quote) + 1) // 2
    return quote[:middle] in passage or quote[-middle:] in passage


def support_measures(answer: Mapping[str, Any]) -> dict[str, float]:
    """Return the shares of the claims that the check supports and flags, and of the quotations that are verbatim.

    Notes on the archive do not count as claims, nor is a heading a quotation: it names the topic as the question does. Each measure is undefined where an answer has no claim, or quotes nothing.
    """
    values = {}
    claims = [claim for claim in answer["claims"] if claim.get("verdict") != "note"]
    if claims:
        # `supported` is None for an unchecked claim, which counts in neither share.
        values["claims supported"] = sum(claim["supported"] is True for claim in claims) / len(claims)
        values["claims flagged"] = sum(claim["supported"] is False for claim in claims) / len(claims)
    quoted = quotations(HEADING.sub("", answer["text"]))
    if quoted and answer["status"] == "answered":
        # A headline is words of the source too, and articles often hold it nowhere else.
        texts = [*cited_texts(answer).values(), *(row["title"] for row in answer["citations"])]
        values["verbatim quotes"] = sum(contains_quotation(quotation, texts) for quotation in quoted) / len(quoted)
    return values


def cited_texts(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each passage that is cited, by chunk id."""
    cited = {row["chunk_id"] for row in answer["citations"]}
    passages: Iterable[Mapping[str, Any]] = answer["passages"]
    return {row["chunk_id"]: row["text"] for row in passages if row["chunk_id"] in cited}
