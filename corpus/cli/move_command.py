"""`move`, `backup` and `restore`: carry a whole archive to another place, between a file and a database too."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from corpus.archive.engine import Place, open_engine
from corpus.archive.move import Moved, move_archive
from corpus.cli.display import console, print_json
from corpus.cli.options import AsJson, Data, open_existing_archive, settings_for
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.feeds import feed_book
from corpus.ingestion import item_cache
from corpus.settings import ARCHIVE_FILE, ArchiveSettings, is_address, require_folder

_SHOWN = ("articles", "versions", "chunks", "feeds", "conversations", "topics", "accounts")
MORE_TABLES = (*feed_book.TABLES, *item_cache.TABLES)
"""Tables that a file gets only when they are first needed."""


def move(
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="PLACE", help="A PostgreSQL database, postgresql://USER@HOST/NAME, or a data folder."
        ),
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Copy the whole archive to an empty database or data folder; run it again if it was interrupted. Nothing is embedded again, nothing is deleted here."""
    source = _find_source(settings_for(data))
    target: Place = to if is_address(to) else Path(to)
    done = _carry(source, target, as_json, partial=False)
    if not done.current:
        console(stderr=True).print(
            f"{_name(source)}: others wrote to it meanwhile, so the move is not finished. Stop them, then run the same command "
            "again: it carries what has changed."
        )
        raise typer.Exit(1)
    if not as_json:
        use = f"--data {to}" if isinstance(target, Path) else "NEWSDESK_DATABASE"
        console().print(f"Name it by {use} to use it; {_name(source)} is as it was.")


def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A new folder; it can be used with --data as it is.")
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write the whole archive, as it is now, into a new data folder; others may go on writing."""
    require_folder(folder)
    _carry(_find_source(settings_for(data)), folder, as_json, partial=True)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the backup.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Fill an empty archive, of the data folder or the database, from a backup; run it again if it was interrupted."""
    require_folder(folder)
    if not open_engine(folder / ARCHIVE_FILE).exists():
        raise InputError(f"no archive in {folder}; `{name_command('corpus backup')} FOLDER` writes one")
    _carry(folder, _find_place(settings_for(data)), as_json, partial=True)


def _find_source(settings: ArchiveSettings) -> Place:
    open_existing_archive(settings).close()
    return _find_place(settings)


def _find_place(settings: ArchiveSettings) -> Place:
    return settings.database.get_secret_value() or settings.data_dir


def _name(place: Place) -> str:
    """Return what messages call a place: the folder, or the database without its password."""
    return str(place) if isinstance(place, Path) else open_engine(place).name


def _carry(source: Place, target: Place, quiet: bool, *, partial: bool) -> Moved:
    err = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as bar:
        tasks = {}

        def show(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table)
            bar.update(tasks[table], completed=done, total=total)

        done = move_archive(source, target, more=MORE_TABLES, partial=partial, progress=show)
    if quiet:
        print_json(
            {"to": _name(target), "rows": done.rows, "searches": done.searches, "finished": done.current or partial}
        )
    else:
        rows = sum(done.rows.values())
        counts = ", ".join(f"{count:,} {name}" for name in _SHOWN if (count := done.rows.get(name)))
        console().print(f"Copied to {_name(target)}: {rows:,} rows, among them {counts or 'no article'}.")
        console().print(
            f"Both hold as many rows in each table, and {done.searches} random searches found the same in both."
        )
    return done
