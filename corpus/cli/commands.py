"""The command line of the archive: `python -m corpus add | list | show | ... | feed`."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from corpus.archive.database import Archive
from corpus.archive.edits import list_edits
from corpus.archive.name_lookup import NameLookup
from corpus.archive.selection import Selection
from corpus.cli.add_command import add
from corpus.cli.correct_command import correct
from corpus.cli.display import (
    accept_any_text,
    build_articles_table,
    console,
    format_article,
    print_json,
    print_references,
    to_line,
)
from corpus.cli.feed_commands import feed_app
from corpus.cli.index_process import report_indexing, run_index
from corpus.cli.move_command import backup, move, restore
from corpus.cli.options import (
    Address,
    AsJson,
    Authors,
    Data,
    Feed,
    NoIndex,
    Outlets,
    References,
    Sections,
    Since,
    Until,
    Yes,
    open_existing_archive,
    settings_for,
)
from corpus.cli.revision_commands import corrections, diff
from corpus.cli.upkeep_commands import doctor, rebuild, stats, upgrade
from corpus.command_names import name_command
from corpus.errors import InputError, NewsdeskError
from corpus.text.characters import one_line
from corpus.text.days import parse_period

MOST = 1_000_000_000
"""More articles than any archive holds, and fewer than SQLite counts."""

HELP = """Keep the archive of articles: a file in the data folder, or the PostgreSQL database that NEWSDESK_DATABASE names.

Exit codes: 0 all went well; 1 something was refused or is not in order, the rest went in; 2 wrong usage, or nothing
could be done; 130 interrupted, what was reported is safe.
"""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (of this process, unless one is given); an error becomes one line on stderr and a code."""
    accept_any_text()
    try:
        app(arguments)
    except NewsdeskError as error:
        sys.stderr.write(f"{to_line(str(error), 2000)}\n")
        sys.exit(2)
    except BrokenPipeError:  # `| head` has seen enough.
        sys.stderr.close()
        sys.exit(0)


@app.command("list")
def list_articles(
    words: Annotated[
        str, typer.Argument(parser=one_line, help="Only headlines that contain this.", show_default=False)
    ] = "",
    outlet: Outlets = None,
    author: Authors = None,
    section: Sections = None,
    since: Since = None,
    until: Until = None,
    feed: Feed = "",
    language: Annotated[
        list[str] | None,
        typer.Option(parser=one_line, metavar="CODE", help="Only this language (en, de, ...); repeatable."),
    ] = None,
    undated: Annotated[bool, typer.Option("--undated", help="Only articles without a date.")] = False,
    limit: Annotated[int, typer.Option(min=0, max=MOST, help="Maximum number of articles.")] = 20,
    offset: Annotated[int, typer.Option(min=0, max=MOST, help="Skip this many articles first.")] = 0,
    references: References = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List articles, newest first: date, outlet, headline, id, and whether it was corrected or has copies."""
    start, end = parse_period(since, until)
    selection = Selection(
        outlets=tuple(outlet or ()),
        since=start,
        until=end,
        feeds=(feed,) if feed else (),
        languages=tuple(language or ()),
        undated=undated,
        words=words,
    )
    with open_existing_archive(settings_for(data)) as archive:
        authors = NameLookup(archive.count_by("author"), "author").resolve(author) if author else ()
        sections = NameLookup(archive.count_by("category"), "section").resolve(section) if section else ()
        selection = replace(selection, authors=authors, sections=sections)
        found = list(archive.articles(selection, limit=limit, offset=offset))
        stories = archive.stories(article.id for article in found)
        total = archive.count(selection)
    if references:
        print_references(references, [(article, "") for article in found])
    elif as_json:
        records = [article.to_record() | {"story": stories.get(article.id)} for article in found]
        print_json([{name: value for name, value in record.items() if name != "body"} for record in records])
    else:
        console().print(build_articles_table(found, stories))
        console(stderr=True).print(f"{len(found):,} of {total:,}")


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", parser=one_line, help="The id, as `list` writes it.")],
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version.", show_default=False)] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show an article whole: particulars, what of them was corrected here, correction notice, versions, copies, text."""
    with open_existing_archive(settings_for(data)) as archive:
        versions = archive.versions(article_id)
        if not versions:
            raise InputError(f"no article {article_id!r}; find its id with `{name_command('corpus list')} WORDS`")
        numbers = [v.version for v in versions]
        if version is not None and version not in numbers:
            raise InputError(f"no version {version} of {article_id!r}; there are {', '.join(map(str, numbers))}")
        article = versions[-1] if version is None else versions[numbers.index(version)]
        copies = archive.copies(article_id)
        edits = list_edits(archive.connection, article_id) if article == versions[-1] else []
    if as_json:
        around = {"versions": numbers, "copies": [copy.id for copy in copies], "edits": [e.to_record() for e in edits]}
        print_json(article.to_record() | around)
    else:
        console().print(format_article(article, versions, copies, edits))


@app.command()
def remove(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", parser=one_line, help="These articles.", show_default=False)
    ] = None,
    url: Address = "",
    outlet: Outlets = None,
    since: Since = None,
    until: Until = None,
    feed: Feed = "",
    yes: Yes = False,
    no_index: NoIndex = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Remove articles with all their versions, after showing how many; several options narrow together."""
    start, end = parse_period(since, until)
    selection = Selection(
        ids=tuple(ids or ()),
        url=url,
        outlets=tuple(outlet or ()),
        since=start,
        until=end,
        feeds=(feed,) if feed else (),
    )
    if not selection:
        raise typer.BadParameter("name what to remove: an ID, --url, --outlet, --since, --until or --feed")
    settings = settings_for(data)
    # Opened before anything is asked, so that a wrong --data does not look like an empty archive.
    with open_existing_archive(settings) as archive:
        missing = [article_id for article_id in selection.ids if archive.get(article_id) is None]
        count = archive.count(selection)
        if count == 0:
            raise InputError(f"no such article; `{name_command('corpus list')}` shows what there is")
        _show_preview(archive, selection, count)
        if not yes and not _confirm():
            raise typer.Exit(2)
        removed = archive.remove(selection)
    indexing = None if no_index else run_index(settings.data_dir)
    if as_json:
        print_json({"removed": removed, "missing": missing, "index": indexing.to_record() if indexing else None})
    else:
        console().print(f"{removed:,} removed." + (f" Not there: {to_line(', '.join(missing))}" if missing else ""))
    failed = indexing is not None and not report_indexing(indexing, settings.data_dir)
    raise typer.Exit(1 if missing or failed else 0)


def _confirm() -> bool:
    """Ask on stderr, for stdout may go to a program; no answer means no."""
    sys.stderr.write("Remove them? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _show_preview(archive: Archive, selection: Selection, count: int, shown: int = 5) -> None:
    err = console(stderr=True)
    err.print(f"{count:,} article{'s' if count > 1 else ''} with all versions:")
    for article in archive.articles(selection, limit=shown):
        err.print(f"  {to_line(article.id, 40)}  {to_line(article.title, 90)}")
    if count > shown:
        err.print(f"  ... and {count - shown:,} more")


app.command()(add)
app.command()(correct)
app.command()(stats)
app.command()(rebuild)
app.command()(doctor)
app.command()(upgrade)
app.command()(move)
app.command()(backup)
app.command()(restore)
app.command()(diff)
app.command()(corrections)
app.add_typer(feed_app, name="feed")
