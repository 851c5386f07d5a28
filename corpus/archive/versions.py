"""What an arriving article is to the archive: a new one, a new text of one that it holds, or nothing new."""

import sqlite3
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from corpus.archive.rows import article_from_row, content_digest, text_digest, to_timestamp
from corpus.article import Article, Chunk
from corpus.errors import InputError

Outcome = Literal["added", "updated", "unchanged"]

# What a second arrival may leave out: it came another way, and the archive does not forget for that.
_KEPT = ("source", "url", "author", "published_at", "language", "category", "feed")
# What makes no difference to the reader when nothing else changed.
_MUTE = ("version", "updated_at", "feed")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Hold the verdict on an article that arrives.

    Attributes:
        outcome: What is to happen.
        article: What is to be kept: with the id of the archive, and completed from the text at hand.
        digest: The digest of the article as it arrived, by which it is known when it comes again.
        key: Row of the article that it is a text of, or None.
        late: The outlet dates it before the text at hand, so it belongs to the history.
    """

    outcome: Outcome
    article: Article
    digest: bytes
    key: int | None = None
    late: bool = False


def judge(connection: sqlite3.Connection, article: Article, live: bool = False) -> Arrival:
    """Say what an article is to the archive.

    Args:
        connection: The archive's.
        article: What arrives.
        live: The outlet says so at this moment: then an earlier text that comes again is a change taken back, and not
            an old copy that is read once more.

    Raises:
        InputError: Another article stands under its id.
    """
    row = _same(connection, article)
    if row is None:
        twin = _find_twin(connection, article)
        return Arrival("unchanged" if twin else "added", replace(article, version=1), content_digest(article))
    key, arrived = int(row["key"]), content_digest(replace(article, id=row["id"]))
    nothing = Arrival("unchanged", article, arrived, key)
    if arrived == row["digest"] or (not live and _was_current(connection, key, "digest", arrived)):
        return nothing
    current = article_from_row(connection.execute("SELECT * FROM articles WHERE key = ?", (key,)).fetchone())
    if _belongs_to_other_outlet(current, article):
        raise InputError(
            f"another article stands under the id {article.id!r} ({current.title!r}, {current.source or 'no outlet'}); "
            "give this one an id of its own, or none"
        )
    late = not live and "" < to_timestamp(article) < to_timestamp(current)
    completed = fill_missing(article, current)
    if _is_same_address(completed, current) or (late and _text(article) == _text(current)):
        return nothing
    replayed = to_timestamp(article) <= to_timestamp(current) and _was_current(
        connection, key, "text_digest", text_digest(article)
    )
    if replayed and not live:
        return nothing
    return Arrival("updated", completed, arrived, key, late)


def fill_missing(article: Article, current: Article) -> Article:
    """Return an article with what it leaves out taken from the text at hand, under that one's id."""
    missing = {name: getattr(current, name) for name in _KEPT if not getattr(article, name)}
    return replace(article, id=current.id, version=current.version, **missing)


def has_same_text(one: Article, other: Article) -> bool:
    """Tell whether both give the same chunks, so that vectors of the one serve the other."""
    return (one.body, one.language, Chunk(one, 0, 0, 0).heading) == (
        other.body,
        other.language,
        Chunk(other, 0, 0, 0).heading,
    )


def _text(article: Article) -> tuple[str, str]:
    return article.title, article.body


def _is_same_address(one: Article, other: Article) -> bool:
    return replace(one, **{name: getattr(other, name) for name in _MUTE}) == other


def _same(connection: sqlite3.Connection, article: Article) -> sqlite3.Row | None:
    """Find the article under this id, or else under this address."""
    row: sqlite3.Row | None
    row = connection.execute("SELECT key, id, digest FROM articles WHERE id = ?", (article.id,)).fetchone()
    if row is not None or not _is_address_of_one(article.url):
        return row
    # The index on addresses leaves the empty one out, so SQLite uses it only where the query does so too.
    sql = "SELECT * FROM articles WHERE url = ? AND url != '' ORDER BY key DESC LIMIT 1"
    row = connection.execute(sql, (article.url,)).fetchone()
    # A page such as "/markets" shows another article each day.
    return None if row is not None and _shares_nothing(article_from_row(row), article) else row


def _is_address_of_one(url: str) -> bool:
    """Tell whether an address names an article and not merely an outlet."""
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _find_twin(connection: sqlite3.Connection, article: Article) -> bool:
    """Tell whether the outlet's very text stands, or stood, under another id."""
    sql = (
        "SELECT 1 FROM articles WHERE text_digest = ?1 AND source = ?2 UNION ALL SELECT 1 FROM versions "
        "JOIN articles ON key = article_key WHERE versions.text_digest = ?1 AND source = ?2 LIMIT 1"
    )
    return connection.execute(sql, (text_digest(article), article.source)).fetchone() is not None


def _was_current(connection: sqlite3.Connection, key: int, column: str, wanted: bytes) -> bool:
    sql = f"SELECT 1 FROM versions WHERE article_key = ? AND {column} = ?"
    return connection.execute(sql, (key, wanted)).fetchone() is not None


def _belongs_to_other_outlet(current: Article, article: Article) -> bool:
    """Tell whether one id was given to two articles, as when two exports both count from 1."""
    if article.url and article.url == current.url:
        return False
    outlets = {current.source.casefold(), article.source.casefold()} - {""}
    return (len(outlets) == 2 and not _similar(current, article)) or (
        bool(current.url and article.url) and _shares_nothing(current, article)
    )


def _shares_nothing(one: Article, other: Article) -> bool:
    """Tell whether two texts have neither the date nor their words in common."""
    dates = {one.published_at, other.published_at}
    return None not in dates and len(dates) == 2 and not _similar(one, other)


def _similar(one: Article, other: Article) -> bool:
    from corpus.archive.near_duplicates import find_similar  # Needs numpy, which reading the archive does not.

    return find_similar(one, other)
