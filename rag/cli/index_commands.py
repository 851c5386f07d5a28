"""The command `index`: bring the indexes up to date, check them, or carry them to another machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus.cli.options import AsJson, Data
from corpus.errors import InputError
from rag.cli.index_maintenance import check_index, index, rebuild_index, restore_index, snapshot_index
from rag.index.pending_articles import Progress
from rag.settings import Settings

Reading = Callable[[Path | None], Settings]
Reporting = Callable[[bool], AbstractContextManager[None]]
Showing = Callable[[str], AbstractContextManager[Progress | None]]

Folder = Annotated[Path, typer.Argument(metavar="PATH", help="The folder of the snapshot.")]


def add_index_commands(
    app: typer.Typer, read_settings: Reading, report_errors: Reporting, show_progress: Showing
) -> None:
    """Add the commands to those of `python -m rag`.

    Args:
        app: Takes the commands.
        read_settings: Reads the settings for the folder of the command line.
        report_errors: Reports one of our errors, as JSON too where that is asked for.
        show_progress: Shows the progress of long work under a title.
    """
    group = typer.Typer(invoke_without_command=True)
    app.add_typer(group, name="index")

    @group.callback(help="Embed what is new in the archive and bring both indexes up to date.")
    def update(
        context: typer.Context,
        data: Data = None,
        rebuild: Annotated[
            bool, typer.Option("--rebuild", help="Make both indexes anew from the kept vectors.")
        ] = False,
        check: Annotated[
            bool, typer.Option("--check", help="Compare every id in both indexes with the archive.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        name = context.invoked_subcommand
        with report_errors(as_json):
            if name and (data or rebuild or check or as_json):
                raise InputError(f"give the options after {name}: rag index {name} PATH --data FOLDER")
            if name:
                return
            settings = read_settings(data)
            with show_progress("Indexing articles") as progress:
                record = check_index(settings) if check else (rebuild_index if rebuild else index)(settings, progress)
        _show(record, as_json)
        raise typer.Exit(0 if record.get("sound", True) else 1)

    @group.command("snapshot")
    def write_snapshot(path: Folder, data: Data = None, as_json: AsJson = False) -> None:
        """Write both indexes into a new folder, from which another machine begins (`index restore`)."""
        with report_errors(as_json), show_progress("Writing the snapshot") as progress:
            record = snapshot_index(read_settings(data), path, progress)
        _show(record, as_json)

    @group.command("restore")
    def restore_snapshot(path: Folder, data: Data = None, as_json: AsJson = False) -> None:
        """Begin from the indexes of a snapshot and apply what has changed since; nothing is embedded."""
        with report_errors(as_json):
            record = restore_index(read_settings(data), path)
        _show(record, as_json)


def _show(record: dict[str, Any], as_json: bool) -> None:
    lines = (f"{name}: {value}" for name, value in record.items() if value not in (None, [], {}))
    print(json.dumps(record) if as_json else "\n".join(lines))
