"""The command `index`: bring the indexes up to date, check them, or carry them to another machine."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus.cli.display import to_line
from corpus.cli.options import AsJson, Data
from corpus.errors import InputError
from rag.cli.index_maintenance import (
    check_index,
    follow_archive,
    index,
    rebuild_index,
    restore_index,
    snapshot_index,
)
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
        follow: Annotated[
            bool,
            typer.Option(
                "--follow",
                help="Embed what is new as it arrives, until SIGTERM or Ctrl-C ends it, and say once a minute how far that "
                "is. Opens no index: those who answer keep theirs. Any number of machines may do this for an archive in "
                "PostgreSQL, and none embeds what another one has reserved.",
            ),
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        name = context.invoked_subcommand
        with report_errors(as_json):
            if name and (data or rebuild or check or follow or as_json):
                raise InputError(f"give the options after {name}: rag index {name} PATH --data FOLDER")
            if rebuild + check + follow > 1:
                raise InputError("give one of --rebuild, --check and --follow")
            if name:
                return
            if follow:
                with _stop_on_signals() as stop:
                    follow_archive(read_settings(data), lambda record: _report_work(record, as_json), stop)
                raise typer.Exit(0)
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


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    """Yield what the first SIGTERM or SIGINT sets; a second one ends the process at once."""
    stop = threading.Event()
    held = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in held:
        signal.signal(number, end)
    try:
        yield stop
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)


def _report_work(record: dict[str, Any], as_json: bool) -> None:
    """Print one line on what a worker does."""
    if as_json:
        line = json.dumps(record)
    elif "error" in record:
        line = f"waiting: {to_line(record['error'], 1000)}"
    elif "status" in record:
        line = f"{record['status']}; {record['embedded']:,} articles embedded here"
    else:
        line = (
            f"{record['embedded']:,} articles embedded here; {record['done']:,} of {record['articles']:,} have vectors"
        )
    print(line if as_json else f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}", flush=True)
