"""Collections: named sets of articles, picked by hand or described by a filter, which then stay up to date by themselves."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpus.archive.condition import find_collections, read_selection, write_selection
from corpus.archive.database import Archive
from corpus.archive.engine import Row
from corpus.archive.schema import has_collections
from corpus.archive.selection import EVERYTHING, Selection
from corpus.errors import InputError
from corpus.text.characters import one_line

LONGEST_NAME = 80
"""Characters of the name of a collection."""

MOST_COLLECTIONS, MOST_PICKED = 500, 50_000
"""Collections of one user, and articles of one that is picked by hand."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Hold what is known of a collection.

    Attributes:
        name: What it is called.
        owner: Whose it is; "" for one that everybody shares.
        selection: The filter that it is, or None where its articles were picked by hand.
        articles: How many articles of the archive are in it now.
    """

    name: str
    owner: str
    selection: Selection | None
    articles: int


class Collections:
    """Keep the collections of an archive; each user sees the own ones and those of the shell, which are shared."""

    def __init__(
        self, archive: Archive, owner: str = "", most: int = MOST_COLLECTIONS, most_picked: int = MOST_PICKED
    ) -> None:
        """Work on the collections of a user, "" for the shared ones, of whom one has `most`, each of `most_picked` articles."""
        self._archive = archive
        self._owner = owner
        self._most, self._most_picked = most, most_picked

    def list_all(self) -> list[Collection]:
        """Return the collections that the user sees, by name."""
        connection = self._archive.connection
        if not has_collections(connection):
            return []
        names = [str(row["folded"]) for row in connection.execute("SELECT folded FROM collections")]
        return [self._read(row) for row in find_collections(connection, names, self._owner)]

    def find(self, name: str) -> Collection:
        """Return a collection, the user's own rather than a shared one of the same name.

        Raises:
            InputError: There is none of this name.
        """
        return self._read(self._find(name))

    def owns(self, name: str) -> bool:
        """Return whether the user has a collection of this name."""
        return any(
            row["owner"] == self._owner for row in find_collections(self._archive.connection, [name], self._owner)
        )

    def list_picked(self, article_id: str) -> dict[str, bool]:
        """Return the user's own collections that are picked by hand, by name, and whether each holds an article."""
        connection = self._archive.connection
        if not has_collections(connection):
            return {}
        sql = (
            "SELECT name, EXISTS (SELECT 1 FROM collected JOIN articles ON articles.key = article_key "
            "WHERE collection = collections.key AND articles.id = ?) AS held "
            "FROM collections WHERE owner = ? AND selection IS NULL ORDER BY folded"
        )
        return {row["name"]: bool(row["held"]) for row in connection.execute(sql, (article_id, self._owner))}

    def create(self, name: str, selection: Selection | None = None) -> Collection:
        """Make a collection, of a filter or for articles to be picked.

        Raises:
            InputError: The name is empty, too long or taken, or the user has as many collections as one may.
        """
        named = one_line(name)
        if not named or len(named) > LONGEST_NAME:
            raise InputError(f"a collection needs a name of at most {LONGEST_NAME} characters")
        record = write_selection(selection) if selection is not None else None
        with self._archive.transaction() as connection:
            made = (self._owner, named, named.casefold(), record, datetime.now(UTC).isoformat(timespec="seconds"))
            sql = (
                "INSERT INTO collections (owner, name, folded, selection, made_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING"
            )
            if not connection.execute(sql, made).rowcount:
                raise InputError(f"there is a collection called “{named}” already; give this one another name")
            count = "SELECT count(*) FROM collections WHERE owner = ?"
            if connection.execute(count, (self._owner,)).fetchone()[0] > self._most:
                raise InputError(f"there are {self._most:,} collections, which is the most; delete one first")
        return self.find(named)

    def add(self, name: str, article_ids: Sequence[str]) -> int:
        """Put articles into a collection that is picked by hand; return how many were not in it yet.

        Raises:
            InputError: There is no such collection of the user's, it is a filter, an article is not in the archive, or
                there would be too many.
        """
        key = self._find_own(name, picked=True)
        wanted = list(dict.fromkeys(article_ids))
        missing = sorted(set(wanted) - set(self._archive.list_ids(Selection(ids=tuple(wanted))))) if wanted else []
        if missing:
            raise InputError(f"no article {', '.join(missing[:3])}; nothing was added")
        with self._archive.transaction() as connection:
            sql = (
                "INSERT INTO collected SELECT CAST(? AS BIGINT), key FROM articles "
                "WHERE id IN (SELECT value FROM json_each(?)) ON CONFLICT DO NOTHING"
            )
            added = connection.execute(sql, (key, json.dumps(wanted))).rowcount
            count = "SELECT count(*) FROM collected WHERE collection = ?"
            if added and connection.execute(count, (key,)).fetchone()[0] > self._most_picked:
                raise InputError(
                    f"a collection holds at most {self._most_picked:,} articles; nothing was added: take some out, or make "
                    "a collection of a filter, which has no limit"
                )
            return added

    def remove(self, name: str, article_ids: Sequence[str]) -> int:
        """Take articles out of a collection that is picked by hand; return how many were in it."""
        key = self._find_own(name, picked=True)
        with self._archive.transaction() as connection:
            sql = (
                "DELETE FROM collected WHERE collection = ? AND article_key IN "
                "(SELECT key FROM articles WHERE id IN (SELECT value FROM json_each(?)))"
            )
            return connection.execute(sql, (key, json.dumps(list(article_ids)))).rowcount

    def delete(self, name: str) -> None:
        """Delete a collection; its articles stay in the archive.

        Raises:
            InputError: The user has none of this name.
        """
        key = self._find_own(name)
        with self._archive.transaction() as connection:
            connection.execute("DELETE FROM collections WHERE key = ?", (key,))

    def _find(self, name: str) -> Row:
        found = find_collections(self._archive.connection, [one_line(name)], self._owner)
        if not found:
            known = ", ".join(collection.name for collection in self.list_all()) or "none yet"
            raise InputError(f"there is no collection called “{one_line(name)}”; there are: {known}")
        return found[0]

    def _find_own(self, name: str, picked: bool = False) -> int:
        row = self._find(name)
        if row["owner"] != self._owner:
            raise InputError(f"the collection “{row['name']}” is shared, and only changed from the command line")
        if picked and row["selection"] is not None:
            raise InputError(f"the collection “{row['name']}” is a filter: its articles are those that pass it")
        return int(row["key"])

    def _read(self, row: Row) -> Collection:
        selection = read_selection(row["selection"]) if row["selection"] is not None else None
        wanted = replace(EVERYTHING, collections=(row["name"],), owner=row["owner"])
        return Collection(row["name"], row["owner"], selection, self._archive.count(wanted))
