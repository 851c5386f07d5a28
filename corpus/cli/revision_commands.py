"""The commands `python -m corpus diff` and `python -m corpus corrections`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from corpus.archive.database import Archive
from corpus.archive.revisions import Revision, list_revisions
from corpus.article import Article
from corpus.cli.display import build_table, console, print_json, strip_controls, to_line
from corpus.cli.options import AsJson, Data, Until, open_existing_archive, settings_for
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.text.characters import one_line
from corpus.text.days import format_day, parse_period
from corpus.text.word_diff import DiffPiece, diff_words

_WEEK = timedelta(days=7)
_MARKS = {"removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green")}


def diff(
    article_id: Annotated[str, typer.Argument(metavar="ID", parser=one_line, help="The id, as `list` writes it.")],
    earlier: Annotated[
        int | None, typer.Option("--from", min=1, help="The earlier version; the one before by default.")
    ] = None,
    later: Annotated[int | None, typer.Option("--to", min=1, help="The later version; the newest by default.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two versions of an article, word by word, with the correction notice."""
    with open_existing_archive(settings_for(data)) as archive:
        before, after = _choose_versions(archive, article_id, earlier, later)
    headline, body = diff_words(before.title, after.title), diff_words(before.body, after.body)
    if as_json:
        record: dict[str, Any] = {"id": after.id, "from": before.version, "to": after.version, "notice": after.notice}
        print_json(record | {"title": _to_records(headline), "body": _to_records(body)})
        return
    err = console(stderr=True)
    err.print(f"{to_line(after.id)}: version {before.version} ({_day(before)}) to {after.version} ({_day(after)})")
    if after.notice:
        console().print(Text.assemble("Correction notice: ", strip_controls(after.notice), "\n"))
    console().print(_format_diff(headline), Text(), _format_diff(body), sep="\n")


def corrections(
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Changed on this day or later; a week ago by default.")
    ] = None,
    until: Until = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the articles whose words changed, those with a correction notice first; `diff ID` shows what changed."""
    start, end = parse_period(since, until)
    start = start or datetime.now(UTC) - _WEEK
    with open_existing_archive(settings_for(data)) as archive:
        found = list_revisions(archive, start, end)
    if as_json:
        print_json([_to_record(one) for one in found])
        return
    grid = build_table("changed", "outlet", "headline", "id", "#version", "notice")
    for one in found:
        cells = (format_day(one.at, "iso"), one.shown.source, one.shown.title, one.shown.id, str(one.shown.version))
        grid.add_row(*map(strip_controls, cells), strip_controls(to_line(one.new_notice, 120)))
    console().print(grid)
    console(stderr=True).print(f"{len(found):,} changed since {format_day(start)}")


def _choose_versions(
    archive: Archive, article_id: str, earlier: int | None, later: int | None
) -> tuple[Article, Article]:
    versions = {article.version: article for article in archive.versions(article_id, edited=False)}
    if not versions:
        raise InputError(f"no article {article_id!r}; find its id with `{name_command('corpus list WORDS')}`")
    if len(versions) == 1:
        raise InputError(
            f"{article_id!r} has one version only; `{name_command('corpus corrections')}` lists what changed"
        )
    later = later or max(versions)
    earlier = earlier or max((n for n in versions if n < later), default=min(versions))
    if missing := {earlier, later} - versions.keys():
        raise InputError(f"no version {min(missing)} of {article_id!r}; there are {', '.join(map(str, versions))}")
    return versions[earlier], versions[later]


def _day(article: Article) -> str:
    return format_day(article.updated_at or article.published_at, "iso")


def _format_diff(pieces: Sequence[DiffPiece]) -> Text:
    """Return a diff for a terminal: marks tell what changed where there are no colours."""
    found = Text()
    for piece in pieces:
        before, behind, style = _MARKS.get(piece.side, ("", "", ""))
        found.append(f"{before}{strip_controls(piece.text).plain}{behind}", style or None)
    return found


def _to_records(pieces: Sequence[DiffPiece]) -> list[dict[str, str]]:
    return [{"side": piece.side, "text": piece.text} for piece in pieces]


def _to_record(one: Revision) -> dict[str, Any]:
    return {
        "id": one.shown.id,
        "version": one.shown.version,
        "title": one.shown.title,
        "outlet": one.shown.source,
        "at": one.at.isoformat() if one.at else None,
        "notice": one.new_notice,
    }
