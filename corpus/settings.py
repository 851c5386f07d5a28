"""The settings of the archive and its readers; `rag.settings.Settings` adds the rest."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROBOTS_HINT = " (NEWSDESK_ROBOTS=false fetches it all the same)"
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
