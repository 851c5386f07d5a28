"""`judge` and `agreement`."""

from pathlib import Path
from typing import Annotated

import typer

from corpus.command_names import name_command
from corpus.errors import SettingsError
from eval.agreement import agreement, read_labels
from eval.commands.results import OUT, Out, find_run
from eval.commands.screen import print_summaries, progress_bars
from eval.judge import Judge, judge_run
from eval.runs.run_launch import rescore
from rag.llm.chat_model import chat_model
from rag.settings import read_settings

RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run: name or folder.")]


def judge(
    run: RunName,
    llm: Annotated[str | None, typer.Option(help="The judge, provider:name; NEWSDESK_LLM without it.")] = None,
    out: Out = OUT,
    again: Annotated[bool, typer.Option(help="Judge answers that have a verdict, too.")] = False,
) -> None:
    """Let a model judge a run's answers; prompts and raw replies are kept in the run."""
    settings = read_settings() if llm is None else read_settings(llm=llm)
    if not settings.llm:
        raise SettingsError("No judge is named. Name one: --llm provider:name, or set NEWSDESK_LLM")
    found = find_run(run, out)
    with progress_bars() as bar:
        judge_run(found, Judge(chat_model(settings), settings.llm), again, bar("judge"))
    summaries = rescore(found)
    found.write_summaries(summaries)
    print_summaries(summaries)


def compare_with_labels(
    run: RunName,
    labels: Annotated[Path, typer.Argument(help='JSONL by hand: {"id": "...", "correct": true}.')],
    out: Out = OUT,
) -> None:
    """Compare a judge's verdicts with labels by hand: agreement, Cohen's kappa, and where they differ."""
    found = agreement(find_run(run, out).outcomes(), read_labels(labels))
    if found.n:
        typer.echo(f"{found.n} compared: agreement {found.share:.3f}, Cohen's kappa {found.kappa:.3f}")
    else:
        typer.echo(
            f"Nothing to compare: none of these answers was judged. First: {name_command('eval judge')} {run} --llm MODEL"
        )
    for heading, ids in (
        ("Judge right, person wrong", found.judge_only),
        ("Judge wrong, person right", found.person_only),
        ("Labelled, not judged", found.unjudged),
    ):
        if ids:
            typer.echo(f"{heading} ({len(ids)}): {', '.join(ids)}")
