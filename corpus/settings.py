"""The settings of the archive and its readers; `rag.settings.Settings` adds the rest."""

from itertools import pairwise
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableError

from corpus.errors import SettingsError

S = TypeVar("S", bound="ArchiveSettings")

ARCHIVE_FILE = "archive.sqlite3"

ROBOTS_HINT = " (set NEWSDESK_ROBOTS=false to fetch it anyway)"
"""Ends the reason where a robots.txt forbids to fetch something."""


class ArchiveSettings(BaseSettings):
    """Read `NEWSDESK_*` variables, `.env` and `newsdesk.toml`, once: an argument wins over a variable, that over `.env`.

    In the TOML file the settings have the names of the fields, as in `llm = "openai:gpt-5-mini"`.
    """

    model_config = SettingsConfigDict(
        env_prefix="NEWSDESK_", env_file=".env", toml_file="newsdesk.toml", extra="ignore", frozen=True
    )

    data_dir: Path = Field(Path("data"), description="Folder that holds the archive and its indexes.")
    database: SecretStr = Field(
        SecretStr(""),
        description="PostgreSQL database that holds the archive, postgresql://user:password@host/name; empty: a file.",
    )
    user_agent: str = Field(
        "Newsdesk/0.1 (news archive reader)", description="How fetches of pages and feeds name themselves."
    )
    robots: bool = Field(True, description="Respect robots.txt when fetching pages.")
    host_delay_s: float = Field(1.0, ge=0, description="Seconds between two fetches from one host.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, what wins first."""
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, file_secret_settings, toml

    @property
    def archive_path(self) -> Path:
        """Return the path of the SQLite file, which is there unless a database is set."""
        return self.data_dir / ARCHIVE_FILE

    @property
    def archive_place(self) -> Path | str:
        """Return where the archive is: the address of the database, or the path of the file."""
        return self.place_of(self.archive_path.name)

    def place_of(self, file: str) -> Path | str:
        """Return where a store is: the address of the database, or else a file of this name in the data folder."""
        return self.database.get_secret_value() or self.data_dir / file


def read_settings(kind: type[S], data: Path | None = None, **given: Any) -> S:
    """Read settings, with the folder of the command line and other values where they are given.

    Raises:
        SettingsError: A setting is invalid, or a file of settings cannot be read.
    """
    try:
        settings = kind(**given) if data is None else kind(data_dir=data, **given)
    except ValidationError as error:  # Its own text repeats what was set, a key perhaps.
        wrong = ", ".join(sorted({f"NEWSDESK_{str(e['loc'][0]).upper()} ({e['msg']})" for e in error.errors()}))
        raise SettingsError(f"invalid settings: {wrong}; correct them") from None
    except (UnreadableError, OSError, ValueError) as error:
        where = "newsdesk.toml" if isinstance(error, TOMLDecodeError) else ".env"
        raise SettingsError(f"{where} cannot be read ({type(error).__name__}); correct it or move it away") from None
    require_folder(settings.data_dir)
    return settings


def is_address(place: str) -> bool:
    """Return whether a text was meant as the address of a database, however it is misspelled.

    As the name of a folder it would be shown and written, with the password that it may hold. A path joins slashes, so
    that one of them is enough.
    """
    scheme, colon, rest = place.strip().partition(":")
    words = place.casefold().replace("=", " = ").split()
    given = {name for name, mark in pairwise(words) if mark == "="}
    return (
        (colon == ":" and scheme.casefold() in {"postgresql", "postgres"})
        or (rest.startswith("/") and len(scheme) > 1 and "/" not in scheme)
        or not given.isdisjoint({"host", "hostaddr", "user", "password", "dbname"})
    )


def require_folder(place: Path) -> None:
    """Raise where an address of a database was given in place of a folder.

    Raises:
        SettingsError: It was; its text is not repeated.
    """
    if is_address(str(place)):
        raise SettingsError("a folder is needed, and an address was given; name a database by NEWSDESK_DATABASE")
