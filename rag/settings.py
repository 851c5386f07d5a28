"""Every setting, read once from `NEWSDESK_*` variables and `.env`; nothing else reads the environment."""

import tempfile
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

import corpus.settings
from corpus.settings import ArchiveSettings

DenseKind = Literal["chroma", "postgres"]
"""Where vectors are searched: in an index of Chroma on each machine, or in the database by its extension pgvector."""


class Settings(ArchiveSettings):
    """Add to the settings of the archive those of retrieval and answers."""

    embedder: str = Field("all-MiniLM-L6-v2", description="The embedder that ships, or a sentence-transformers folder.")
    dense: DenseKind = Field(
        "chroma", description='Where vectors are searched: "chroma" on this machine, or "postgres" in the database.'
    )
    reranker: str = Field("", description="A sentence-transformers folder of a cross-encoder that reorders, or none.")
    llm: str = Field(
        "", description='The chat model as "provider:name", for instance "openai:gpt-5-mini"; empty: none.'
    )
    llm_base_url: str = Field(
        "", description="Address of an OpenAI-compatible server, for instance http://localhost:8080/v1."
    )
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key for the model; else the provider's own variable.")
    llm_max_tokens: int = Field(800, ge=16, description="The longest answer, in tokens.")
    llm_input_price: float = Field(0.0, ge=0, description="Dollars for a million tokens sent to the model; 0: unknown.")
    llm_output_price: float = Field(0.0, ge=0, description="Dollars for a million tokens that it writes.")
    llm_connect_s: float = Field(5.0, gt=0, description="Seconds to wait for a connection to the model.")
    llm_first_token_s: float = Field(30.0, gt=0, description="Seconds to wait for the first token.")
    llm_token_s: float = Field(20.0, gt=0, description="Seconds to wait between two tokens.")
    llm_total_s: float = Field(120.0, gt=0, description="Seconds for the whole answer.")
    llm_tries: int = Field(3, ge=1, le=5, description="Tries where the model is busy or cannot be reached.")
    plan: bool = Field(True, description="Let the model plan the searches, in one short request before the answer.")
    plan_s: float = Field(2.0, gt=0, description="Seconds to wait for a plan; then the rules decide what is searched.")
    look_again: bool = Field(True, description="Search once more for what the model says is missing.")
    verifier: str = Field(
        "",
        description='The model that reads each claim again, as "provider:name"; empty: the chat model; "none": none.',
    )
    mend: bool = Field(True, description="Let the model mend, once, the claims of an answer that fail the check.")
    evidence_tokens: int = Field(
        6000, ge=200, description="The most tokens of passages that go to the model, counted as word pieces."
    )
    smtp_host: str = Field("", description="Mail server that sends digests; empty: none.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: 587 for starttls, 465 for tls.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description='"starttls", "tls", or "none" for a server on this machine.'
    )
    smtp_user: str = Field("", description="Name to sign in with there; empty: no sign-in.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password for it.")
    smtp_from: str = Field("", description="Address that digests come from; the name to sign in with by default.")
    smtp_ca: str = Field("", description="File of the certificates to trust there, in place of the system's.")
    passages: int = Field(12, ge=1, le=50, description="The most passages that an answer without a model is made from.")


def read_settings(data: Path | None = None, **given: Any) -> Settings:
    """Read the settings, with the folder of the command line if one is given.

    Raises:
        SettingsError: A variable has an invalid value.
    """
    return corpus.settings.read_settings(Settings, data, **given)


def read_local_settings(folder: Path, **given: Any) -> Settings:
    """Read the settings for an archive and indexes in a folder, even where a database is set, as a measurement needs.

    Raises:
        SettingsError: A variable has an invalid value.
    """
    return read_settings(folder, database="", dense="chroma", **given)


class _TiktokenCache(BaseSettings):
    """Read what tiktoken reads, which knows nothing of a `.env` file."""

    model_config = SettingsConfigDict(env_file=None)

    folder: str | None = Field(None, validation_alias=AliasChoices("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"))


def tiktoken_folder() -> Path | None:
    """Return the folder in which tiktoken looks for its encodings, by its own rule; None where it keeps none."""
    folder = _TiktokenCache().folder
    if folder is None:
        return Path(tempfile.gettempdir()) / "data-gym-cache"
    return Path(folder) if folder else None
