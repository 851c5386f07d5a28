"""Start or continue a run: choose the folder, ask Newsdesk and its baselines, write the figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from corpus import Article
from eval.measures.scoring import score
from eval.question import Question, QuestionSet
from eval.runs import fingerprint
from eval.runs.execution import Progress, execute
from eval.runs.package_versions import versions
from eval.runs.run_folder import Manifest, RunFolder, create, list_runs
from eval.runs.run_summary import RunSummary, summarise
from eval.runs.systems import System
from rag.settings import Settings

# Where the articles are not those of the set, every question is a problem.
_MOST_PROBLEMS = 500
_SECRET = {"llm_api_key", "database"}
# Paths and timeouts, which do not influence what is found and answered.
_IRRELEVANT = {"data_dir", "user_agent", "robots", "host_delay_s"} | {
    name for name in Settings.model_fields if name.startswith("smtp_")
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold what a run shall do.

    Attributes:
        questions: To ask, in order.
        manifest: What it is made with.
        jobs: Questions under way at once.
    """

    questions: Sequence[Question]
    manifest: Manifest
    jobs: int = 1


def plan(
    source: QuestionSet,
    questions: Sequence[Question],
    articles: Mapping[str, Article],
    settings: Settings,
    only: str = "",
    jobs: int = 1,
    problems: Sequence[str] = (),
) -> Plan:
    """Return the plan of a run over `questions` of a set, with these articles and settings; `problems` of the set are kept."""
    kept = settings.model_dump(mode="json", exclude=_SECRET | _IRRELEVANT)
    manifest = Manifest(
        set_name=source.name,
        set_path=str(source.path),
        questions=tuple(question.id for question in questions),
        question_fingerprint=fingerprint.fingerprint_questions(questions),
        data_fingerprint=fingerprint.fingerprint_articles(articles.values()),
        only=only,
        llm=settings.llm or "none",
        settings=kept,
        versions=versions(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        problems=tuple(problems[:_MOST_PROBLEMS]),
    )
    return Plan(questions, manifest, jobs)


def choose_folder(
    planned: Plan, out: Path, name: str = "", note: str = "", fresh: bool = False
) -> tuple[RunFolder, bool]:
    """Return the folder of a run, and whether it continues an interrupted one with the same plan.

    Raises:
        InputError: A run of that name is there already and is another one, or is complete.
    """
    manifest = replace(planned.manifest, note=note)
    if not fresh:
        for run in list_runs(out):
            if not run.complete and run.manifest.continues(manifest) and name in ("", run.name):
                return run, True
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    chosen = name or f"{stamp}-{manifest.set_name}"
    # Two runs of a set may start within one second.
    path, count = out / chosen, 2
    while not name and path.exists():
        path, count = out / f"{chosen}-{count}", count + 1
    return create(path, manifest), False


def carry_out(
    run: RunFolder,
    planned: Plan,
    systems: Sequence[System],
    progress: Callable[[str], Progress] | None = None,
) -> dict[str, RunSummary]:
    """Put the questions to each system in turn, and return the figures, which completes the run."""
    for system in systems:
        execute(run, system, planned.questions, planned.jobs, progress(system.name) if progress else None)
    summaries = rescore(run)
    run.write_summaries(summaries)
    return summaries


def rescore(run: RunFolder) -> dict[str, RunSummary]:
    """Return the figures of every system of a run from its outcomes, Newsdesk first."""
    summaries = {}
    for name in run.systems:
        outcomes = run.outcomes(name)
        summaries[name] = summarise(outcomes, score(outcomes))
    return summaries
