"""The SQL condition of a selection, with what the archive has to look up for it: the collections that it names."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from corpus.archive.engine import Connection, Row
from corpus.archive.name_lookup import names_author, names_section
from corpus.archive.schema import has_collections, offset_column
from corpus.archive.selection import EVERYTHING, Selection

_DATES = ("since", "until")


def make_condition(connection: Connection, selection: Selection) -> tuple[str, list[object]]:
    """Return an SQL condition over the table `articles` and its values."""
    condition, values = _write_where(connection, selection)
    if not selection.collections:
        return condition, values
    terms: list[str] = []
    for row in find_collections(connection, selection.collections, selection.owner):
        if row["selection"] is None:
            terms.append("articles.key IN (SELECT article_key FROM collected WHERE collection = ?)")
            values.append(row["key"])
        else:
            inner, wanted = _write_where(connection, read_selection(row["selection"]))
            terms.append(f"articles.key IN (SELECT key FROM articles WHERE {inner})")
            values += wanted
    return f"({condition}) AND ({' OR '.join(terms) or 'FALSE'})", values


def _write_where(connection: Connection, selection: Selection) -> tuple[str, list[object]]:
    authors, sections = json.dumps(selection.authors), json.dumps(selection.sections)
    bylines = [one for one in _list_values(connection, "author", selection.authors) if names_author(one, authors)]
    categories = [
        one for one in _list_values(connection, "category", selection.sections) if names_section(one, sections)
    ]
    return selection.where(offset_column(connection), bylines, categories)


def _list_values(connection: Connection, column: str, wanted: Sequence[str]) -> list[str]:
    """Return the values of a column, each once and from its index, where any are asked for."""
    if not wanted:
        return []
    rows = connection.execute(f"SELECT {column} FROM articles WHERE {column} != '' GROUP BY {column}")
    return [str(row[0]) for row in rows]


def find_collections(connection: Connection, names: Sequence[str], owner: str) -> list[Row]:
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
