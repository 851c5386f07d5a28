"""What happened to one question in a run: what was found, what was answered, or why it failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eval.question import Question, question_from_record
from rag.model import Passage

# Passages whose text is kept: as many as MultiHop-RAG's measures look at.
TEXTS_KEPT = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """Hold one retrieved passage.

    Attributes:
        article_id: Its article.
        chunk_id: Its chunk.
        score: As the retriever gave it; comparable within one question only.
        copies: Articles of the same text that were folded into it.
        text: The passage, or "" beyond the first ten.
    """

    article_id: str
    chunk_id: str
    score: float
    copies: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold everything that a run knows of one question.

    Attributes:
        question: The question as it was asked.
        hits: What the search found, best first; None when nothing was searched.
        answer: The answer's JSON record with its prompt, or None when nothing was answered.
        error: What went wrong, or "".
        timings_ms: Milliseconds by stage, as measured from outside ("search", "ask").
        judgement: What a judge model found, or None.
    """

    question: Question
    hits: tuple[Hit, ...] | None = None
    answer: Mapping[str, Any] | None = None
    error: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    judgement: Mapping[str, Any] | None = None

    @property
    def ranking(self) -> list[str]:
        """Return the articles found, each once, at the place of its best passage; ties by id.

        Adjacent equal scores are a tie. A folded copy is ranked directly after the article that it was folded into:
        the reader sees it there.
        """
        group, last = 0, None
        placed: list[tuple[int, str, int]] = []
        copies: dict[str, tuple[str, ...]] = {}
        for position, hit in enumerate(self.hits or ()):
            # Sorting by (group, id) orders ties as trec_eval does, whatever order the index returned them in.
            group += hit.score != last
            last = hit.score
            placed.append((group, hit.article_id, position))
            copies[hit.article_id] = copies.get(hit.article_id, ()) + hit.copies
        order = (article for _, found, _ in sorted(placed) for article in (found, *sorted(copies[found])))
        return list(dict.fromkeys(order))

    @property
    def status(self) -> str:
        """Return "answered", "doubtful", "not_found", "incomplete", "error", or "" when nothing was asked."""
        if self.error:
            return "error"
        return str(self.answer["status"]) if self.answer else ""

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        hits = None if self.hits is None else [_hit_record(hit) for hit in self.hits]
        record = {
            "id": self.question.id,
            "question": self.question.to_record(),
            "hits": hits,
            "answer": self.answer,
            "error": self.error,
            "timings_ms": {stage: round(ms, 2) for stage, ms in self.timings_ms.items()},
            "judgement": self.judgement,
        }
        return {key: value for key, value in record.items() if value is not None and value != ""}


def collect_hits(passages: Iterable[Passage]) -> tuple[Hit, ...]:
    """Return passages as hits, with the text of the first ten."""
    return tuple(
        Hit(
            passage.article.id,
            passage.chunk.id,
            passage.score,
            tuple(copy.id for copy in passage.copies),
            passage.chunk.text if place < TEXTS_KEPT else "",
        )
        for place, passage in enumerate(passages)
    )


def outcome_from_record(record: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `Outcome.to_record` wrote.

    Raises:
        ValueError, KeyError: The record is none of ours.
    """
    hits = record.get("hits")
    return Outcome(
        question=question_from_record(record["question"]),
        hits=None if hits is None else tuple(_hit(row) for row in hits),
        answer=record.get("answer"),
        error=record.get("error", ""),
        timings_ms=record.get("timings_ms", {}),
        judgement=record.get("judgement"),
    )


def _hit_record(hit: Hit) -> dict[str, Any]:
    record = {"article_id": hit.article_id, "chunk_id": hit.chunk_id, "score": round(hit.score, 6)}
    extra = {"copies": list(hit.copies), "text": hit.text}
    return record | {key: value for key, value in extra.items() if value}


def _hit(row: Mapping[str, Any]) -> Hit:
    return Hit(row["article_id"], row["chunk_id"], row["score"], tuple(row.get("copies", ())), row.get("text", ""))
