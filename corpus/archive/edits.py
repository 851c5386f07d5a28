"""Edits: particulars of an article that somebody here corrected, with what the source wrote.

The row of an article holds what is shown, so that every query finds it; `edits` holds the original of each edited field.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from corpus.archive.engine import Connection, Row
from corpus.archive.rows import article_from_row
from corpus.archive.schema import has_edits
from corpus.article import Article
from corpus.text.days import format_day, format_published

EditedField = Literal["title", "source", "author", "published_at", "category"]
EDITED_FIELDS: tuple[EditedField, ...] = get_args(EditedField)
LABELS: dict[EditedField, str] = {
    "title": "Headline",
    "source": "Outlet",
    "author": "Byline",
    "published_at": "Date",
    "category": "Section",
}
"""What may be edited, by its name in `Article`, and what readers call it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Hold one edited field of an article.

    Attributes:
        field: Its name in `Article`.
        original: What the source wrote; a date as `format_published` writes it.
        by: Who edited it, or "" where nobody signs in.
        at: When.
    """

    field: EditedField
    original: str
    by: str
    at: datetime

    @property
    def note(self) -> str:
        """Return the edit as a sentence without a full stop."""
        who = f" by {self.by}" if self.by else ""
        wrote = f"the source wrote: “{self.original}”" if self.original else "the source gave none"
        return f"{LABELS[self.field]} corrected{who} on {format_day(self.at, 'short')}; {wrote}"

    def to_record(self) -> dict[str, str]:
        """Return plain JSON values."""
        return {"field": self.field, "original": self.original, "by": self.by, "at": self.at.isoformat()}


def list_edits(connection: Connection, article_id: str) -> list[Edit]:
    """Return the edits of an article that hold now, in the order of `EDITED_FIELDS`."""
    row = connection.execute("SELECT key FROM articles WHERE id = ?", (article_id,)).fetchone()
    rows = _read_rows(connection, row["key"]) if row else {}
    found = [rows[name] for name in EDITED_FIELDS if name in rows]
    return [
        Edit(
            row["field"],
            format_published(_read_date(row["original"])) if row["field"] == "published_at" else row["original"],
            row["edited_by"],
            datetime.fromisoformat(row["edited_at"]),
        )
        for row in found
    ]


def restore_source(connection: Connection, row: Row) -> Article:
    """Return the article of a row of `articles` as the source wrote it."""
    originals: dict[str, Any] = {
        name: _read_date(edit["original"]) if name == "published_at" else edit["original"]
        for name, edit in _read_rows(connection, row["key"]).items()
    }
    return replace(article_from_row(row), **originals)


def keep_edits(connection: Connection, key: int, arriving: Article, shown: Article) -> Article:
    """Return a new text of the source as it is to be shown: what was edited stays, beside what the source writes now.

    An edit that the source has made too, meanwhile, is none any more.

    Args:
        connection: Of the caller's transaction.
        key: The row of the article.
        arriving: The new text.
        shown: The text that was shown before.
    """
    kept: dict[str, Any] = {name: getattr(shown, name) for name in _read_rows(connection, key)}
    written = {name: write_value(getattr(arriving, name)) for name in kept}
    sql = "UPDATE edits SET original = ? WHERE article_key = ? AND field = ?"
    connection.executemany(sql, [(original, key, name) for name, original in written.items()])
    delete_edits(connection, key, [name for name, value in kept.items() if write_value(value) == written[name]])
    return replace(arriving, **kept)


def delete_edits(connection: Connection, key: int, names: Iterable[str]) -> None:
    """Forget within the caller's transaction that fields of an article were edited."""
    sql = "DELETE FROM edits WHERE article_key = ? AND field = ?"
    connection.executemany(sql, [(key, name) for name in names])


def name_source_outlet(connection: Connection) -> str:
    """Return what a query over `articles` takes for the outlet as the source wrote it."""
    if not has_edits(connection):
        return "source"
    edited = "SELECT original FROM edits WHERE article_key = articles.key AND field = 'source'"
    return f"coalesce(({edited}), source)"


def write_value(value: str | datetime | None) -> str:
    """Return the value of a field as `edits` keeps it: a date in ISO 8601 to the second, "" where there is none."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value or ""


def _read_rows(connection: Connection, key: int) -> dict[str, Row]:
    if not has_edits(connection):
        return {}
    rows = connection.execute("SELECT * FROM edits WHERE article_key = ?", (key,))
    return {row["field"]: row for row in rows}


def _read_date(original: str) -> datetime | None:
    return datetime.fromisoformat(original) if original else None
