"""`batch export`, `batch next` and `batch score`."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from corpus.command_names import name_command
from corpus.errors import InputError
from eval.batch import Batch, RecordedReplies, read_batch, request_body, write_requests
from eval.commands.results import OUT, Out
from eval.commands.run import (
    Baselines,
    Data,
    Jobs,
    Note,
    Sample,
    Seed,
    Source,
    Types,
    choose_home,
    finish,
    open_bench_for,
    open_source,
    parse_types,
)
from eval.commands.screen import progress_bars
from eval.commands.sets import ArticleFiles, SetPath
from eval.library import from_archive
from eval.loaders import load
from eval.question import Question, QuestionSet
from eval.replies import BatchReply, batch_name, read_replies
from eval.runs import fingerprint
from eval.runs.run_launch import Plan, choose_folder, plan
from eval.runs.system_assembly import open_bench
from eval.sampling import select
from rag.llm.writer import NO_VERIFIER
from rag.settings import Settings, read_local_settings, read_settings

BATCHES = ".batches"

batch = typer.Typer(help="Let any model anywhere answer a set.", no_args_is_help=True)


@batch.command("export")
def export(
    path: SetPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the requests go, as JSONL.")],
    llm: Annotated[
        str | None, typer.Option(help="The model that will answer, provider:name; NEWSDESK_LLM without it.")
    ] = None,
    types: Types = "",
    sample: Sample = None,
    seed: Seed = 0,
    data: Data = None,
    articles: ArticleFiles = None,
    out: Out = OUT,
) -> None:
    """Write what the chain would send for each question, in the JSONL of OpenAI's Batch API."""
    source = open_source(path, articles or (), data)
    chosen = select(source.questions, parse_types(types), sample, seed)
    settings = read_settings() if llm is None else read_settings(llm=llm)
    body, home = request_body(settings), choose_home(source, out, data)
    made = _batch(source, chosen, home, settings.llm)
    # An archive that was named is asked as it is; articles are put only into one of our own.
    with (
        progress_bars() as bar,
        open_bench(
            _settings_without_model(home), source.articles if data is None else {}, bar("articles"), timed=False
        ) as bench,
    ):
        count = write_requests(
            output,
            RecordedReplies(bench.assistant, made, {}, settings.plan, reads_again(settings)).requests(chosen, body),
        )
    # Last, so that no batch is known whose requests were not all written.
    made.write(out / BATCHES)
    typer.echo(f"{output}: {count} requests; {len(chosen) - count} questions need no model.")
    typer.echo(f"Then: {name_command('eval batch next')} RESPONSES -o FILE{'' if out == OUT else f' --out {out}'}")


@batch.command("next")
def write_next(
    responses: Annotated[list[Path], typer.Argument(help="All replies so far, JSONL; several files count as one.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the next requests go, as JSONL.")],
    out: Out = OUT,
) -> None:
    """Write the requests that come next: the answers after the plans, then those after a second search, then the second reading of their claims."""
    made, replies, settings = _read(responses, out)
    # The model of the export, whatever is set by now: all stages of an answer are one model's.
    body = request_body(settings.model_copy(update={"llm": made.model}))
    with progress_bars() as bar, open_bench(settings, {}, bar("articles"), timed=False) as bench:
        chosen = _chosen(load(Path(made.set_path)), made)
        rows = list(
            RecordedReplies(bench.assistant, made, replies, settings.plan, reads_again(settings)).requests(chosen, body)
        )
    count = write_requests(output, rows)
    stages = Counter(row["custom_id"].rpartition(":")[2].partition("-")[0] for row in rows)
    typer.echo(
        f"{output}: {count} requests ({', '.join(f'{n} {stage}' for stage, n in stages.items()) or 'none left'})."
    )
    command = "next ALL RESPONSES -o FILE" if count else "score ALL RESPONSES"
    typer.echo(f"Then: {name_command('eval batch')} {command}{'' if out == OUT else f' --out {out}'}")


@batch.command("score")
def score(
    responses: Annotated[list[Path], typer.Argument(help="The replies, JSONL; several files count as one.")],
    baselines: Baselines = True,
    jobs: Jobs = 1,
    out: Out = OUT,
    name: Annotated[str, typer.Option(help="Name of the run; time and set without it.")] = "",
    note: Note = "",
) -> None:
    """Create a run from the replies to a batch: parsed, checked and measured as if the model had been asked now."""
    made, replies, settings = _read(responses, out)
    planned = _plan(made, settings, replies, jobs)
    run, _ = choose_folder(planned, out, name, note)
    with open_bench_for(run, settings, {}) as (bench, bar):
        main = RecordedReplies(bench.assistant, made, replies, settings.plan, reads_again(settings))
        finish(run, planned, [main, *(bench.baselines(main) if baselines else [])], bar)


def _read(responses: Sequence[Path], out: Path) -> tuple[Batch, Mapping[str, BatchReply], Settings]:
    """Return the batch that replies belong to, the replies, and the settings of its archive; name what cannot be read."""
    replies, defects = read_replies(responses)
    for defect in defects:
        typer.echo(f"{defect.item}: {defect.reason}", err=True)
    made = read_batch(out / BATCHES, batch_name(replies))
    failed = sum(bool(reply.error) for reply in replies.values())
    typer.echo(f"{len(replies)} replies to {made.name}, {failed} of them failed.", err=True)
    return made, replies, _settings_without_model(Path(made.home))


def reads_again(settings: Settings) -> bool:
    """Return whether claims are read again by a model."""
    return settings.verifier != NO_VERIFIER


def _batch(source: Source, chosen: Sequence[Question], home: Path, model: str) -> Batch:
    now = datetime.now(UTC)
    return Batch(
        # Colons separate the parts of a `custom_id`.
        f"{now:%Y%m%d-%H%M%S}-{source.questions.name}".replace(":", "-"),
        now,
        model,
        # In full, as `next` and `score` may be run from another folder.
        str(source.questions.path.resolve()),
        str(home.resolve()),
        tuple(question.id for question in chosen),
        fingerprint.fingerprint_questions(chosen),
        fingerprint.fingerprint_articles(source.articles.values()),
    )


def _plan(made: Batch, settings: Settings, replies: Mapping[str, BatchReply], jobs: int) -> Plan:
    source = load(Path(made.set_path))
    chosen = _chosen(source, made)
    planned = plan(source, chosen, from_archive(settings.data_dir), settings, jobs=jobs)
    model = next((reply.model for reply in replies.values() if reply.model), made.model)
    # Interrupted scoring continues only with the same replies.
    said = hashlib.sha256(repr(sorted(replies.items())).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    kept = {**planned.manifest.settings, "batch": made.name, "replies": said}
    # With the fingerprint of the export, as a live run of the set has it, so that the two compare without a warning.
    manifest = replace(planned.manifest, llm=f"batch of {model}", settings=kept, data_fingerprint=made.data_fingerprint)
    return replace(planned, manifest=manifest)


def _chosen(source: QuestionSet, made: Batch) -> Sequence[Question]:
    known = {question.id: question for question in source.questions}
    chosen = [known[key] for key in made.questions if key in known]
    if fingerprint.fingerprint_questions(chosen) != made.question_fingerprint:
        raise InputError(f"The questions in {made.set_path} are not those of the export any more. Export again.")
    return chosen


def _settings_without_model(home: Path) -> Settings:
    """Return the settings of an assistant that asks no model itself."""
    return read_local_settings(home, llm="")
