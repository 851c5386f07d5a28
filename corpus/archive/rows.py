"""The row of an article in the archive, and the digests that recognise it when it arrives again."""

import hashlib
import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from corpus.archive.engine import Connection, Row
from corpus.article import Article

FIELDS = tuple(field.name for field in fields(Article))
_DATES = {"published_at": "published_offset", "updated_at": "updated_offset"}
"""Dates are kept in UTC, so that they sort, and beside them by how many minutes the clock of the outlet differs."""
ROW = (*FIELDS, *_DATES.values())
COLUMNS = ", ".join(ROW)


def article_from_row(row: Row) -> Article:
    """Make an article of a row that holds its columns."""
    values = {name: row[name] for name in FIELDS}
    for name, offset in _DATES.items():
        # An old archive that cannot be upgraded has no offsets.
        values[name] = from_row(row[name], row[offset] if offset in row.keys() else 0)  # noqa: SIM118 - no mapping
    return Article(**values)


def article_from_json(record: str) -> Article:
    """Make an article of the JSON that `Article.to_record` gives."""
    values = json.loads(record)
    for name in _DATES:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return Article(**values)


def from_row(date: str | None, offset: int) -> datetime | None:
    """Return a date as the outlet wrote it, of what its columns hold."""
    found = datetime.fromisoformat(date) if date else None
    return found.astimezone(timezone(timedelta(minutes=offset))) if found and offset else found


def row_values(article: Article) -> list[Any]:
    """Return what goes into the columns, in the order of `ROW`."""
    return [*_field_values(article), *(_offset(getattr(article, name)) for name in _DATES)]


def update_row(connection: Connection, key: int, article: Article) -> None:
    """Write an article into its row within the caller's transaction; its version and its digests stay."""
    given = {name: value for name, value in zip(ROW, row_values(article), strict=True) if name != "version"}
    sets = ", ".join(f"{name} = ?" for name in given)
    connection.execute(f"UPDATE articles SET {sets} WHERE key = ?", (*given.values(), key))


def drop_chunks(connection: Connection, key: int) -> None:
    """Delete the chunks of an article within the caller's transaction, so that it is cut and embedded again."""
    connection.execute("DELETE FROM chunks WHERE article_key = ?", (key,))
    connection.execute("DELETE FROM indexed WHERE article_key = ?", (key,))
    connection.execute("INSERT INTO arrivals VALUES (?, 0) ON CONFLICT (article_key) DO NOTHING", (key,))


def _field_values(article: Article) -> list[Any]:
    return [to_iso(value) if isinstance(value := getattr(article, name), datetime) else value for name in FIELDS]


def _offset(date: datetime | None) -> int:
    offset = date.utcoffset() if date else None
    return int(offset.total_seconds()) // 60 if offset else 0


def to_iso(date: datetime) -> str:
    """Write an instant so that the order of the texts is the order in time."""
    return date.astimezone(UTC).isoformat(timespec="seconds")


def to_timestamp(article: Article) -> str:
    """Return the instant from which the outlet dates this text, as `iso` writes it, or "" when it does not say."""
    date = article.updated_at or article.published_at
    return to_iso(date) if date else ""


def content_digest(article: Article) -> bytes:
    """Hash everything that the outlet publishes of an article; not its version number here, nor the feed it came from."""
    record = [
        value for name, value in zip(FIELDS, _field_values(article), strict=True) if name not in {"version", "feed"}
    ]
    return hashlib.sha256(json.dumps(record).encode()).digest()[:16]


def text_digest(article: Article) -> bytes:
    """Hash headline and text."""
    return hashlib.sha256(f"{article.title}\n{article.body}".encode("utf-8", "surrogatepass")).digest()[:16]
