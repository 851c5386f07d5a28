"""The settings of the archive and its readers; `rag.settings.Settings` adds the rest."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableError

from corpus.errors import SettingsError

S = TypeVar("S", bound="ArchiveSettings")

ROBOTS_HINT = " (set NEWSDESK_ROBOTS=false to fetch it anyway)"
"""Ends the reason where a robots.txt forbids to fetch something."""


class ArchiveSettings(BaseSettings):
    """Read `NEWSDESK_*` variables and `.env`, once; an argument wins over a variable, a variable over `.env`."""

    model_config = SettingsConfigDict(env_prefix="NEWSDESK_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder that holds the archive and its indexes.")
    user_agent: str = Field(
        "Newsdesk/0.1 (news archive reader)", description="How fetches of pages and feeds name themselves."
    )
    robots: bool = Field(True, description="Respect robots.txt when fetching pages.")
    host_delay_s: float = Field(1.0, ge=0, description="Seconds between two fetches from one host.")

    @property
    def archive_path(self) -> Path:
        """Return the path of the SQLite file."""
        return self.data_dir / "archive.sqlite3"


def read_settings(kind: type[S], data: Path | None = None, **given: Any) -> S:
    """Read settings, with the folder of the command line and other values where they are given.

    Raises:
        SettingsError: A variable is invalid, or `.env` cannot be read.
    """
    try:
        return kind(**given) if data is None else kind(data_dir=data, **given)
    except ValidationError as error:  # Its own text repeats what was set, a key perhaps.
        wrong = ", ".join(sorted({f"NEWSDESK_{str(e['loc'][0]).upper()} ({e['msg']})" for e in error.errors()}))
        raise SettingsError(f"invalid settings: {wrong}; correct them") from None
    except (UnreadableError, OSError, ValueError) as error:
        raise SettingsError(f".env cannot be read ({type(error).__name__}); correct it or move it away") from None
