"""`stats`, `doctor`, `rebuild` and `upgrade`: inspect the archive, rebuild its indexes, bring its tables up to date."""

from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from corpus.archive.engine import open_engine
from corpus.archive.health import Check, State, Stats, examine, format_megabytes, take_stats
from corpus.cli.display import build_facts_table, build_table, console, print_json, strip_controls
from corpus.cli.index_process import Indexing, forget_vectors, report_indexing, run_index
from corpus.cli.options import AsJson, Data, open_existing_archive, settings_for
from corpus.command_names import name_command

_SHOWN = 15
_STYLES: dict[State, str] = {"fine": "green", "attention": "yellow", "broken": "bold red"}


def stats(data: Data = None, as_json: AsJson = False) -> None:
    """Show what the archive holds: articles, outlets, span, languages, copies, versions, chunks, size."""
    settings = settings_for(data)
    with open_existing_archive(settings) as archive:
        found = take_stats(archive, settings.data_dir)
    if as_json:
        print_json(found.to_record())
    else:
        console().print(_format_stats(found))


def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Examine archive, log, vectors, disk and both indexes, and name the command that repairs it. Exit code 1 if anything is wrong."""
    settings = settings_for(data)
    with open_existing_archive(settings):
        pass
    checks = [
        *examine(settings.archive_place, settings.data_dir),
        _check_index(run_index(settings.data_dir, "--check")),
    ]
    if as_json:
        print_json([check.to_record() for check in checks])
    else:
        grid = build_table("", "", "", "what to run")
        for check in checks:
            state = Text(check.state, style=_STYLES[check.state])
            grid.add_row(strip_controls(check.name), state, strip_controls(check.finding), strip_controls(check.remedy))
        console().print(grid)
    raise typer.Exit(0 if all(check.state == "fine" for check in checks) else 1)


def rebuild(
    embed: Annotated[
        bool, typer.Option("--embed", help="Delete the vectors too, and embed every article again.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild both indexes from the archive; vectors are kept there, so nothing is embedded twice."""
    settings = settings_for(data)
    with open_existing_archive(settings) as archive:
        if embed:
            forget_vectors(archive)
    indexing = run_index(settings.data_dir, "--rebuild")
    if as_json:
        print_json(indexing.to_record())
    done = report_indexing(indexing, settings.data_dir)
    if done and not as_json:
        console().print("Both indexes were rebuilt.")
    raise typer.Exit(0 if done else 1)


def upgrade(data: Data = None, as_json: AsJson = False) -> None:
    """Bring the tables of the archive up to date. A file is brought up to date whenever it is opened; a database, which others use, by this."""
    engine = open_engine(settings_for(data).archive_place)
    before, now = engine.upgrade()
    if as_json:
        print_json({"before": before, "now": now})
    elif before == now:
        console().print(f"The tables are up to date (version {now}).")
    else:
        console().print(f"The tables are of version {now} now; they were of version {before}.")


def _format_stats(found: Stats) -> Group:
    undated = f", {found.undated:,} undated" if found.undated else ""
    span = f"{found.first[:10]} to {found.last[:10]}{undated}" if found.first else "no dates"
    facts = [
        ("articles", found.articles),
        ("published", span),
        ("earlier versions", found.versions),
        ("with a correction notice", found.corrected),
        ("near duplicates", f"{found.copies:,} articles in {found.stories:,} groups"),
        ("without chunks yet", found.pending),
        *((f"chunks ({profile})", count) for profile, count in found.chunks.items()),
        (
            "on disk",
            f"archive {format_megabytes(found.bytes['archive'])}, all {format_megabytes(found.bytes['folder'])}",
        ),
    ]
    parts = [build_facts_table(facts)]
    for name, counts in (("outlet", found.outlets), ("language", found.languages)):
        grid = build_table(name, "#articles")
        for value, count in list(counts.items())[:_SHOWN]:
            grid.add_row(strip_controls(value or "unknown"), f"{count:,}")
        if len(counts) > _SHOWN:
            grid.add_row(f"{len(counts) - _SHOWN:,} more", f"{sum(list(counts.values())[_SHOWN:]):,}")
        parts.append(grid)
    return Group(*parts)


def _check_index(indexing: Indexing) -> Check:
    """Make a finding of what the indexing process reported."""
    if not indexing.done:
        return Check("indexes", "broken", indexing.problem, name_command("corpus rebuild"))
    if indexing.record.get("unwritable"):
        return Check("indexes", "fine", "as they were left, by their sums; nothing can be written, so none was opened")
    if owner := indexing.record.get("owner"):
        return Check("indexes", "fine", f"in use by {owner}, which keeps them up to date")
    return Check(
        "indexes", "fine", f"{int(indexing.record.get('chunks', 0)):,} chunks, the same in both as in the archive"
    )
