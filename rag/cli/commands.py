"""The commands of the assistant; those on topics and collections are in modules of their own."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.archive.engine import open_engine
from corpus.article import Article
from corpus.cli.display import print_bytes, print_references, strip_controls, to_line
from corpus.cli.options import AsJson, Authors, Data, InCollections, Outlets, References, Sections, Since, Until
from corpus.command_names import name_command
from corpus.errors import ArchiveError, IndexInUseError, IndexUnavailableError, InputError, NewsdeskError
from corpus.text.days import format_day
from rag.answer.answer_export import ExportFormat, check_file_name, export, group_by_number, render_answer
from rag.answer.period_counts import draw_bars
from rag.cli.chat import Chat
from rag.cli.collection_commands import app as collection_app
from rag.cli.follow_commands import User, add_follow_commands
from rag.cli.index_commands import add_index_commands
from rag.cli.story_output import write_background, write_comparison
from rag.cli.verify_command import read_input, verify, write_report
from rag.drafts.draft_export import check_report_name, export_report, render_json
from rag.drafts.draft_report import describe_counts
from rag.model import Answer, Passage
from rag.question.filter_values import read_filters
from rag.settings import Settings, read_settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

T = TypeVar("T")

app = typer.Typer(
    help="Ask and search a news archive.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.add_typer(collection_app, name="collection")

Export = Annotated[
    Path | None,
    typer.Option(
        "--export",
        help="Also write the answer to FILE.md, .docx or .json, or what it cites to FILE.ris, .bib or .csl.json.",
    ),
]
Form = Annotated[
    ExportFormat | None,
    typer.Option(
        "--format", help="Print it in this form instead: DOCX has footnotes; ris, bibtex and csl hold what is cited."
    ),
]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    section: Sections = None,
    collection: InCollections = None,
    export_to: Export = None,
    form: Form = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from the archive, every claim cited. Exit code 0: answered; 1: not; 2: could not be asked."""
    with _report_errors(as_json):
        if export_to:
            # Before the question is asked: an answer takes longer than noticing a wrong name.
            check_file_name(export_to)
        if form == "docx" and sys.stdout.isatty():
            raise InputError("a DOCX file is nothing for a terminal; write it with --export FILE.docx")
        with _open_assistant_quietly(data) as assistant:
            answer = assistant.ask(
                question,
                filters=read_filters(since, until, outlet, author, section, collection),
            )
        if export_to:
            export(answer, export_to)
    if form:
        print_bytes(render_answer(answer, form))
    else:
        print(json.dumps(answer.to_record(), ensure_ascii=False, indent=2) if as_json else write_export(answer))
    raise typer.Exit(0 if answer.status == "answered" else 1)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    section: Sections = None,
    collection: InCollections = None,
    references: References = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the passages that a question would be answered from, best first."""
    with _report_errors(as_json), _open_assistant_quietly(data) as assistant:
        passages = assistant.search(query, k, read_filters(since, until, outlet, author, section, collection))
    if references:
        print_references(references, [(passage.article, passage.chunk.text) for passage in passages])
    elif as_json:
        print(json.dumps([passage.to_record() for passage in passages], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(print_passages(passage) for passage in passages) or "Nothing found.")


@app.command()
def background(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article, as sources of an answer name it.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what the archive has on an article: coverage before and since, who else reported it, corrections, names."""
    with _report_errors(as_json), _open_assistant_quietly(data) as assistant:
        found = assistant.background(article_id)
    print(json.dumps(found.to_record(), ensure_ascii=False, indent=2) if as_json else write_background(found))


@app.command()
def outlets(
    asked: Annotated[str, typer.Argument(metavar="ID|QUESTION", help="An article of the story, or a question on it.")],
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    section: Sections = None,
    collection: InCollections = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show how several outlets tell one story, side by side. Exit code 0: several do; 1: one alone; 2: none was found."""
    with _report_errors(as_json), _open_assistant_quietly(data) as assistant:
        filters = read_filters(since, until, outlet, author, section, collection)
        found = assistant.compare_outlets(asked, filters)
    print(json.dumps(found.to_record(), ensure_ascii=False, indent=2) if as_json else write_comparison(found))
    raise typer.Exit(0 if len(found.reports) > 1 else 1)


@app.command("verify")
def verify_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Text, Markdown or DOCX; - reads standard input.")],
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    section: Sections = None,
    collection: InCollections = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Check only so many claims.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the report to FILE.md, .html, .docx or .json.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check the claims of a text against the archive. Exit code 0: none is contradicted; 1: some are; 2: not checked.

    Ctrl-C stops it (exit code 130); the same command goes on where it was stopped.
    """
    with _report_errors(as_json):
        if out:
            check_report_name(out)
        filters = read_filters(since, until, outlet, author, section, collection)
        text = read_input(file)
        with _open_assistant_quietly(data) as assistant, _progress_bar("Checking claims") as progress:
            report = _run_until_stopped(lambda: verify(assistant, text, filters, limit, progress))
        if out:
            export_report(report, out)
    if as_json or not out:
        print(render_json(report) if as_json else write_report(report))
    else:
        print(f"{describe_counts(report)} {to_line(str(out), 300)}")
    raise typer.Exit(1 if report.counts["contradicted"] else 0)


@app.command()
def chat(
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    section: Sections = None,
    collection: InCollections = None,
    data: Data = None,
) -> None:
    """Chat in the terminal: a question may refer to earlier ones. /help lists the commands."""
    with _report_errors(as_json=False), _open_assistant_quietly(data, lasting=True) as assistant:
        assistant.start()
        Chat(
            assistant,
            write_export,
            read_filters(since, until, outlet, author, section, collection),
        ).run()


@app.command("mcp")
def serve_mcp_command(
    http: Annotated[
        int | None, typer.Option("--http", min=1, max=65535, metavar="PORT", help="Over HTTP at this port instead.")
    ] = None,
    user: User = "",
    data: Data = None,
) -> None:
    """Serve search, answers and articles to MCP clients on stdin and stdout; they start this command themselves."""
    from rag.cli.mcp_server import serve

    with _report_errors(as_json=False), _open_assistant_quietly(data, lasting=True) as assistant:
        assistant.start()
        serve(assistant, http, user)


def write_export(answer: Answer) -> str:
    """Return an answer as plain text with its sources, safe for a terminal."""
    lines = [str(strip_controls(answer.text)).replace("**", "")]
    lines += ["", *draw_bars(answer.periods)] if answer.periods else []
    lines += [
        f"\n! Not supported: {to_line(claim.text, 300)} ({to_line(claim.reason, 300)})"
        for claim in answer.claims
        if claim.verdict == "flagged"
    ]
    unchecked = [claim for claim in answer.claims if claim.verdict == "unchecked"]
    lines += [f"\n? Not checked: {to_line(claim.text, 300)}" for claim in unchecked]
    lines += [f"\nNote: {to_line(note, 500)}" for note in answer.notes]
    if answer.meanings:
        lines += ["\nAsk about one of them:", *(f"  - {to_line(question, 300)}" for question in answer.meanings)]
    if answer.nearest:
        lines.append("\nNearest in the archive:")
        lines += [f"  - {to_line(article.title, 200)} ({_describe_origin(article)})" for article in answer.nearest]
    if answer.citations:
        lines.append("\nSources:")
        for citations in group_by_number(answer.citations):
            article = citations[0].passage.article
            lines.append(
                f"  [{citations[0].n}] {to_line(article.title, 200)}. {_describe_origin(article)} ({article.id})"
            )
            lines += [f"      “{to_line(citation.quote, 400)}”" for citation in citations]
    if answer.archive_until:
        lines.append(f"\nThe newest article in the archive is of {format_day(answer.archive_until)}.")
    return "\n".join(lines)


def print_passages(passage: Passage) -> str:
    """Return a passage as plain text, safe for a terminal."""
    article = passage.article
    head = f"{passage.rank}. {to_line(article.title, 200)} | {_describe_origin(article)} | {passage.score:.3f}"
    return f"{head}\n   {passage.chunk.id}\n   {to_line(passage.chunk.text, 400)}"


def _describe_origin(article: Article) -> str:
    return f"{to_line(article.source, 80) or 'Unknown outlet'}, {format_day(article.published_at)}"


@contextmanager
def _open_assistant_quietly(data: Path | None, lasting: bool = False) -> "Iterator[Assistant]":
    """Open the assistant; a long-lived one only reads the indexes, so that a page can own them."""
    settings = read_settings(data)
    engine = open_engine(settings.archive_place)
    if not engine.exists():
        if settings.database or data is not None or settings.data_dir != Settings.model_fields["data_dir"].default:
            place = engine.name if settings.database else settings.data_dir
            raise InputError(f"{place}: no archive there; add articles first: {name_command('corpus add')} PATH")
        _begin_with_starter(settings)
    with _open_assistant(settings, lasting) as assistant:
        try:
            assistant.sync()
        except (ArchiveError, IndexUnavailableError) as error:
            sys.stderr.write(f"Not everything in the archive can be found yet: {to_line(str(error), 1000)}\n")
        yield assistant


def _begin_with_starter(settings: Settings) -> None:
    """Make the archive of who has named none and added nothing yet, as the page does."""
    from rag.assistant import Assistant

    with Assistant(settings, "python -m rag") as assistant:
        sys.stderr.write(
            f"No archive in {settings.data_dir} yet: taking in the {assistant.load_starter()} articles of the starter "
            f"corpus. Add your own by {name_command('corpus add')} PATH.\n"
        )
        assistant.sync()


def _open_assistant(settings: Settings, lasting: bool) -> "Assistant":
    from rag.assistant import Assistant  # Here, as it takes a second, and `corpus add` runs a command without it.

    if not lasting:
        with suppress(IndexInUseError):
            return Assistant(settings, "python -m rag")
    return Assistant(settings, "python -m rag", read_only=True)


@contextmanager
def _report_errors(as_json: bool) -> Iterator[None]:
    """Report one of our errors in one line, with exit code 2."""
    try:
        yield
    except NewsdeskError as error:
        if as_json:
            print(json.dumps({"error": str(error)}))
        sys.stderr.write(f"{to_line(str(error), 1000)}\n")
        raise typer.Exit(2) from None


@contextmanager
def _progress_bar(title: str) -> Iterator[Any]:
    """Show a progress bar on stderr, for a function that is told how much is done, and of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _run_until_stopped(work: Callable[[], T]) -> T:
    """Return what some work returns; Ctrl-C ends it with exit code 130."""
    try:
        return work()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What is done is kept: the same command goes on from there.\n")
        raise typer.Exit(130) from None


add_follow_commands(app, _open_assistant_quietly, _report_errors)
add_index_commands(app, read_settings, _report_errors, _progress_bar)
