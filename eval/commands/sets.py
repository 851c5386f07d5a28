"""`validate` and `sets`."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpus import NewsdeskError
from eval.library import articles_for
from eval.loaders import load
from eval.question import Defect, QuestionSet
from eval.set_catalogue import SHIPPED, find_sets
from eval.validation import validate

SetPath = Annotated[Path, typer.Argument(metavar="SET", help="A question set, file or folder, in any known format.")]
ArticleFiles = Annotated[
    list[Path] | None, typer.Option("--articles", help="JSONL of the articles, instead of those next to the set.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def validate_set(
    path: SetPath,
    articles: ArticleFiles = None,
    data: Annotated[Path | None, typer.Option("--data", help="Look quotes up in this archive instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that a set can be read and that every quote is in its article; exit code 1 if something is wrong."""
    questions = load(path)
    library = articles_for(questions, articles or (), data)
    defects = validate(questions, library or None)
    if as_json:
        typer.echo(json.dumps(_summary(questions, defects, len(library)), indent=2, ensure_ascii=False))
    else:
        _print_validation(questions, defects, len(library))
    if defects:
        raise typer.Exit(1)


def list_sets(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders to look into; the sets that ship without one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the available question sets, with their formats, types and sizes."""
    table = Table("set", "format", "questions", "not held", "articles", "types", "path")
    records = []
    for found in find_sets(folders or [SHIPPED]):
        if isinstance(found, NewsdeskError):
            Console(stderr=True).print(str(found), style="yellow", markup=False)
            continue
        record = _summary(found, list(found.defects), len(found.articles))
        records.append(record)
        sizes = [str(record[key]) for key in ("format", "questions", "unanswerable", "articles")]
        types = ", ".join(f"{kind or '-'} {count}" for kind, count in found.types.items())
        table.add_row(found.name, *sizes, types, str(found.path))
    if as_json:
        typer.echo(json.dumps(records, indent=2, ensure_ascii=False))
    else:
        Console().print(table if records else "No question set here. Name a folder that holds some.")


def _summary(questions: QuestionSet, defects: Iterable[Defect], articles: int) -> dict[str, object]:
    return {
        "set": questions.name,
        "path": str(questions.path),
        "format": questions.format,
        "questions": len(questions.questions),
        "unanswerable": sum(question.unanswerable for question in questions.questions),
        "types": questions.types,
        "other_fields": questions.other_fields,
        "articles": articles,
        "defects": [{"item": defect.item, "reason": defect.reason} for defect in defects],
    }


def _print_validation(questions: QuestionSet, defects: list[Defect], articles: int) -> None:
    for defect in defects:
        typer.echo(f"{defect.item}: {defect.reason}")
    quotes = sum(bool(evidence.quote) for question in questions.questions for evidence in question.evidence)
    checked = (
        f"{quotes} quotes looked up in {articles} articles"
        if articles
        else "no articles available, quotes not looked up"
    )
    types = ", ".join(f"{count} {kind or 'untyped'}" for kind, count in questions.types.items())
    typer.echo(f"{questions.name} ({questions.format}): {len(questions.questions)} questions ({types}); {checked}.")
    if fields := questions.other_fields:
        named = ", ".join(f"{name} ({count:,})" for name, count in fields.items())
        typer.echo(f"Fields that are kept and not read, with the number of questions: {named}.")
    typer.echo(f"{len(defects)} defects." if defects else "No defects.")
