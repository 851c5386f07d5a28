"""Groups of near duplicates in the archive; every function works within the caller's transaction."""

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from corpus.article import Article
from corpus.rows import article_from_row

if TYPE_CHECKING:
    from corpus.copies import Fingerprint


def join(connection: sqlite3.Connection, key: int, article: Article) -> None:
    """File an article under its bands and group it with its copies; groups that it connects become one."""
    from corpus.copies import fingerprint, resembles, signature  # Needs numpy, which reading the archive does not.

    print_ = fingerprint(article)
    bands = list(enumerate(signature(print_)))
    copies = [
        row for row in _candidates(connection, key, bands) if resembles(print_, fingerprint(article_from_row(row)))
    ]
    connection.executemany("INSERT INTO bands VALUES (?, ?, ?)", [(band, value, key) for band, value in bands])
    if copies:
        _unite(connection, [key, *(row["key"] for row in copies)], {row["story"] for row in copies} - {None})


def leave(connection: sqlite3.Connection, key: int) -> None:
    """Take an article out of its bands and its group."""
    story = connection.execute("SELECT story FROM articles WHERE key = ?", (key,)).fetchone()["story"]
    connection.execute("DELETE FROM bands WHERE article_key = ?", (key,))
    connection.execute("UPDATE articles SET story = NULL WHERE key = ?", (key,))
    if story is not None:
        regroup(connection, {story})


def regroup(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Group the members of these groups anew, after some of them went: what only those connected comes apart."""
    from corpus.copies import fingerprint

    for number in numbers:
        rows = connection.execute("SELECT * FROM articles WHERE story = ? ORDER BY key", (number,)).fetchall()
        connection.execute("UPDATE articles SET story = NULL WHERE story = ?", (number,))
        for keys in _connected({row["key"]: fingerprint(article_from_row(row)) for row in rows}):
            if len(keys) > 1:
                _unite(connection, keys, set())


def _candidates(connection: sqlite3.Connection, key: int, bands: list[tuple[int, int]]) -> list[sqlite3.Row]:
    found: set[int] = set()
    for band in bands:
        rows = connection.execute("SELECT article_key FROM bands WHERE band = ? AND hash = ?", band)
        found.update(row["article_key"] for row in rows)
    found.discard(key)
    return [connection.execute("SELECT * FROM articles WHERE key = ?", (other,)).fetchone() for other in sorted(found)]


def _unite(connection: sqlite3.Connection, keys: list[int], numbers: set[int]) -> None:
    """Give one number to all; it is never above the lowest row in the group, so that no other group can get it."""
    number = min([*keys, *numbers])
    connection.executemany("UPDATE articles SET story = ? WHERE key = ?", [(number, key) for key in keys])
    connection.executemany(
        "UPDATE articles SET story = ? WHERE story = ?", [(number, old) for old in numbers - {number}]
    )


def _connected(prints: dict[int, "Fingerprint"]) -> list[list[int]]:
    """Return the groups that remain when each is compared with each."""
    from corpus.copies import resembles

    groups: list[list[int]] = []
    for key, print_ in prints.items():
        near = [group for group in groups if any(resembles(print_, prints[other]) for other in group)]
        groups = [group for group in groups if group not in near] + [[key, *(k for group in near for k in group)]]
    return groups
