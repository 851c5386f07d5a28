"""The model that who runs the page alone has set in it, in a file beside the archive that only he may read."""

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from corpus.errors import NewsdeskError, SettingsError
from rag.llm.chat_model import chat_model, explain_error
from rag.settings import Settings

FILE = "model.json"

_MOST = 2_000  # Characters of a name, an address or a key.


class OwnModel(BaseModel):
    """Hold which model writes the answers.

    Attributes:
        llm: The model as "provider:name".
        address: The server's, or "" for the provider's own.
        key: What the server wants to be shown, or "".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    llm: str
    address: str = ""
    key: SecretStr = SecretStr("")

    @classmethod
    def make(cls, llm: str, address: str, key: str) -> "OwnModel":
        """Return what somebody typed; a name without a provider is one of OpenAI's protocol.

        Raises:
            SettingsError: The name is missing, or something is no address or too long.
        """
        llm, address, key = llm.strip(), address.strip().rstrip("/"), key.strip()
        if not llm:
            raise SettingsError("Name the model, for instance gpt-5-mini or anthropic:claude-haiku-4-5")
        if any(len(text) > _MOST or not text.isprintable() for text in (llm, address, key)):
            raise SettingsError("A name, address or key holds at most 2,000 characters, all of them visible")
        if address and not address.startswith(("http://", "https://")):
            raise SettingsError("Write the address like http://localhost:8080/v1, or leave it empty")
        if (
            "@" in address.partition("//")[2].partition("/")[0]
        ):  # Every reader is shown the address of what may be chosen.
            raise SettingsError("Leave the name and the password out of the address; a key has a field of its own")
        # A server with an address speaks OpenAI's protocol, and its names of models may hold a colon: "llama3:8b".
        return cls(
            llm=llm if ":" in llm and not address else f"openai:{llm.removeprefix('openai:')}", address=address, key=key
        )

    def apply(self, settings: Settings) -> Settings:
        """Return settings in which this model takes the place of the one that is set."""
        own = {"llm": self.llm, "llm_base_url": self.address, "llm_api_key": self.key}
        return settings.model_copy(update={**own, "llm_input_price": 0.0, "llm_output_price": 0.0})


def read_own_model(path: Path) -> OwnModel | None:
    """Return the model that was set, or None where none was.

    Raises:
        SettingsError: The file cannot be read, or holds something else.
    """
    try:
        return OwnModel.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise SettingsError(f"{path}: cannot be read ({type(error).__name__}); remove it") from None


def write_own_model(path: Path, model: OwnModel) -> None:
    """Keep a model, readable by this user only.

    Raises:
        SettingsError: The file cannot be written.
    """
    record = {"llm": model.llm, "address": model.address, "key": model.key.get_secret_value()}
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # Made for this user only.
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(record, file)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written ({error.strerror}); the model was not kept") from None


def remove_own_model(path: Path) -> None:
    """Forget the model.

    Raises:
        SettingsError: The file cannot be removed.
    """
    try:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be removed ({error.strerror})") from None


def try_model(settings: Settings) -> float:
    """Ask a model for one word; return the seconds that it took.

    Raises:
        SettingsError: It cannot be made, or does not reply.
    """
    model = chat_model(settings)
    began = time.monotonic()
    try:
        model.invoke("Reply with the one word: ready")
    except NewsdeskError:
        raise
    except Exception as error:  # Each client has errors of its own.
        raise SettingsError(f"It was tried and is not used: {explain_error(error, settings.llm)}") from None
    return time.monotonic() - began
