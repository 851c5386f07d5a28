"""`evidence`: are all gold articles in the prompt?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpus.command_names import name_command
from eval.commands.floors import FloorsFile, Gate, Lower, Update, compare_with_floors, update_floors
from eval.commands.results import OUT, Out
from eval.commands.run import GATE_FILE, choose_home, open_source
from eval.commands.screen import progress_bars
from eval.commands.sets import ArticleFiles
from eval.evidence_scoring import PLANS, RULES, PromptedGold, look_for_gold, read_plans, share_whole
from eval.runs import fingerprint
from eval.runs.system_assembly import open_bench
from eval.set_catalogue import SHIPPED
from rag.settings import read_local_settings

SHIPPED_PLANS = Path(__file__).parents[1] / "plans"


def score_evidence(
    path: Annotated[
        Path, typer.Argument(metavar="SET", help="The set; the one of several articles without one.")
    ] = SHIPPED / "multi_article.jsonl",
    plans: Annotated[
        Path | None, typer.Option(help="Recorded plans, JSONL; those that ship with the set without it.")
    ] = None,
    articles: ArticleFiles = None,
    out: Out = OUT,
    gate: Gate = False,
    update: Update = False,
    lower: Lower = False,
    file: FloorsFile = GATE_FILE,
) -> None:
    """Measure how often all gold articles are in the prompt, by rules and with recorded plans."""
    source = open_source(path, articles or ())
    recorded = read_plans(plans or SHIPPED_PLANS / path.name)
    # No model: the recorded plans stand for its replies.
    settings = read_local_settings(choose_home(source, out, None), llm="")
    with progress_bars() as bar, open_bench(settings, source.articles, bar("articles"), timed=False) as bench:
        found = {
            RULES: list(look_for_gold(bench.assistant, source.questions.questions)),
            PLANS: list(look_for_gold(bench.assistant, source.questions.questions, recorded)),
        }
    _print(found)
    figures = {name: share_whole(rows) for name, rows in found.items()}
    prints = (
        fingerprint.fingerprint_questions(source.questions.questions),
        fingerprint.fingerprint_articles(source.articles.values()),
    )
    name = f"evidence/{path.stem}"
    if update:
        update_floors(file, name, prints, figures, lower)
    elif gate:
        unknown = f"No floors are known for this set. Write them: {name_command('eval evidence')} SET --update"
        compare_with_floors(file, name, prints, figures, unknown)


def _print(found: Mapping[str, Sequence[PromptedGold]]) -> None:
    table = Table("", "questions", "all gold", "tokens of a prompt", "lacking")
    for name, rows in found.items():
        for kind in ("", *sorted({row.question.type for row in rows})):
            some = [row for row in rows if kind in ("", row.question.type)]
            tokens = sum(row.tokens for row in some) / max(1, sum(row.tokens > 0 for row in some))
            lacking = ", ".join(row.question.id for row in some if row.missing)
            label = f"  {kind}" if kind else name
            table.add_row(
                label, str(len(some)), f"{share_whole(some).mean:.3f}", f"{tokens:,.0f}", "" if kind else lacking
            )
    Console().print(table)
