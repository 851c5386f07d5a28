"""Groups of near duplicates in the archive; every function works within the caller's transaction.

What one article costs is bounded, however many copies of it the archive holds: it is compared with a few articles, and
with one of a group where that one is a copy.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from corpus.archive.engine import Connection
from corpus.archive.rows import article_from_row
from corpus.article import Article

if TYPE_CHECKING:
    from corpus.archive.near_duplicates import Fingerprint

# Set with `benchmarks/near_duplicate_recall.py`: twice as many find no copy more.
_COMPARED = 24  # Articles that one is compared with, those first that have most of its rare bands ...
_OF_A_BAND = 64  # ... among the newest of each band.
_REGROUPED = 64  # Largest group that is regrouped when a member leaves; a larger one stays as it is.


def group_with_copies(connection: Connection, key: int, article: Article) -> None:
    """File an article under its bands and group it with its copies; groups that it connects become one."""
    from corpus.archive.near_duplicates import (  # Needs numpy, which reading the archive does not.
        fingerprint_article,
        signature,
    )

    print_ = fingerprint_article(article)
    bands = list(enumerate(signature(print_)))
    connection.lock(f"band {band} {value}" for band, value in bands)  # A copy that others add now would not be found.
    near = _find_near(connection, bands)
    connection.executemany("INSERT INTO bands VALUES (?, ?, ?)", [(band, value, key) for band, value in bands])
    if not near:
        return
    connection.lock(["stories"])  # The groups that are found stay as they are.
    keys, numbers = _find_copies(connection, print_, near)
    if keys or numbers:
        _unite(connection, [key, *keys], numbers)


def leave(connection: Connection, key: int) -> None:
    """Take an article out of its bands and its group."""
    story = connection.execute("SELECT story FROM articles WHERE key = ?", (key,)).fetchone()["story"]
    connection.execute("DELETE FROM bands WHERE article_key = ?", (key,))
    connection.execute("UPDATE articles SET story = NULL WHERE key = ?", (key,))
    if story is not None:
        regroup(connection, {story})


def regroup(connection: Connection, numbers: Iterable[int]) -> None:
    """Regroup the members of these groups after some of them left: what only those connected is separated.

    The copies in a large group are many enough to hold together, and comparing each with each would take too long.
    """
    from corpus.archive.near_duplicates import fingerprint_article

    for number in numbers:
        sql = "SELECT * FROM articles WHERE story = ? ORDER BY key LIMIT ?"
        rows = connection.execute(sql, (number, _REGROUPED + 1)).fetchall()
        if len(rows) > _REGROUPED:
            continue
        connection.execute("UPDATE articles SET story = NULL WHERE story = ?", (number,))
        for keys in _find_connected({row["key"]: fingerprint_article(article_from_row(row)) for row in rows}):
            if len(keys) > 1:
                _unite(connection, keys, set())


def _find_near(connection: Connection, bands: list[tuple[int, int]]) -> list[int]:
    """Return the articles that share bands, the nearest first: a rare band is stronger evidence than a common one."""
    sql = "SELECT article_key FROM bands WHERE band = ? AND hash = ? ORDER BY article_key DESC LIMIT ?"
    weights: defaultdict[int, float] = defaultdict(float)
    for rows in connection.query_each(sql, [(band, value, _OF_A_BAND) for band, value in bands]):
        for row in rows:
            weights[row["article_key"]] += 1 / len(rows)
    return sorted(weights, key=lambda key: (-weights[key], -key))[:_COMPARED]


def _find_copies(connection: Connection, print_: "Fingerprint", near: list[int]) -> tuple[list[int], set[int]]:
    """Return those of the articles that are copies and in no group yet, and the groups of the other copies."""
    from corpus.archive.near_duplicates import fingerprint_article, resembles

    keys: list[int] = []
    numbers: set[int] = set()
    for key in near:
        row = connection.execute("SELECT * FROM articles WHERE key = ?", (key,)).fetchone()
        if row["story"] in numbers or not resembles(print_, fingerprint_article(article_from_row(row))):
            continue
        if row["story"] is None:
            keys.append(key)
        else:
            numbers.add(row["story"])
    return keys, numbers


def _unite(connection: Connection, keys: list[int], numbers: set[int]) -> None:
    """Give articles and groups one number: that of the largest group, or else a new one."""
    wanted = json.dumps(sorted(numbers))
    of_group = "FROM articles WHERE story IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
    largest = connection.execute(f"SELECT story {of_group} GROUP BY story ORDER BY count(*) DESC LIMIT 1", (wanted,))
    newest = connection.execute("SELECT coalesce(max(story), 0) FROM articles WHERE story IS NOT NULL")
    number = (largest.fetchone() or (newest.fetchone()[0] + 1,))[0]
    keys = keys + [row["key"] for row in connection.execute(f"SELECT key {of_group} AND story != ?", (wanted, number))]
    connection.executemany("UPDATE articles SET story = ? WHERE key = ?", [(number, key) for key in keys])


def _find_connected(prints: dict[int, "Fingerprint"]) -> list[list[int]]:
    """Return the groups that remain when each is compared with each."""
    from corpus.archive.near_duplicates import resembles

    groups: list[list[int]] = []
    for key, print_ in prints.items():
        near = [group for group in groups if any(resembles(print_, prints[other]) for other in group)]
        groups = [group for group in groups if group not in near] + [[key, *(k for group in near for k in group)]]
    return groups
