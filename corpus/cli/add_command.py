"""`python -m corpus add`: files, folders and addresses go into the archive, then into the indexes."""

import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from corpus.archive.database import Archive
from corpus.archive.engine import open_engine
from corpus.article import Article
from corpus.cli.display import console, format_summary, print_json
from corpus.cli.index_process import Indexing, is_pending, report_indexing, run_index
from corpus.cli.options import AsJson, Data, NoIndex, Since, settings_for
from corpus.errors import ArchiveError
from corpus.ingestion.ingest import IngestSummary, ingest
from corpus.ingestion.item_cache import ItemCache
from corpus.ingestion.reader_pool import read_files
from corpus.readers import FORMATS, ReadOptions, Refusal
from corpus.settings import ArchiveSettings
from corpus.text.days import parse_period
from corpus.text.urls import is_address

_FORMATS = ", ".join(one.name for one in FORMATS)


@dataclass(frozen=True, slots=True)
class Intake:
    """Hold what is to be added, and how."""

    files: list[Path]
    addresses: list[str]
    options: ReadOptions
    jobs: int
    dry_run: bool
    limit: int | None
    since: datetime | None


def add(
    sources: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help=f"Files, folders, addresses. {_FORMATS}.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and write nothing.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Stop after this many articles were added or updated.")
    ] = None,
    since: Since = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that read files.")] = os.cpu_count() or 1,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="FIELD=THEIRS", help="Their name for a field of ours: body=story_text; repeatable."
        ),
    ] = None,
    no_index: NoIndex = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Add articles. Safe to repeat: what is there already is left alone, what changed becomes a new version."""
    settings = settings_for(data)
    intake = Intake(
        files=[Path(source) for source in sources if not is_address(source)],
        addresses=[source for source in sources if is_address(source)],
        options=ReadOptions(mapping=_parse_mapping(mapping or [])),
        jobs=jobs,
        dry_run=dry_run,
        limit=limit,
        since=parse_period(since, None)[0],
    )
    summary = IngestSummary()
    code = _add_all(intake, settings, summary, as_json)
    indexing = None
    if code == 0 and not dry_run and not no_index:
        indexing, code = _index(settings, summary)
    _report(summary, indexing, dry_run, as_json)
    nothing = summary.lost and not summary.changed and not summary.unchanged
    raise typer.Exit(code or (2 if nothing else 1 if summary.lost else 0))


def _add_all(intake: Intake, settings: ArchiveSettings, summary: IngestSummary, quiet: bool) -> int:
    """Read and keep everything; return an exit code other than 0 when the work was cut short."""
    err = console(stderr=True)
    try:
        with ExitStack() as stack:
            opened = _open_archive(settings, intake.dry_run)
            archive = stack.enter_context(opened) if opened else None
            meter = stack.enter_context(_Meter(quiet))
            take: dict[str, Any] = {"dry_run": intake.dry_run, "limit": intake.limit, "since": intake.since}
            take |= {"progress": meter.report, "summary": summary}
            options = intake.options
            if archive and not intake.dry_run and intake.since is None:
                options = replace(options, memory=stack.enter_context(ItemCache(settings.archive_place)))
            ingest(archive, read_files(intake.files, options, intake.jobs), **take)
            if intake.addresses:
                from corpus.ingestion.web_pages import (
                    read_pages,  # What fetches is loaded only where something is fetched.
                )

                ingest(archive, read_pages(intake.addresses, intake.options, settings), live=True, **take)
    except KeyboardInterrupt:
        err.print("Interrupted. The articles counted here are safe; run the same command again to continue.")
        return 130
    except ArchiveError as error:
        err.print(f"{error}\nThe articles counted here are safe.")
        return 1 if summary.changed else 2
    return 0


def _open_archive(settings: ArchiveSettings, dry_run: bool) -> Archive | None:
    engine = open_engine(settings.archive_place)
    return Archive(engine, write=not dry_run) if not dry_run or engine.exists() else None


def _index(settings: ArchiveSettings, summary: IngestSummary) -> tuple[Indexing | None, int]:
    """Bring the indexes up to date where anything is left to do; return what became of it, and the exit code."""
    with Archive(settings.archive_place) as archive:
        needed = summary.changed > 0 or is_pending(archive)
    if not needed:
        return None, 0
    try:
        indexing = run_index(settings.data_dir)
    except KeyboardInterrupt:
        console(stderr=True).print(
            "Interrupted. The articles are safe, but not all can be searched yet; run the same command again to continue."
        )
        return None, 130
    return indexing, 0 if report_indexing(indexing, settings.data_dir) else 1


def _report(summary: IngestSummary, indexing: Indexing | None, dry_run: bool, as_json: bool) -> None:
    if as_json:
        record = summary.to_record() | {"dry_run": dry_run, "index": indexing.to_record() if indexing else None}
        print_json(record)
    else:
        console().print(format_summary(summary, dry_run))


def _parse_mapping(pairs: list[str]) -> dict[str, str]:
    mapping = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(mapping) != len(pairs):
        raise typer.BadParameter("write --map OURS=THEIRS, each field once, for instance --map body=story_text")
    return mapping


class _Meter:
    """Show progress on stderr if it is a terminal."""

    def __init__(self, quiet: bool) -> None:
        err = console(stderr=True)
        self._counts = {"added": 0, "updated": 0, "unchanged": 0, "refused": 0}
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=err,
            transient=True,
            refresh_per_second=5,
            disable=quiet or not err.is_terminal,
        )
        self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> "_Meter":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def report(self, _: Article | Refusal, outcome: str) -> None:
        """Count an item, and show the counts."""
        if outcome in self._counts:
            self._counts[outcome] += 1
        if not self._bar.disable:
            self._bar.update(self._task, description=", ".join(f"{n:,} {name}" for name, n in self._counts.items()))
