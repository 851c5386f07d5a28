"""The command `python -m corpus correct`."""

from typing import Annotated

import typer

from corpus.archive.article_editing import edit_article, undo_edits
from corpus.archive.edits import EditedField, list_edits
from corpus.cli.display import console, format_edits, print_json, strip_controls
from corpus.cli.index_process import report_indexing, run_index
from corpus.cli.options import AsJson, Data, NoIndex, open_existing_archive, settings_for
from corpus.text.characters import one_line


def correct(
    article_id: Annotated[str, typer.Argument(metavar="ID", parser=one_line, help="The id, as `list` writes it.")],
    title: Annotated[str | None, typer.Option(help="The right headline.", show_default=False)] = None,
    outlet: Annotated[str | None, typer.Option(help='The right outlet; "" for unknown.', show_default=False)] = None,
    author: Annotated[str | None, typer.Option(help='The right byline; "" for none.', show_default=False)] = None,
    date: Annotated[
        str | None,
        typer.Option(help='2017-09-01, or 2017-09-01 18:00+02:00; "" for unknown.', show_default=False),
    ] = None,
    section: Annotated[str | None, typer.Option(help='The right section; "" for none.', show_default=False)] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Show what the source wrote again.")] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who corrects it.", show_default=False)] = "",
    no_index: NoIndex = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Correct headline, outlet, byline, date or section of an article; what the source wrote is kept."""
    typed: dict[EditedField, str | None] = {
        "title": title,
        "source": outlet,
        "author": author,
        "published_at": date,
        "category": section,
    }
    texts = {name: text for name, text in typed.items() if text is not None}
    if undo == bool(texts):
        raise typer.BadParameter("name what to correct (--title, --outlet, --author, --date, --section), or --undo")
    settings = settings_for(data)
    with open_existing_archive(settings) as archive:
        article = undo_edits(archive, article_id) if undo else edit_article(archive, article_id, texts, by)
        edits = list_edits(archive.connection, article.id)
    indexing = None if no_index else run_index(settings.data_dir)
    if as_json:
        record = {name: value for name, value in article.to_record().items() if name != "body"}
        index = indexing.to_record() if indexing else None
        print_json(record | {"edits": [edit.to_record() for edit in edits], "index": index})
    else:
        told = format_edits(edits) or "As the source wrote it."
        console().print(strip_controls(f"{article.title}\n{told}"))
    raise typer.Exit(0 if indexing is None or report_indexing(indexing, settings.data_dir) else 1)
