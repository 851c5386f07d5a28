"""`runs`, `compare` and `report`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.reports.comparison import Comparison, compare_runs
from eval.reports.html_report import write_report
from eval.reports.markdown_tables import comparison_markdown, short
from eval.runs.run_folder import MAIN, RunFolder, list_runs, open_run
from eval.runs.run_launch import rescore

OUT = Path("eval-runs")
Out = Annotated[Path, typer.Option("--out", help="Folder of the runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def list_all(out: Out = OUT) -> None:
    """List the runs, newest first."""
    table = Table("run", "set", "questions", "model", "state", "made")
    for run in list_runs(out):
        manifest = run.manifest
        state = "complete" if run.complete else "interrupted"
        table.add_row(
            run.name, manifest.set_name, str(len(manifest.questions)), manifest.llm, state, manifest.created_at
        )
    Console().print(table)


def compare(
    a: Annotated[str, typer.Argument(help="Run before: a name or a folder; NAME/BASELINE for a baseline of it.")],
    b: Annotated[str, typer.Argument(help="Run after.")],
    out: Out = OUT,
    markdown: Annotated[Path | None, typer.Option(help="Write the whole comparison to this file.")] = None,
    as_json: AsJson = False,
    listed: Annotated[int, typer.Option("--list", help="Questions won and lost to print for each measure.")] = 10,
) -> None:
    """Compare two runs: each measure with a paired permutation test, and the questions won and lost."""
    comparison = compare_runs(*_pair(a, b, out))
    if markdown:
        markdown.write_text(comparison_markdown(comparison), "utf-8")
    if as_json:
        typer.echo(json.dumps(comparison.to_record(), indent=1, ensure_ascii=False))
    else:
        _print(comparison, listed)


def report(
    run: Annotated[str, typer.Argument(help="A run: name or folder.")],
    against: Annotated[str | None, typer.Option(help="A run before it, to show what was won and lost.")] = None,
    out: Out = OUT,
    again: Annotated[
        bool, typer.Option("--rescore", help="Compute the figures again from the outcomes first.")
    ] = False,
) -> None:
    """Write report.html and report.md into the run's folder."""
    found = find_run(run, out)
    if again:
        found.write_summaries(rescore(found))
    comparison = compare_runs(*_pair(against, run, out)) if against else None
    for path in write_report(found, comparison):
        typer.echo(str(path))


def _pair(a: str, b: str, out: Path) -> tuple[RunFolder, RunFolder, str, str]:
    (run_a, system_a), (run_b, system_b) = _system(a, out), _system(b, out)
    return run_a, run_b, system_a, system_b


def _system(name: str, out: Path) -> tuple[RunFolder, str]:
    whole, _, baseline = name.rpartition("/")
    # A folder of this very name is a run; only otherwise is the last part a baseline.
    if whole and not (out / name).is_dir() and not Path(name).is_dir():
        run = find_run(whole, out)
        if baseline in run.systems:
            return run, baseline
    return find_run(name, out), MAIN


def find_run(name: str, out: Path) -> RunFolder:
    """Return a run by its name in `out` or by its folder.

    Raises:
        InputError: There is none.
    """
    return open_run(out / name if (out / name / "run.json").is_file() else Path(name))


def _print(comparison: Comparison, listed: int) -> None:
    console = Console()
    # Names and questions may hold brackets, which rich would take for its markup.
    for warning in comparison.warnings:
        console.print(warning, style="yellow", markup=False)
    table = Table("measure", "A", "B", "B - A", "p", "won", "lost", "n", title=f"{comparison.a} -> {comparison.b}")
    for c in comparison.changes:
        moved = (str(len(c.won)), str(len(c.lost)), str(c.n))
        table.add_row(c.measure, short(c.a), short(c.b), f"{c.b - c.a:+.3f}", f"{c.p:.4f}", *moved)
    console.print(table)
    for c in comparison.changes if listed else ():
        for word, ids in (("won", c.won), ("lost", c.lost)):
            for key in ids[:listed]:
                console.print(f"{c.measure} {word}: {key} {comparison.questions[key]}", markup=False)
            if len(ids) > listed:
                console.print(f"{c.measure} {word}: {len(ids) - listed} more; --list {len(ids)} shows all", style="dim")
