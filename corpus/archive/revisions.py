"""When the texts of an article came, and which of them changed words: corrections, told or silent."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from corpus.archive.engine import Connection, Row
from corpus.archive.rows import to_iso
from corpus.archive.schema import has_revisions
from corpus.article import Article
from corpus.text.word_diff import DiffPiece, cut_same, diff_words, have_other_words

if TYPE_CHECKING:
    from corpus.archive.database import Archive


@dataclass(frozen=True, slots=True)
class Revision:
    """Hold a text that replaced another one of the same article, both as the source wrote them.

    Attributes:
        before: The text before it.
        after: The text.
        shown: The text as it is shown: where it is the current one, as it was edited here.
        at: When it came here; in an archive that is older than these notes, the outlet's date of it. None: not known.
    """

    before: Article
    after: Article
    shown: Article
    at: datetime | None = None

    @property
    def new_notice(self) -> str:
        """Return the correction notice that the text before it did not carry, or ""."""
        return self.after.notice if self.after.notice != self.before.notice else ""

    @property
    def in_words(self) -> bool:
        """Return whether words of headline or text differ, and not only marks, spaces or capitals."""
        return have_other_words(_write(self.before), _write(self.after))

    def list_changes(self) -> list[DiffPiece]:
        """Return what changed in headline and text, with a little around each change; nothing where no word or mark did."""
        pieces = diff_words(_write(self.before), _write(self.after))
        return cut_same(pieces) if any(piece.side != "same" for piece in pieces) else []


def note_text(connection: Connection, key: int, number: int, late: bool) -> None:
    """Note within the caller's transaction that the newest text of an article has a number; `late` if it only moved there."""
    if late:  # An earlier text took the number that the newest one had.
        sql = "UPDATE revisions SET version = ? WHERE article_key = ? AND version = ?"
        connection.execute(sql, (number, key, number - 1))
    else:
        sql = (
            "INSERT INTO revisions VALUES (?, ?, ?) "
            "ON CONFLICT (article_key, version) DO UPDATE SET arrived_at = excluded.arrived_at"
        )
        connection.execute(sql, (key, number, to_iso(datetime.now(UTC))))


def list_revisions(archive: "Archive", since: datetime | None = None, until: datetime | None = None) -> list[Revision]:
    """Return the texts that came in a period and changed words, those with a new notice first, then the newest first.

    Args:
        archive: Where to look.
        since: They came at or after this instant.
        until: They came before it.
    """
    if not has_revisions(archive.connection):
        return []
    first, last = to_iso(since) if since else "", to_iso(until) if until else "~"
    sql = (
        "SELECT id, revisions.version AS number, arrived_at FROM revisions JOIN articles ON key = article_key "
        "WHERE arrived_at >= ? AND arrived_at < ? ORDER BY arrived_at DESC, id"
    )
    rows = archive.connection.execute(sql, (first, last)).fetchall()
    found = [one for row in rows if (one := _read(archive, row))]
    return sorted(found, key=lambda one: not one.new_notice)


def read_revision(
    archive: "Archive", article_id: str, number: int, before: int | None = None, at: datetime | None = None
) -> Revision | None:
    """Return what replaced one version of an article by another, or None where the archive lacks one of them.

    Args:
        archive: Where the article is.
        article_id: The article.
        number: The later version.
        before: The earlier one; by default the one before it.
        at: When the later one came here.
    """
    texts = {article.version: article for article in archive.versions(article_id, edited=False)}
    earlier = before or max((known for known in texts if known < number), default=0)
    shown = archive.get(article_id, number)
    if shown is None or earlier not in texts or number not in texts:
        return None
    return Revision(texts[earlier], texts[number], shown, at)


def find_earlier(archive: "Archive", article_ids: Iterable[str], moment: datetime) -> set[str]:
    """Return those of some articles whose newest text came before the second of a moment."""
    arrived = (
        "SELECT max(arrived_at) FROM revisions WHERE article_key = key"
        if has_revisions(archive.connection)
        else "SELECT NULL"
    )
    sql = (
        f"SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?)) "
        f"AND added_at < ? AND coalesce(({arrived}), '') < ?"
    )
    rows = archive.connection.execute(sql, (json.dumps(list(article_ids)), to_iso(moment), to_iso(moment)))
    return {str(row["id"]) for row in rows}


def _read(archive: "Archive", row: Row) -> Revision | None:
    """Return a revision, or None where neither words nor the notice changed."""
    found = read_revision(archive, row["id"], row["number"], at=datetime.fromisoformat(row["arrived_at"]))
    return found if found and (found.in_words or found.new_notice) else None


def _write(article: Article) -> str:
    return f"{article.title}\n\n{article.body}"
