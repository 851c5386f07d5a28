"""The report of a run: one HTML file that needs nothing else, and a Markdown summary."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.command_names import name_command
from corpus.errors import InputError
from eval.measures.measure_catalogue import GROUPS, MEASURES
from eval.measures.scoring import score
from eval.question_result import Outcome
from eval.reports.comparison import Comparison, judge_outcome
from eval.reports.markdown_tables import (
    COST_COLUMNS,
    cost_rows,
    group_table,
    latency_rows,
    short,
    summary_markdown,
    type_table,
)
from eval.reports.plots import plots
from eval.runs.run_folder import MAIN, RunFolder
from eval.runs.run_summary import ALL, RunSummary

_TEMPLATES = Path(__file__).parents[1] / "templates"
_PLOTTED = (
    "Success@1", "R@10", "AllGold@10", "correct", "contains answer", "yes/no", "refusal recall", "false refusals",
    "citation precision", "citation recall", "judge: correct",
)  # fmt: skip
_PASSAGES_SHOWN = 8


def write_report(run: RunFolder, comparison: Comparison | None = None) -> tuple[Path, Path]:
    """Write `report.html` and `report.md` into the run's folder, and return both paths.

    Args:
        run: A complete run.
        comparison: With another run, to show what was won and lost.

    Raises:
        InputError: The run is not complete.
    """
    summaries = run.summaries()
    if not summaries:
        raise InputError(
            f"{run.name} is not complete. Go on with it: {name_command('eval run')} {run.manifest.set_path}"
        )
    page, text = run.path / "report.html", run.path / "report.md"
    # Text from outside may hold half a surrogate pair, which UTF-8 cannot encode.
    page.write_text(report_html(run, summaries, comparison), "utf-8", errors="replace")
    text.write_text(summary_markdown(run.manifest, summaries), "utf-8", errors="replace")
    return page, text


def report_html(run: RunFolder, summaries: Mapping[str, RunSummary], comparison: Comparison | None = None) -> str:
    """Return the page; text of questions, answers and articles goes in as data and is shown as text only."""
    from jinja2 import Environment, FileSystemLoader

    outcomes = run.outcomes()
    main = summaries.get(MAIN)
    kinds = {kind: figures for kind, figures in main.figures.items() if kind != ALL} if main else {}
    systems = {name: summary.figures.get(ALL, {}) for name, summary in summaries.items()}
    groups = {heading: group_table(summaries, group) for group, heading in GROUPS.items()}
    template = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True).get_template("report.html")
    return template.render(
        run=run,
        manifest=run.manifest,
        groups={heading: found for heading, found in groups.items() if found[1]},
        meanings={name: measure.meaning for name, measure in MEASURES.items()},
        system_plots=plots(systems, _PLOTTED),
        type_plots=plots(kinds, _PLOTTED),
        types=type_table(main) if main else None,
        costs=[COST_COLUMNS, *cost_rows(main)] if main and main.costs else (),
        latency=latency_rows(main) if main else (),
        comparison=comparison,
        short=short,
        data=page_data(outcomes, comparison),
    )


def page_data(outcomes: Sequence[Outcome], comparison: Comparison | None = None) -> str:
    """Return the questions as JSON that is safe inside a script element: no character of it can end the element."""
    scores = score(outcomes)
    texts: dict[str, str] = {}
    rows = [
        _row(outcome, scores[outcome.question.id], texts, _list_changes(outcome, comparison)) for outcome in outcomes
    ]
    text = json.dumps({"questions": rows, "texts": texts}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _row(
    outcome: Outcome, values: Mapping[str, float], texts: dict[str, str], moves: Mapping[str, Any]
) -> dict[str, Any]:
    question, answer = outcome.question, outcome.answer or {}
    return {
        "id": question.id,
        "type": question.type or "untyped",
        "question": question.text,
        "history": [[turn.role, turn.content] for turn in question.history],
        "as_of": question.as_of.isoformat() if question.as_of else "",
        "gold": list(question.answers) or (["(not in the archive)"] if question.unanswerable else []),
        "evidence": [[evidence.article_id, evidence.quote] for evidence in question.evidence],
        "verdict": judge_outcome(outcome, values),
        "status": outcome.status,
        "error": outcome.error,
        "answer": answer.get("text", ""),
        "standalone": answer.get("standalone", ""),
        "notes": answer.get("notes", []),
        "citations": [[row["n"], row["article_id"], row["title"], row["quote"]] for row in answer.get("citations", [])],
        "claims": [
            [row.get("verdict", ""), row["text"], row["citations"], row["reason"]] for row in answer.get("claims", [])
        ],
        "passages": _passages(outcome, texts),
        "prompt": [[row["role"], row["content"]] for row in answer.get("prompt", [])],
        "judgement": dict(outcome.judgement) if outcome.judgement else None,
        "scores": {name: round(value, 3) for name, value in values.items()},
        **moves,
    }


def _passages(outcome: Outcome, texts: dict[str, str]) -> list[list[str]]:
    """Return (article, chunk) of the first passages; their texts go once into `texts`."""
    if outcome.hits is not None:
        found = [(hit.article_id, hit.chunk_id, hit.text) for hit in outcome.hits]
    else:
        rows = (outcome.answer or {}).get("passages", [])
        found = [(row["article_id"], row["chunk_id"], row["text"]) for row in rows]
    for _, chunk, text in found[:_PASSAGES_SHOWN]:
        texts.setdefault(chunk, text)
    return [[article, chunk] for article, chunk, _ in found[:_PASSAGES_SHOWN]]


def _list_changes(outcome: Outcome, comparison: Comparison | None) -> dict[str, list[str]]:
    if comparison is None:
        return {}
    key = outcome.question.id
    return {
        "won": [change.measure for change in comparison.changes if key in change.won],
        "lost": [change.measure for change in comparison.changes if key in change.lost],
    }
