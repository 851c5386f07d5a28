"""Fingerprints: they show whether two runs had the same articles and questions."""

import hashlib
import json
from collections.abc import Iterable

from corpus import Article
from eval.question import Question


def fingerprint_articles(articles: Iterable[Article]) -> str:
    """Return 16 hexadecimal digits that identify the articles, regardless of their order."""
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
    """Return 16 hexadecimal digits that identify the questions, regardless of their order."""
    return _digest(sorted((question.to_record() for question in questions), key=lambda record: str(record["id"])))


def fingerprint_records(records: object) -> str:
    """Return 16 hexadecimal digits that identify plain JSON values in their order."""
    return _digest(records)


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
