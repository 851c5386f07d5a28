"""Decide whether an arriving article is new, a new version of a known one, or unchanged."""

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from corpus.archive.edits import name_source_outlet, restore_source
from corpus.archive.engine import Connection, Row
from corpus.archive.rows import content_digest, text_digest, to_timestamp
from corpus.article import Article, Chunk
from corpus.errors import InputError

Outcome = Literal["added", "updated", "unchanged"]

# Fields that a later arrival may lack, because it came from another source: the archive keeps the known value.
_KEPT = ("source", "url", "author", "published_at", "language", "category", "feed")
# Fields whose change alone makes no new version.
_MINOR = ("version", "updated_at", "feed")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Hold the decision on an arriving article.

    Attributes:
        outcome: What is to happen.
        article: What to keep: with the id of the archive, and completed from the current text.
        digest: The digest of the article as it arrived, which recognises it when it arrives again.
        key: Row of the article that it is a text of, or None.
        late: The outlet dates it before the current text, so it belongs to the history.
    """

    outcome: Outcome
    article: Article
    digest: bytes
    key: int | None = None
    late: bool = False


def judge_arrival(connection: Connection, article: Article, live: bool = False) -> Arrival:
    """Decide what to do with an arriving article.

    Args:
        connection: The archive's.
        article: What arrives.
        live: It was fetched just now: then an earlier text that arrives again is a reverted change, and not
            an old copy that is read once more.

    Raises:
        InputError: Its id belongs to another article.
    """
    row = _find_known(connection, article)
    if row is None:
        twin = _has_twin(connection, article)
        return Arrival("unchanged" if twin else "added", replace(article, version=1), content_digest(article))
    key, arrived = int(row["key"]), content_digest(replace(article, id=row["id"]))
    nothing = Arrival("unchanged", article, arrived, key)
    if arrived == row["digest"] or (not live and _was_current(connection, key, "digest", arrived)):
        return nothing
    # What arrives is compared with what the source wrote before: edits of ours are no change of the source's.
    row = connection.execute("SELECT * FROM articles WHERE key = ?", (key,)).fetchone()
    current = restore_source(connection, row)
    if _belongs_to_other_outlet(current, article):
        raise InputError(
            f"the id {article.id!r} belongs to another article ({current.title!r}, {current.source or 'no outlet'}); "
            "give this one a different id, or none"
        )
    late = not live and "" < to_timestamp(article) < to_timestamp(current)
    completed = fill_missing(article, current)
    if _is_equivalent(completed, current) or (late and _text(article) == _text(current)):
        return nothing
    # A feed or export that is read again delivers old texts; they must not look like corrections.
    replayed = to_timestamp(article) <= to_timestamp(current) and _was_current(
        connection, key, "text_digest", text_digest(article)
    )
    if replayed and not live:
        return nothing
    return Arrival("updated", completed, arrived, key, late)


def name_identities(article: Article) -> list[str]:
    """Return the names under which the archive may know an arriving article: while they are locked, the decision holds."""
    names = [f"id {article.id}", f"text {text_digest(article).hex()} {article.source}"]
    return [*names, f"url {article.url}"] if _is_address_of_one(article.url) else names


def fill_missing(article: Article, current: Article) -> Article:
    """Return an article completed from the current text, under the id of that one."""
    missing = {name: getattr(current, name) for name in _KEPT if not getattr(article, name)}
    return replace(article, id=current.id, version=current.version, **missing)


def has_same_text(one: Article, other: Article) -> bool:
    """Return whether both give the same chunks, so that vectors of the one serve the other."""
    return (one.body, one.language, Chunk(one, 0, 0, 0).heading) == (
        other.body,
        other.language,
        Chunk(other, 0, 0, 0).heading,
    )


def _text(article: Article) -> tuple[str, str]:
    return article.title, article.body


def _is_equivalent(one: Article, other: Article) -> bool:
    return replace(one, **{name: getattr(other, name) for name in _MINOR}) == other


def _find_known(connection: Connection, article: Article) -> Row | None:
    """Find the article under this id, or else under this address."""
    row: Row | None
    row = connection.execute("SELECT key, id, digest FROM articles WHERE id = ?", (article.id,)).fetchone()
    if row is not None or not _is_address_of_one(article.url):
        return row
    # The index on addresses leaves the empty one out, so SQLite uses it only where the query does so too.
    sql = "SELECT * FROM articles WHERE url = ? AND url != '' ORDER BY key DESC LIMIT 1"
    row = connection.execute(sql, (article.url,)).fetchone()
    # A page such as "/markets" shows another article each day.
    return None if row is not None and _is_unrelated(restore_source(connection, row), article) else row


def _is_address_of_one(url: str) -> bool:
    """Return whether an address names an article and not merely an outlet."""
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _has_twin(connection: Connection, article: Article) -> bool:
    """Return whether the outlet has, or had, the identical text under another id."""
    outlet = name_source_outlet(connection)
    sql = (
        f"SELECT 1 FROM articles WHERE text_digest = ? AND {outlet} = ? UNION ALL SELECT 1 FROM versions "
        f"JOIN articles ON key = article_key WHERE versions.text_digest = ? AND {outlet} = ? LIMIT 1"
    )
    wanted = (text_digest(article), article.source)
    return connection.execute(sql, (*wanted, *wanted)).fetchone() is not None


def _was_current(connection: Connection, key: int, column: str, wanted: bytes) -> bool:
    sql = f"SELECT 1 FROM versions WHERE article_key = ? AND {column} = ?"
    return connection.execute(sql, (key, wanted)).fetchone() is not None


def _belongs_to_other_outlet(current: Article, article: Article) -> bool:
    """Return whether one id was given to two articles, as when two exports both count from 1."""
    if article.url and article.url == current.url:
        return False
    outlets = {current.source.casefold(), article.source.casefold()} - {""}
    return (len(outlets) == 2 and not _is_similar(current, article)) or (
        bool(current.url and article.url) and _is_unrelated(current, article)
    )


def _is_unrelated(one: Article, other: Article) -> bool:
    """Return whether two texts have neither the date nor their words in common."""
    dates = {one.published_at, other.published_at}
    return None not in dates and len(dates) == 2 and not _is_similar(one, other)


def _is_similar(one: Article, other: Article) -> bool:
    from corpus.archive.near_duplicates import find_similar  # Needs numpy, which reading the archive does not.

    return find_similar(one, other)
