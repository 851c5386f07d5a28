"""Progress with an estimate, and tables, on the terminal."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from eval.measures.measure_catalogue import GROUPS
from eval.reports.markdown_tables import COST_COLUMNS, cost_rows, group_table
from eval.runs import execution
from eval.runs.run_summary import RunSummary

Bars = Callable[[str], execution.Progress]
"""Makes a bar of a name."""


@contextmanager
def progress_bars() -> Iterator[Bars]:
    """Show a bar with an estimate of the time left for each system; give what makes one from a name."""
    columns = (
        TextColumn("{task.description:>16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    # Figures go to stdout, which may be a pipe; in a log, a bar would be a line for each step.
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        def bar(name: str) -> execution.Progress:
            task = bars.add_task(name, total=None)
            return lambda done, total: bars.update(task, completed=done, total=total)

        yield bar


def print_summaries(summaries: Mapping[str, RunSummary]) -> None:
    """Print each group of measures, a column a system."""
    console = Console()
    for group, heading in GROUPS.items():
        columns, rows = group_table(summaries, group)
        if rows:
            table = Table(*columns, title=heading, title_justify="left")
            for row in rows:
                table.add_row(*row)
            console.print(table)
    for name, summary in summaries.items():
        if summary.costs:
            table = Table(*COST_COLUMNS, title=f"Requests of {name} to the model", title_justify="left")
            for row in cost_rows(summary):
                table.add_row(*row)
            console.print(table)
