"""Collections on the command line: `python -m rag collection create | add | remove | list | show | delete`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus.archive.collections import Collection, Collections
from corpus.archive.condition import write_selection
from corpus.archive.database import Archive
from corpus.archive.name_lookup import NameLookup
from corpus.archive.selection import Selection
from corpus.cli.display import build_articles_table, build_table, console, print_json, strip_controls, to_line
from corpus.cli.options import (
    AsJson,
    Authors,
    Data,
    Outlets,
    Sections,
    Since,
    Until,
    open_existing_archive,
    settings_for,
)
from corpus.errors import NewsdeskError
from corpus.text.characters import one_line
from corpus.text.days import parse_period

app = typer.Typer(
    help="Keep named sets of articles, the scope of questions: `ask QUESTION --collection NAME`.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", parser=one_line, help="What the collection is called.")]
Ids = Annotated[
    list[str], typer.Argument(metavar="ID...", parser=one_line, help="Articles, as `corpus list` names them.")
]

_SAID = {"until": "before"}  # A selection ends with the first instant after its last day.


@app.command()
def create(
    name: Name,
    outlet: Outlets = None,
    author: Authors = None,
    section: Sections = None,
    since: Since = None,
    until: Until = None,
    data: Data = None,
) -> None:
    """Make a collection: empty, for articles to be added, or with options a filter, which new articles join by themselves."""
    start, end = parse_period(since, until)
    with _open_collections(data) as (archive, collections):
        authors = NameLookup(archive.count_by("author"), "author").resolve(author) if author else ()
        sections = NameLookup(archive.count_by("category"), "section").resolve(section) if section else ()
        outlets = tuple(outlet or ())
        selection = Selection(outlets=outlets, since=start, until=end, authors=authors, sections=sections)
        print(_describe(collections.create(name, selection or None)))


@app.command()
def add(name: Name, ids: Ids, data: Data = None) -> None:
    """Put articles into a collection."""
    with _open_collections(data) as (_, collections):
        added = collections.add(name, ids)
        print(f"{added:,} added. {_describe(collections.find(name))}")


@app.command()
def remove(name: Name, ids: Ids, data: Data = None) -> None:
    """Take articles out of a collection; they stay in the archive."""
    with _open_collections(data) as (_, collections):
        removed = collections.remove(name, ids)
        print(f"{removed:,} removed. {_describe(collections.find(name))}")


@app.command("list")
def list_collections(data: Data = None, as_json: AsJson = False) -> None:
    """List the collections."""
    with _open_collections(data) as (_, collections):
        found = collections.list_all()
    if as_json:
        print_json([_to_record(collection) for collection in found])
        return
    table = build_table("name", "#articles", "filter")
    for one in found:
        table.add_row(strip_controls(one.name), f"{one.articles:,}", strip_controls(_describe_filter(one)))
    console().print(table)


@app.command()
def show(name: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Show the articles of a collection, the newest first."""
    with _open_collections(data) as (archive, collections):
        found = collections.find(name)
        articles = list(archive.articles(Selection(collections=(found.name,))))
        stories = archive.stories(article.id for article in articles)
    if as_json:
        print_json(_to_record(found) | {"ids": [article.id for article in articles]})
        return
    print(_describe(found))
    console().print(build_articles_table(articles, stories))


@app.command()
def delete(name: Name, data: Data = None) -> None:
    """Delete a collection; its articles stay in the archive."""
    with _open_collections(data) as (_, collections):
        collections.delete(name)
        print(f"“{to_line(name)}” was deleted; its articles are still in the archive.")


@contextmanager
def _open_collections(data: Path | None) -> Iterator[tuple[Archive, Collections]]:
    """Open the archive with its shared collections; report one of our errors in one line, with exit code 2."""
    try:
        with open_existing_archive(settings_for(data)) as archive:
            yield archive, Collections(archive)
    except NewsdeskError as error:
        sys.stderr.write(f"{to_line(str(error), 1000)}\n")
        raise typer.Exit(2) from None


def _describe(collection: Collection) -> str:
    kind, count = _describe_filter(collection), collection.articles
    amount = "1 article" if count == 1 else f"{count:,} articles"
    return f"“{to_line(collection.name)}”: {amount}" + (f" ({to_line(kind)})" if kind else "")


def _describe_filter(collection: Collection) -> str:
    values = json.loads(write_selection(collection.selection)) if collection.selection else {}
    named = {_SAID.get(name, name): v if isinstance(v, list) else [v.partition("T")[0]] for name, v in values.items()}
    return "; ".join(f"{name}: {', '.join(v)}" for name, v in named.items())


def _to_record(collection: Collection) -> dict[str, Any]:
    chosen = json.loads(write_selection(collection.selection)) if collection.selection else None
    return {"name": collection.name, "articles": collection.articles, "filter": chosen}
