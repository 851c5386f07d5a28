"""The options that the commands share, and what becomes of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from corpus.archive import Archive
from corpus.errors import InputError
from corpus.settings import ArchiveSettings

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the archive (else NEWSDESK_DATA_DIR, else ./data).", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Outlets = Annotated[
    list[str] | None, typer.Option("--outlet", help="Only this outlet, as `list` writes it; repeatable.")
]
Address = Annotated[str, typer.Option("--url", help="Only the article at this address.")]
Feed = Annotated[str, typer.Option("--feed", help="Only what this feed brought.")]


def instant(text: str) -> datetime:
    """Read a date or an instant of the command line; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2024-05-31 or 2024-05-31T18:00") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="DATE", parser=instant, help="Published on or after this day; undated ones fail."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="DATE", parser=instant, help="Published before this day; undated ones fail."),
]


def settings_for(data: Path | None) -> ArchiveSettings:
    """Return the settings, with the folder of the command line if one is given."""
    return ArchiveSettings(data_dir=data) if data is not None else ArchiveSettings()


def existing_archive(settings: ArchiveSettings) -> Archive:
    """Open an archive that must be there already.

    Raises:
        InputError: There is none in the folder.
    """
    if not settings.archive_path.is_file():
        raise InputError(
            f"no archive in {settings.data_dir}: make one with `python -m corpus add PATH`, or name it by --data"
        )
    return Archive(settings.archive_path)
