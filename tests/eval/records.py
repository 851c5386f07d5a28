"""Outcomes and answers as a run stores them, made by hand."""

from collections.abc import Sequence
from typing import Any

from eval.question import GoldEvidence, Question
from eval.question_result import Hit, Outcome

TEXTS = {
    "a#0": 'Xi said: "No cyber hegemony." The treaty was signed in Dubai in 2012.',
    "b#0": "Yahoo said that all 3 billion accounts were affected.",
    "c#0": "Nothing of the sort stands here.",
}


def answer(
    text: str = "",
    cited: Sequence[str] = (),
    status: str = "answered",
    claims: Sequence[bool] = (),
) -> dict[str, Any]:
    """Make an answer's record; `cited` are keys of TEXTS, cited as [1], [2], ..."""
    return {
        "status": status,
        "text": text,
        "citations": [
            {"n": n, "article_id": key.split("#")[0], "chunk_id": key, "quote": "", "start": 0, "end": 1, "title": "T"}
            for n, key in enumerate(cited, start=1)
        ],
        "claims": [
            {"text": "c", "citations": [1], "supported": ok, "verdict": "supported" if ok else "flagged", "reason": ""}
            for ok in claims
        ],
        "passages": [
            {"chunk_id": key, "article_id": key.split("#")[0], "text": text_, "title": "T", "outlet": "O", "rank": rank}
            for rank, (key, text_) in enumerate(TEXTS.items(), start=1)
        ],
        "timings_ms": {"retrieve": 2.0},
        "model": "none",
    }


def hits(*articles: str) -> tuple[Hit, ...]:
    """Make hits with falling scores, one an article."""
    return tuple(
        Hit(article, f"{article}#0", 1.0 - rank / 100, text=TEXTS.get(f"{article}#0", ""))
        for rank, article in enumerate(articles)
    )


HELD = Question(
    "held",
    "How many accounts?",
    ("3 billion", "three billion"),
    "number",
    (GoldEvidence("b", "all 3 billion accounts"), GoldEvidence("a", "signed in Dubai")),
)
NULL = Question("null", "Who won?", type="null")
VERDICT = Question("verdict", "Was it signed?", ("Yes",), "comparison", (GoldEvidence("a", "signed in Dubai"),))


def outcome(question: Question, record: dict[str, Any] | None = None, found: tuple[Hit, ...] | None = None) -> Outcome:
    """Make an outcome."""
    return Outcome(question, found, record)
