"""`run` and `gate`."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from corpus import Article, NewsdeskError
from corpus.archive.move import move_archive
from corpus.command_names import name_command
from corpus.errors import InputError
from eval.commands.results import OUT, Out
from eval.commands.screen import Bars, print_summaries, progress_bars
from eval.commands.sets import ArticleFiles, SetPath
from eval.library import articles_for
from eval.loaders import load
from eval.question import QuestionSet
from eval.regression_gate import Floors, find_failures, measure_limits, read_floors, write_floors
from eval.reports.html_report import write_report
from eval.runs import fingerprint
from eval.runs.run_folder import MAIN, RunFolder
from eval.runs.run_launch import Plan, carry_out, choose_folder, plan
from eval.runs.run_summary import ALL, RunSummary
from eval.runs.system_assembly import Bench, open_bench
from eval.runs.systems import System
from eval.sampling import select
from eval.set_catalogue import SHIPPED
from eval.validation import describe_problems
from rag.settings import Settings, read_local_settings, read_settings

_MOST_TOLD = 20  # Problems of a set on the screen; the report lists more.
_SHARED_SLACK = 0.01
GATE_FILE = Path(__file__).parents[1] / "gate.json"
Only = Literal["retrieval", "answers"]
Data = Annotated[
    Path | None, typer.Option("--data", help="Archive to ask; one is made from the set's articles without it.")
]
Types = Annotated[str, typer.Option(help="Types of questions, separated by commas; all without it.")]
Sample = Annotated[int | None, typer.Option(min=1, help="Ask that many questions, drawn at random.")]
Seed = Annotated[int, typer.Option(help="Seed of the sample.")]
Baselines = Annotated[bool, typer.Option(help="Put the questions to the baselines too.")]
Note = Annotated[str, typer.Option(help="A remark to keep with the run.")]
Jobs = Annotated[int, typer.Option(min=1, help="Questions under way at once.")]


@dataclass(frozen=True, slots=True)
class Source:
    """Hold a set with its articles."""

    questions: QuestionSet
    articles: Mapping[str, Article]

    @property
    def problems(self) -> list[str]:
        """Return what is wrong with the set, in words."""
        return describe_problems(self.questions, self.articles)


def open_source(path: Path, files: Sequence[Path] = (), data: Path | None = None) -> Source:
    """Return a set and its articles, and say on the screen what of it cannot be read or is held by no article.

    Raises:
        InputError: No articles are known for it.
    """
    questions = load(path)
    articles = articles_for(questions, files, data)
    if not articles:
        raise InputError(f"No articles are known for {questions.name}. Name them: --articles FILE, or --data DIR")
    source = Source(questions, articles)
    problems = source.problems
    for problem in problems[:_MOST_TOLD]:
        typer.echo(problem, err=True)
    if (more := len(problems) - _MOST_TOLD) > 0:
        typer.echo(f"... and {more:,} more: python -m eval validate {path}", err=True)
    return source


def parse_types(text: str) -> list[str]:
    """Return the types of questions that a comma-separated list names."""
    return [part.strip() for part in text.split(",") if part.strip()]


def choose_home(source: Source, out: Path, data: Path | None) -> Path:
    """Return the folder of the archive to ask: the one named, or one that is kept for these articles."""
    return data or out / ".archives" / fingerprint.fingerprint_articles(source.articles.values())


def run_set(
    path: SetPath,
    only: Annotated[Only | None, typer.Option(help="Ask one half only.")] = None,
    types: Types = "",
    sample: Sample = None,
    seed: Seed = 0,
    llm: Annotated[str | None, typer.Option(help="Chat model, provider:name; NEWSDESK_LLM without it.")] = None,
    jobs: Jobs = 1,
    baselines: Baselines = True,
    data: Data = None,
    articles: ArticleFiles = None,
    out: Out = OUT,
    name: Annotated[str, typer.Option(help="Name of the run; time and set without it.")] = "",
    note: Note = "",
    fresh: Annotated[bool, typer.Option(help="Start again instead of continuing an interrupted run.")] = False,
    beside: Annotated[
        bool, typer.Option(help="With --data: ask a copy of the archive, so that a page may have it meanwhile.")
    ] = False,
) -> None:
    """Ask Newsdesk and its baselines the questions of a set; an interrupted run with the same plan is continued."""
    source = open_source(path, articles or (), data)
    chosen = select(source.questions, parse_types(types), sample, seed)
    # Beside a page, the articles still come from that archive, but are asked in a folder of their own.
    asked = None if beside else data
    home = choose_home(source, out, asked)
    settings = read_local_settings(home) if llm is None else read_local_settings(home, llm=llm)
    planned = plan(source.questions, chosen, source.articles, settings, only or "", jobs, source.problems)
    run, resumed = choose_folder(planned, out, name, note, fresh)
    typer.echo(f"{'Going on with' if resumed else 'Run'} {run.path}", err=True)
    with open_bench_for(run, settings, source.articles if asked is None else {}) as (bench, bar):
        newsdesk = bench.newsdesk(datetime.fromisoformat(run.manifest.created_at))
        systems = [newsdesk, *(bench.baselines(newsdesk, run.manifest.only) if baselines else [])]
        finish(run, planned, systems, bar)


def gate(
    path: Annotated[Path, typer.Argument(metavar="SET", help="The set; the starter set without one.")] = SHIPPED
    / "starter.jsonl",
    update: Annotated[bool, typer.Option(help="Write the floors from what is measured now.")] = False,
    lower: Annotated[bool, typer.Option(help="With --update: let floors get lower.")] = False,
    file: Annotated[Path, typer.Option(help="Where the floors are kept.")] = GATE_FILE,
    database: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="An empty PostgreSQL database, in which every figure must be the same (NEWSDESK_DENSE=postgres: within .01).",
        ),
    ] = "",
    articles: ArticleFiles = None,
) -> None:
    """Measure a set without a model and compare with its floors; exit code 1 when one is missed."""
    source = open_source(path, articles or ())
    prints = (
        fingerprint.fingerprint_questions(source.questions.questions),
        fingerprint.fingerprint_articles(source.articles.values()),
    )
    floors = read_floors(file, source.questions.name)
    # Both checks come before the measuring, which takes far longer.
    if not update and floors is None:
        raise InputError(
            f"{file} has no floors for {source.questions.name}. Write them: {name_command('eval gate')} SET --update"
        )
    if not update and floors and (floors.question_fingerprint, floors.data_fingerprint) != prints:
        raise InputError("Questions or articles are not those of the floors. If that is meant: gate --update")
    # In a fresh folder, so that no archive of an earlier version takes part.
    with tempfile.TemporaryDirectory() as folder:
        summary = _measure(source, Path(folder), read_local_settings(Path(folder) / "data", llm=""))
        figures = summary.figures[ALL]
        differing = _compare_moved(source, Path(folder), database, summary) if database else []
    if update:
        write_floors(file, source.questions.name, Floors(*prints, measure_limits(figures)), lower)
        typer.echo(f"Floors written to {file}")
        return
    failures = [*differing, *(find_failures(floors, figures) if floors else [])]
    for failure in failures:
        typer.echo(failure)
    if failures:
        raise typer.Exit(1)
    same = "; the figures in the database agree" if database else ""
    typer.echo(f"All {len(floors.limits) if floors else 0} floors hold{same}.")


def _compare_moved(source: Source, folder: Path, database: str, first: RunSummary) -> list[str]:
    """Move the archive that was measured in a folder to a database, and return in which figures it differs there.

    With indexes of its own, derived from the same record, none may: over all questions and those of each type, to the last digit.
    Where the database searches vectors, which it keeps less precisely, the figures over all questions may by a hundredth.
    """
    move_archive(folder / "data", database)
    settings = read_settings(folder / "moved" / "data", database=database, llm="")
    second = _measure(source, folder / "moved", settings)
    shared = settings.dense == "postgres"
    return [
        f"{name} ({kind}): {figure} in a file, {other} in the database"
        for kind, figures in first.figures.items()
        for name, figure in figures.items()
        if (other := second.figures[kind].get(name)) != figure
        and not (shared and (kind != ALL or (other and abs(other.mean - figure.mean) <= _SHARED_SLACK)))
    ]


def _measure(source: Source, folder: Path, settings: Settings) -> RunSummary:
    planned = plan(source.questions, source.questions.questions, source.articles, settings)
    run, _ = choose_folder(planned, folder / "runs")
    with open_bench_for(run, settings, source.articles, timed=False) as (bench, bar):
        now = datetime.fromisoformat(run.manifest.created_at)
        return carry_out(run, planned, [bench.newsdesk(now)], bar)[MAIN]


@contextmanager
def open_bench_for(
    run: RunFolder, settings: Settings, articles: Mapping[str, Article], timed: bool = True
) -> Iterator[tuple[Bench, Bars]]:
    """Open a bench for a run, with progress bars; an interruption reports how to continue.

    Raises:
        NewsdeskError: The bench cannot be opened, or the user interrupts.
    """
    try:
        with progress_bars() as bar, open_bench(settings, articles, bar("articles"), timed) as bench:
            yield bench, bar
    except KeyboardInterrupt:
        raise NewsdeskError(f"{run.path} is interrupted; run the same command to continue it.") from None


def finish(run: RunFolder, planned: Plan, systems: Sequence[System], bar: Bars) -> None:
    """Put the questions to the systems, print the figures and write the report."""
    print_summaries(carry_out(run, planned, systems, bar))
    for file in write_report(run):
        typer.echo(str(file))
