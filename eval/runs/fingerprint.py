"""Fingerprints: whether two runs had the same data before them, and asked the same."""

import hashlib
import json
from collections.abc import Iterable

from corpus import Article
from eval.question import Question


def fingerprint_articles(articles: Iterable[Article]) -> str:
    """Return 16 hexadecimal digits that stand for what the articles say, whatever their order."""
    rows = sorted(
        [
            article.id,
            article.title,
            article.body,
            article.source,
            article.published_at.isoformat() if article.published_at else "",
        ]
        for article in articles
    )
    return _digest(rows)


def fingerprint_questions(questions: Iterable[Question]) -> str:
    """Return 16 hexadecimal digits that stand for the questions, whatever their order."""
    return _digest(sorted((question.to_record() for question in questions), key=lambda record: str(record["id"])))


def of_records(records: object) -> str:
    """Return 16 hexadecimal digits that stand for plain JSON values in their order."""
    return _digest(records)


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
