"""The SQL condition of a selection, with what the archive has to look up for it: the collections that it names."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from corpus.archive.schema import has_collections, offset_column
from corpus.archive.selection import EVERYTHING, Selection

_DATES = ("since", "until")


def make_condition(connection: sqlite3.Connection, selection: Selection) -> tuple[str, list[object]]:
    """Return an SQL condition over the table `articles` and its values."""
    condition, values = selection.where(offset_column(connection))
    if not selection.collections:
        return condition, values
    terms: list[str] = []
    for row in find_collections(connection, selection.collections, selection.owner):
        if row["selection"] is None:
            terms.append("articles.key IN (SELECT article_key FROM collected WHERE collection = ?)")
            values.append(row["key"])
        else:
            inner, wanted = read_selection(row["selection"]).where(offset_column(connection))
            terms.append(f"articles.key IN (SELECT key FROM articles WHERE {inner})")
            values += wanted
    return f"({condition}) AND ({' OR '.join(terms) or '0'})", values


def find_collections(connection: sqlite3.Connection, names: Sequence[str], owner: str) -> list[sqlite3.Row]:
    """Return the rows of collections, those of an owner rather than shared ones of the same name."""
    if not has_collections(connection):
        return []
    sql = "SELECT * FROM collections WHERE folded IN (SELECT value FROM json_each(?)) AND owner IN ('', ?) ORDER BY folded, owner"
    rows = connection.execute(sql, (json.dumps([name.casefold() for name in names]), owner)).fetchall()
    return list({row["folded"]: row for row in rows}.values())


def write_selection(selection: Selection) -> str:
    """Return a selection as JSON, without what restricts nothing."""
    values = {f.name: getattr(selection, f.name) for f in fields(selection)}
    kept = {name: value for name, value in values.items() if value != getattr(EVERYTHING, name)}
    return json.dumps({n: value.isoformat() if isinstance(value, datetime) else value for n, value in kept.items()})


def read_selection(record: str) -> Selection:
    """Return the selection that `write_selection` wrote."""
    values: dict[str, Any] = json.loads(record)
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    dates = {name: datetime.fromisoformat(values[name]) for name in _DATES if name in values}
    return replace(EVERYTHING, **{**values, **lists, **dates})
