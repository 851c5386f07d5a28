"""The models that a reader may choose from: the one that is set, none, and those of servers on this machine."""

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from corpus.errors import SettingsError
from rag.settings import Settings
from web.assistant.model_file import (
    FILE,
    OwnModel,
    read_own_model,
    remove_own_model,
    try_model,
    write_own_model,
)

if TYPE_CHECKING:
    from rag.llm.writer import Writer

log = logging.getLogger(__name__)

LOCAL_SERVERS = ("http://127.0.0.1:11434/v1", "http://127.0.0.1:8080/v1", "http://127.0.0.1:1234/v1")
"""Where Ollama, llama.cpp's server and LM Studio answer OpenAI's protocol by default."""

NONE = "none"
"""The key of the choice to have no model: answers of verbatim sentences."""

NO_MODEL = "No model, verbatim answers"

_TIMEOUT = httpx.Timeout(1.5, connect=0.5)
_MOST_BYTES = 1_000_000
_MOST_MODELS = 50
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold a model that can be chosen.

    Attributes:
        key: How the page names it; "" for what is set.
        label: What the reader sees.
        llm: The model as "provider:name", or "".
        address: The server's, where it is another than the one that is set.
    """

    key: str
    label: str
    llm: str = ""
    address: str = ""


class Models:
    """Find models and make the settings with which one writes; safe to use from several threads."""

    def __init__(self, settings: Settings, servers: tuple[str, ...] = LOCAL_SERVERS) -> None:
        """Offer what the settings name, or the model that was set in the page; `servers` are asked only by `look`."""
        self.started_with = settings
        self.servers = servers
        self._file = settings.data_dir / FILE
        self.own = self._read_own()
        self.settings = self.own.apply(settings) if self.own else settings
        self._found: tuple[Choice, ...] = ()
        self._writers: dict[tuple[str, str, str], Writer] = {}
        self._lock = threading.Lock()

    @property
    def choices(self) -> list[Choice]:
        """Return what can be chosen, what is set first."""
        if not self.settings.llm:
            return [Choice("", NO_MODEL), *self._found]
        return [Choice("", self.settings.llm, self.settings.llm), Choice(NONE, NO_MODEL), *self._found]

    @property
    def offer(self) -> Choice | None:
        """Return a model of this machine that could write where none is set, as far as `look` found one."""
        # Servers list models for embeddings too, which cannot write.
        usable = (choice for choice in self._found if "embed" not in choice.label.casefold())
        return None if self.settings.llm else next(usable, None)

    def use(self, model: OwnModel) -> float:
        """Try a model, and let it write from now on, after a restart too; return the seconds that it took to reply.

        Raises:
            SettingsError: It does not reply, or the file cannot be written; then everything stays as it was.
        """
        settings = model.apply(self.started_with)
        took = try_model(settings)
        write_own_model(self._file, model)
        self.own, self.settings = model, settings
        return took

    def forget(self) -> None:
        """Go back to the model that the page was started with.

        Raises:
            SettingsError: The file cannot be removed.
        """
        remove_own_model(self._file)
        self.own, self.settings = None, self.started_with

    def _read_own(self) -> OwnModel | None:
        try:
            return read_own_model(self._file)
        except SettingsError as error:
            log.warning("%s", error)
            return None

    def look(self) -> int:
        """Ask the servers for their models, each for at most two seconds; return how many models there are.

        Only the address that is set and ports of this machine are asked, and only the first is sent the key.
        """
        own = self.settings.llm_base_url.rstrip("/")
        key = self.settings.llm_api_key.get_secret_value()
        found = _list_models(own, key) if own else []
        choices = [Choice(f"{own} {name}", name, f"openai:{name}", own) for name in found]
        for server in self.servers:
            if server != own:
                choices += [Choice(f"{server} {n}", n, f"openai:{n}", server) for n in _list_models(server, "")]
        with self._lock:
            self._found = tuple(
                choice for choice in choices if choice.llm != self.settings.llm or choice.address != own
            )
        return len(choices)

    def settings_for(self, key: str) -> Settings | None:
        """Return the settings for a choice, or None for what is set.

        Raises:
            SettingsError: There is no such choice, or no longer.
        """
        choice = next((choice for choice in self.choices if choice.key == key), None)
        if choice is None:
            raise SettingsError("This model is not offered any more; choose another one below the question")
        if not key:
            return None
        own = choice.address == self.settings.llm_base_url.rstrip("/")
        changes: dict[str, Any] = {"llm": choice.llm}
        # The key and the prices in the settings belong to the server and the model that are set there.
        if choice.llm and not own:
            changes |= {"llm_base_url": choice.address, "llm_api_key": SecretStr("")}
        if choice.llm:
            changes |= {"llm_input_price": 0.0, "llm_output_price": 0.0}
        return self.settings.model_copy(update=changes)

    def writer(self, settings: Settings) -> "Writer":
        """Return what writes with settings of `settings_for`, the same one each time, as it remembers what failed.

        Raises:
            SettingsError: The model cannot be made.
        """
        from rag.llm.writer import Writer

        with self._lock:
            name = (settings.llm, settings.llm_base_url, settings.llm_api_key.get_secret_value())
            if name not in self._writers:
                self._writers[name] = Writer.from_settings(settings)
            return self._writers[name]


def _list_models(address: str, key: str) -> list[str]:
    """Return the names of a server's models; none where nobody answers as OpenAI's protocol wants."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        with (
            # No redirect and no proxy, which would be shown the key.
            httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", f"{address}/models", headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                return []
            body = b""
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    return []
            record = httpx.Response(200, content=body).json()
        names = [str(model["id"]) for model in record["data"]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if name.isprintable() and 0 < len(name) <= _LONGEST_NAME][:_MOST_MODELS]
