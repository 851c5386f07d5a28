"""A run's figures as Markdown tables.

Names of sets, systems, types and models, ids, questions and warnings are text from outside: each is escaped. Figures are
written as they are, so that ".870 [.851, .888]" can be read in the file too.
"""

from collections.abc import Iterable, Mapping, Sequence

from eval.measures.measure_catalogue import GROUPS, MEASURES
from eval.reports.comparison import Comparison
from eval.runs.run_folder import MAIN, Manifest
from eval.runs.run_summary import ALL, RunSummary
from eval.statistics import Estimate
from rag.answer.answer_export import escape_markdown


def summary_markdown(manifest: Manifest, summaries: Mapping[str, RunSummary]) -> str:
    """Return the report's tables: each group of measures with every system, then by type, then latency."""
    title = f"# {escape_markdown(manifest.set_name)}: {len(manifest.questions)} questions"
    parts = [title, escape_markdown(_describe_settings(manifest))]
    if manifest.problems:
        parts += ["## Problems of the question set", "\n".join(f"- {escape_markdown(p)}" for p in manifest.problems)]
    for group, heading in GROUPS.items():
        columns, rows = group_table(summaries, group)
        if rows:
            parts += [f"## {heading}", table(columns, rows)]
    main = summaries.get(MAIN)
    if main:
        parts += ["## By type", table(*type_table(main))]
        if main.costs:
            parts += ["## Requests to the model", table(COST_COLUMNS, cost_rows(main))]
        parts += ["## Latency", table(["stage", "p50 ms", "p95 ms", "n"], latency_rows(main))]
    return "\n\n".join(part for part in parts if part) + "\n"


def group_table(summaries: Mapping[str, RunSummary], group: str) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of a group of measures: a row for each measure, a column for each system.

    What no system has, and systems that have nothing of the group, are left out.
    """
    names = [name for name, measure in MEASURES.items() if measure.group == group]
    found = {system: summary.figures.get(ALL, {}) for system, summary in summaries.items()}
    systems = [system for system, figures in found.items() if any(name in figures for name in names)]
    measured = [name for name in names if any(name in found[system] for system in systems)]
    return ["measure", *systems], [
        [name, *(interval(found[system].get(name)) for system in systems)] for name in measured
    ]


def type_table(summary: RunSummary) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of the figures by type: a row for each measure, a column for each type."""
    kinds = [kind for kind in summary.figures if kind != ALL]
    names = [name for name in MEASURES if any(name in summary.figures[kind] for kind in kinds)]
    rows = [[name, *(interval(summary.figures[kind].get(name)) for kind in kinds)] for name in names]
    return ["measure", *(f"{kind} ({summary.questions[kind]})" for kind in kinds)], rows


COST_COLUMNS = ["stage", "requests", "tokens in", "tokens out", "p50 ms", "p95 ms"]


def cost_rows(summary: RunSummary) -> list[list[str]]:
    """Return a row a stage that asked a model: requests and tokens of the whole run, and the time of one question."""
    rows = []
    for stage, cost in summary.costs.items():
        took = summary.latency.get(f"answer: {stage}")
        times = [f"{took.p50:.1f}", f"{took.p95:.1f}"] if took else ["", ""]
        rows.append([stage, f"{cost.requests:,}", f"{cost.input_tokens:,}", f"{cost.output_tokens:,}", *times])
    return rows


def latency_rows(summary: RunSummary) -> list[list[str]]:
    """Return a row for each stage."""
    return [[stage, f"{lat.p50:.1f}", f"{lat.p95:.1f}", str(lat.n)] for stage, lat in summary.latency.items()]


def interval(figure: Estimate | None) -> str:
    """Return a figure with its 95 % interval: ".870 [.851, .888]", or "" when there is none."""
    if figure is None:
        return ""
    if figure.low == figure.high:
        return short(figure.mean)
    return f"{short(figure.mean)} [{short(figure.low)}, {short(figure.high)}]"


def short(value: float) -> str:
    """Return a share as ".870", anything above 1 with one decimal."""
    return f"{value:.1f}" if abs(value) > 1 else f"{value:.3f}".replace("0.", ".", 1)


def comparison_markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown: a row for each measure, then the questions won and lost by the main ones."""
    rows = [
        [
            c.measure,
            short(c.a),
            short(c.b),
            f"{c.b - c.a:+.3f}",
            f"{c.p:.4f}",
            str(len(c.won)),
            str(len(c.lost)),
            str(c.n),
        ]
        for c in comparison.changes
    ]
    parts = [f"# {escape_markdown(f'{comparison.a} -> {comparison.b}')}", *map(escape_markdown, comparison.warnings)]
    parts.append(table(["measure", "A", "B", "B - A", "p", "won", "lost", "n"], rows))
    for change in comparison.changes:
        for word, ids in (("Won", change.won), ("Lost", change.lost)):
            if ids:
                lines = [f"- {escape_markdown(f'{key}: {comparison.questions[key]}')}" for key in ids]
                parts += [f"## {word} by {escape_markdown(change.measure)} ({len(ids)})", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the heading and the first cell of a row are escaped, the others hold figures of ours."""
    lines = [map(escape_markdown, heading), ["---"] * len(heading)]
    lines += [[escape_markdown(name), *figures] for name, *figures in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _describe_settings(manifest: Manifest) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    return (
        f"Model: {manifest.llm}. Questions {manifest.question_fingerprint}, articles {manifest.data_fingerprint}. "
        f"Made {manifest.created_at} with {versions}."
    )
