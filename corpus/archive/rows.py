"""The row of an article in the archive, and the digests that recognise it when it arrives again."""

import hashlib
import json
import sqlite3
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from corpus.article import Article

FIELDS = tuple(field.name for field in fields(Article))
COLUMNS = ", ".join(FIELDS)
_DATES = ("published_at", "updated_at")


def article_from_row(row: sqlite3.Row) -> Article:
    """Make an article of a row that holds its columns."""
    return _article({name: row[name] for name in FIELDS})


def article_from_json(record: str) -> Article:
    """Make an article of the JSON that `Article.to_record` gives."""
    return _article(json.loads(record))


def _article(values: dict[str, Any]) -> Article:
    for name in _DATES:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return Article(**values)


def row_values(article: Article) -> list[Any]:
    """Return what goes into the columns, in the order of `FIELDS`."""
    return [to_iso(value) if isinstance(value := getattr(article, name), datetime) else value for name in FIELDS]


def to_iso(date: datetime) -> str:
    """Write an instant so that the order of the texts is the order in time."""
    return date.astimezone(UTC).isoformat(timespec="seconds")


def to_timestamp(article: Article) -> str:
    """Return the instant from which the outlet dates this text, as `iso` writes it, or "" when it does not say."""
    date = article.updated_at or article.published_at
    return to_iso(date) if date else ""


def content_digest(article: Article) -> bytes:
    """Hash everything that the outlet publishes of an article; not its version number here, nor the feed it came from."""
    record = [value for name, value in zip(FIELDS, row_values(article), strict=True) if name not in {"version", "feed"}]
    return hashlib.sha256(json.dumps(record).encode()).digest()[:16]


def text_digest(article: Article) -> bytes:
    """Hash headline and text."""
    return hashlib.sha256(f"{article.title}\n{article.body}".encode("utf-8", "surrogatepass")).digest()[:16]
