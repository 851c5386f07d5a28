"""Correct particulars of an article, and undo that: the edit is shown and found everywhere, what the source wrote is kept."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from corpus.archive.database import Archive
from corpus.archive.edits import EDITED_FIELDS, LABELS, EditedField, delete_edits, restore_source, write_value
from corpus.archive.engine import Connection, Row
from corpus.archive.rows import article_from_row, drop_chunks, to_iso, update_row
from corpus.archive.versions import has_same_text
from corpus.article import Article
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.text.characters import one_line
from corpus.text.cleaning import NAME_LENGTH, SECTION_LENGTH, TITLE_LENGTH
from corpus.text.days import parse_published

LONGEST: dict[EditedField, int] = {
    "title": TITLE_LENGTH,
    "source": NAME_LENGTH,
    "author": NAME_LENGTH,
    "published_at": 60,
    "category": SECTION_LENGTH,
}
"""The most characters of each field, as of those that a source fills; a date is as `parse_published` reads it."""


def edit_article(archive: Archive, article_id: str, texts: Mapping[EditedField, str], by: str = "") -> Article:
    """Correct fields of an article as somebody typed them, and return it as it is shown now.

    A field that is given what it holds already is left alone; one that is given what the source wrote is no edit any more.

    Args:
        archive: Where the article is.
        article_id: The article.
        texts: New values by field; "" for an outlet, byline, date or section that is not known.
        by: Who corrects it.

    Raises:
        ArchiveError: The archive cannot be written.
        InputError: There is no such article, or a value is none: an empty headline, a date that cannot be read or lies in
            the future, control characters, too many characters. Nothing is changed then.
    """
    values = {name: _read_value(name, text) for name, text in texts.items()}
    with archive.transaction() as connection:
        row = _find_row(connection, article_id)
        shown, source = article_from_row(row), restore_source(connection, row)
        for name in _find_differing(values, shown):
            if _find_differing({name: values[name]}, source):
                _note_edit(connection, row["key"], name, write_value(getattr(source, name)), by)
            else:
                delete_edits(connection, row["key"], [name])
        return _show(connection, row["key"], shown, values)


def undo_edits(archive: Archive, article_id: str, names: Collection[EditedField] = EDITED_FIELDS) -> Article:
    """Show fields of an article as the source wrote them, and return it; those that were not edited stay as they are.

    Raises:
        ArchiveError: The archive cannot be written.
        InputError: There is no such article.
    """
    with archive.transaction() as connection:
        row = _find_row(connection, article_id)
        source = restore_source(connection, row)
        delete_edits(connection, row["key"], names)
        return _show(connection, row["key"], article_from_row(row), {name: getattr(source, name) for name in names})


def _find_row(connection: Connection, article_id: str) -> Row:
    row: Row | None = connection.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
    if row is None:
        raise InputError(
            f"no article {one_line(article_id)[:80]!r}; find its id with `{name_command('corpus list')} WORDS`"
        )
    return row


def _note_edit(connection: Connection, key: int, name: EditedField, original: str, by: str) -> None:
    sql = (
        "INSERT INTO edits VALUES (?, ?, ?, ?, ?) ON CONFLICT (article_key, field) DO UPDATE SET "
        "original = excluded.original, edited_by = excluded.edited_by, edited_at = excluded.edited_at"
    )
    connection.execute(sql, (key, name, original, one_line(by)[:NAME_LENGTH], to_iso(datetime.now(UTC))))


def _show(connection: Connection, key: int, before: Article, values: Mapping[EditedField, Any]) -> Article:
    """Write what is shown of an article from now on, and let the indexes know; its chunks stay if their heading does."""
    changed: dict[str, Any] = {name: values[name] for name in _find_differing(values, before)}
    if not changed:
        return before
    after = replace(before, **changed)
    update_row(connection, key, after)
    if not has_same_text(after, before):
        drop_chunks(connection, key)
    connection.execute("INSERT INTO changes (article_id) VALUES (?)", (after.id,))
    return after


def _find_differing(values: Mapping[EditedField, Any], article: Article) -> list[EditedField]:
    """Return the fields that an article holds with another value; one instant in two zones differs, as its day may."""
    return [name for name, value in values.items() if write_value(value) != write_value(getattr(article, name))]


def _read_value(name: EditedField, text: str) -> str | datetime | None:
    """Return the value that somebody typed for a field.

    Raises:
        InputError: It is none.
    """
    label, typed = LABELS[name], text.strip()
    if len(typed) > LONGEST[name]:
        raise InputError(f"{label}: {len(typed):,} characters are too many; write at most {LONGEST[name]}.")
    if any(unicodedata.category(character) == "Cc" for character in typed):
        raise InputError(f"{label}: it holds control characters, such as a tab or a line break; type it on one line.")
    line = one_line(typed)
    if name == "title" and not line:
        raise InputError("Headline: it is empty; write one.")
    if name != "published_at":
        return line
    try:
        return parse_published(line)
    except InputError as error:
        raise InputError(f"{label}: {error}") from error
