"""Runs of the evaluation as markup: what each came to, and what changed from one to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from web.markup.escaping import format_day, render_byline
from web.markup.templating import render

if TYPE_CHECKING:
    from eval.reports.comparison import Change, Comparison
    from eval.runs.run_folder import Manifest, RunFolder
    from eval.statistics import Estimate

MOST_RUNS = 30
"""So many runs are listed, the newest."""

_MAIN = (
    "correct",
    "judge: correct",
    "refusal recall",
    "false refusals",
    "claims supported",
    "citation precision",
    "citation recall",
    "AllGold@10",
)
_SURE = 0.05  # Below this p a difference is called better or worse.


@dataclass(frozen=True, slots=True)
class Line:
    """Hold what is listed of a run.

    Attributes:
        run: The run.
        figures: Its main measures over all questions; empty while it is not complete.
        reported: Whether it has a report that can be opened.
    """

    run: "RunFolder"
    figures: "Mapping[str, Estimate]"
    reported: bool


def render_runs(folder: Path) -> list[Line]:
    """Return the newest runs of a folder, the newest first."""
    # Imported at use: a page whose Eval tab nobody opens starts without that package.
    from eval.runs.run_folder import MAIN, list_runs
    from eval.runs.run_summary import ALL

    found = []
    for run in list_runs(folder)[:MOST_RUNS]:
        main = run.summaries().get(MAIN)
        figures = main.figures.get(ALL, {}) if main else {}
        found.append(Line(run, figures, (run.path / "report.html").is_file()))
    return found


def render_table(found: Sequence[Line], chosen: Sequence[str]) -> str:
    """Render the runs with their main measures.

    Args:
        found: The runs.
        chosen: Names of those that are compared.
    """
    from eval.measures.measure_catalogue import MEASURES
    from eval.reports.markdown_tables import short

    return render(
        "run_table",
        lines=found,
        chosen=chosen,
        measured=[name for name in _MAIN if any(name in line.figures for line in found)],
        meaning=lambda name: MEASURES[name].meaning,
        describe=_describe_run,
        short=short,
        quote=lambda name: quote(name, safe=""),
    )


def _describe_run(manifest: "Manifest") -> str:
    questions = f"{len(manifest.questions):,} questions"
    return render_byline(manifest.set_name, questions, _model(manifest.llm), _format_moment(manifest.created_at))


def _model(llm: str) -> str:
    return "no model" if llm in {"", "none"} else llm


def _format_moment(created_at: str) -> str:
    try:
        return format_day(datetime.fromisoformat(created_at))
    except ValueError:
        return created_at


def render_comparison(comparison: "Comparison") -> str:
    """Render what changed between two runs, with how sure that is and how many questions were won and lost."""
    return render("run_comparison", comparison=comparison, rows=map(_make_row, comparison.changes))


def _make_row(change: "Change") -> dict[str, object]:
    from eval.measures.measure_catalogue import MEASURES
    from eval.reports.markdown_tables import short

    measure = MEASURES[change.measure]
    difference = change.b - change.a
    better = (difference > 0) == (measure.rising is not False)
    sure = change.p < _SURE and difference != 0 and measure.rising is not None
    return {
        "name": change.measure,
        "meaning": measure.meaning,
        "kind": "" if not sure else "better" if better else "worse",
        "cells": (
            short(change.a),
            short(change.b),
            f"{difference:+.3f}" if measure.share else f"{difference:+.1f}",
            "<\u202f.001" if change.p < 0.001 else short(change.p),
            len(change.won),
            len(change.lost),
            change.n,
        ),
    }
