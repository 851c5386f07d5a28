"""Runs of the evaluation as markup: what each came to, and what changed from one to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from web.markup.escaping import escape, format_day, render_byline

if TYPE_CHECKING:
    from eval.reports.comparison import Change, Comparison
    from eval.runs.run_folder import RunFolder
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
_SURE = 0.05
_UNLIKELY = "p below 0.05: the change is hardly chance."


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
    if not found:
        return (
            '<h2 class="away">Eval</h2><p class="quiet" role="status">No run yet: nothing has been measured here. '
            "This asks the questions that ship and writes a run that is shown here:</p>"
            "<pre>python -m eval run eval/sets/starter.jsonl</pre>"
        )
    from eval.measures.measure_catalogue import MEASURES

    measured = [name for name in _MAIN if any(name in line.figures for line in found)]
    heads = "".join(
        f'<th scope="col" title="{escape(MEASURES[name].meaning)}">{escape(name)}</th>' for name in measured
    )
    rows = "".join(_row(line, measured, line.run.name in chosen) for line in found)
    return (
        '<h2>Runs</h2><p class="quiet">Means over all questions, with 95 % intervals. Choose two to compare them.</p>'
        '<div class="scroll" role="region" aria-label="Runs" tabindex="0"><table>'
        f'<thead><tr><th scope="col">Run</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(line: Line, measured: Sequence[str], chosen: bool) -> str:
    run, manifest = line.run, line.run.manifest
    name = escape(run.name)
    told = render_byline(
        manifest.set_name,
        f"{len(manifest.questions):,} questions",
        _model(manifest.llm),
        _describe_run(manifest.created_at),
    )
    state = "" if line.figures else '<span class="cut">not complete</span>'
    note = f'<span class="meta">{escape(manifest.note)}</span>' if manifest.note else ""
    report = (
        f'<a class="out" href="/report/{quote(run.name, safe="")}" target="_blank" rel="noopener">Report</a>'
        if line.reported
        else ""
    )
    compare = (
        f'<button type="button" data-act="compare" data-run="{name}" aria-pressed="{"true" if chosen else "false"}" '
        f'aria-label="Compare {name}">Compare</button>'
        if line.figures
        else ""
    )
    cells = "".join(f"<td>{_cell(line.figures.get(measure))}</td>" for measure in measured)
    return (
        f'<tr{" class=on" if chosen else ""}><th scope="row"><b>{name}</b><span class="meta">{escape(told)}</span>{note}{state}'
        f'<span class="acts">{compare}{report}</span></th>{cells}</tr>'
    )


def _model(llm: str) -> str:
    return "no model" if llm in {"", "none"} else llm


def _describe_run(created_at: str) -> str:
    try:
        return format_day(datetime.fromisoformat(created_at))
    except ValueError:
        return created_at


def _cell(figure: "Estimate | None") -> str:
    if figure is None:
        return "–"
    from eval.reports.markdown_tables import short

    interval = "" if figure.low == figure.high else f"<small>{short(figure.low)}–{short(figure.high)}</small>"
    return f"{short(figure.mean)}{interval}"


def render_comparison(comparison: "Comparison") -> str:
    """Render what changed between two runs, with how sure that is and how many questions were won and lost."""
    warnings = "".join(f'<p class="flag" role="note">{escape(warning)}</p>' for warning in comparison.warnings)
    rows = "".join(map(_change, comparison.changes))
    heads = "".join(
        f'<th scope="col">{name}</th>' for name in ("Before", "After", "Change", "p", "Won", "Lost", "Questions")
    )
    return (
        f'<h2 id="compared">{escape(comparison.a)} → {escape(comparison.b)}</h2>{warnings}'
        f'<p class="quiet" role="status">Question by question, by a paired permutation test. Bold: {_UNLIKELY}</p>'
        '<div class="scroll" role="region" aria-labelledby="compared" tabindex="0"><table>'
        f'<thead><tr><th scope="col">Measure</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _change(change: "Change") -> str:
    from eval.measures.measure_catalogue import MEASURES
    from eval.reports.markdown_tables import short

    measure = MEASURES[change.measure]
    difference = change.b - change.a
    better = (difference > 0) == (measure.rising is not False)
    sure = change.p < _SURE and difference != 0 and measure.rising is not None
    kind = "" if not sure else ' class="better"' if better else ' class="worse"'
    said = f"{difference:+.3f}" if measure.share else f"{difference:+.1f}"
    cells = (
        short(change.a),
        short(change.b),
        said,
        "< .001" if change.p < 0.001 else short(change.p),
        len(change.won),
        len(change.lost),
        change.n,
    )
    return (
        f'<tr{kind}><th scope="row" title="{escape(measure.meaning)}">{escape(change.measure)}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    )
