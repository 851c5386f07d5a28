"""The options that the commands share, and what becomes of them."""

from pathlib import Path
from typing import Annotated

import typer

from corpus.archive.database import Archive
from corpus.archive.engine import open_engine
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.references.reference_formats import ReferenceFormat
from corpus.settings import ArchiveSettings, read_settings
from corpus.text.characters import one_line

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Folder of the archive (else NEWSDESK_DATA_DIR, else ./data); of the indexes alone where NEWSDESK_DATABASE is set.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
NoIndex = Annotated[bool, typer.Option("--no-index", help="Leave the indexes to the next command.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Outlets = Annotated[
    list[str] | None,
    typer.Option(
        "--outlet", parser=one_line, metavar="NAME", help="Only this outlet, as `list` writes it; repeatable."
    ),
]
References = Annotated[
    ReferenceFormat | None,
    typer.Option(
        "--format", help="Print the articles as references for Zotero and the like instead.", show_default=False
    ),
]
Authors = Annotated[
    list[str] | None,
    typer.Option(
        "--author",
        parser=one_line,
        metavar="NAME",
        help="Only articles by this person, however the byline writes the name; repeatable.",
    ),
]
Sections = Annotated[
    list[str] | None,
    typer.Option("--section", parser=one_line, metavar="NAME", help="Only this section of the outlets; repeatable."),
]
InCollections = Annotated[
    list[str] | None,
    typer.Option("--collection", parser=one_line, metavar="NAME", help="Only articles of this collection; repeatable."),
]
Address = Annotated[
    str, typer.Option("--url", parser=one_line, metavar="URL", help="Only the article at this address.")
]
Feed = Annotated[str, typer.Option("--feed", parser=one_line, metavar="URL", help="Only articles from this feed.")]


Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Only articles published on this day (2017-09-07) or later."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Only articles published on this day (2017-09-07) or earlier."),
]


def settings_for(data: Path | None) -> ArchiveSettings:
    """Return the settings, with the folder of the command line if one is given.

    Raises:
        SettingsError: A variable is invalid.
    """
    return read_settings(ArchiveSettings, data)


def open_existing_archive(settings: ArchiveSettings) -> Archive:
    """Open an archive that must be there already.

    Raises:
        ArchiveError: It cannot be opened.
        InputError: There is none in the folder, or the database.
    """
    engine = open_engine(settings.archive_place)
    if engine.exists():
        return Archive(engine)
    if settings.database:
        raise InputError(f"no archive in {engine.name}: make one with `{name_command('corpus add')} PATH`")
    raise InputError(
        f"no archive in {settings.data_dir}: make one with `{name_command('corpus add')} PATH`, or name it by --data"
    )
