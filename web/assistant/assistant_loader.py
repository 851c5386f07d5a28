"""The assistant as the page sees it: opened in the background, ready some seconds later, or failed with a reason."""

import logging
import threading
from collections.abc import Callable

from corpus import NewsdeskError
from corpus.errors import ArchiveError, SettingsError
from rag import Assistant
from web.assistant.addition_queue import Additions, OpenFetcher
from web.assistant.available_models import LOCAL_SERVERS, Models
from web.assistant.example_questions import Examples

log = logging.getLogger(__name__)


class AssistantLoader:
    """Open the assistant in a thread, so that the page is up before the embedder is loaded."""

    def __init__(
        self,
        open_assistant: Callable[[], Assistant],
        patience_s: float = 20.0,
        servers: tuple[str, ...] = LOCAL_SERVERS,
        fetcher: OpenFetcher | None = None,
        again_s: float = 5.0,
    ) -> None:
        """Remember how to open the assistant; `start` does it.

        Args:
            open_assistant: Makes the assistant; called in a thread, and again where the archive cannot be had yet.
            patience_s: How long a question waits for the index of what the archive held when it was opened, before it is
                answered from the part that is there. It does not wait for what is added later, which may go on for hours.
            servers: Addresses on this machine that are asked for models when a reader wishes so.
            fetcher: Makes what fetches pages and feeds, in place of one for the public internet.
            again_s: Seconds until it is tried again to open an archive that could not be had.
        """
        self._open = open_assistant
        self._servers = servers
        self._fetcher = fetcher
        self.models: Models | None = None
        self.additions: Additions | None = None
        self.examples: Examples | None = None
        self.patience_s = patience_s
        self.trying_again = False
        self._again_s = again_s
        self._settled = threading.Event()
        self._closing = threading.Event()
        self._assistant: Assistant | None = None
        self._opened: Assistant | None = None  # With the model that it was started with.
        self._held = 0  # Articles, when the archive was opened.
        self.problem = ""
        self._thread = threading.Thread(target=self._load, name="open the assistant", daemon=True)

    def start(self) -> "AssistantLoader":
        """Begin to open the assistant, and return at once."""
        self._thread.start()
        return self

    def _load(self) -> None:
        while not self._try_to_open() and not self._closing.wait(self._again_s):
            pass
        if self.models is not None and not self.models.settings.llm:
            self.models.look()  # On this machine only; the first screen offers what is found.

    def _try_to_open(self) -> bool:
        """Open the assistant; return False where the archive cannot be had now, as from a database that does not answer."""
        assistant = None
        try:
            assistant = self._open()
            self._prepare(assistant)
        except NewsdeskError as error:
            self.problem, self.trying_again = str(error), isinstance(error, ArchiveError)
        except Exception:
            # The page stays up whatever happened, and says so; what exactly is for the log, not for the reader.
            log.exception("the assistant could not be opened")
            self.problem = "The archive could not be opened; what the server printed says why."
        else:
            self.problem, self.trying_again = "", False
        if self.trying_again and assistant is not None:
            assistant.close()
        self._settled.set()
        return not self.trying_again

    def _prepare(self, assistant: Assistant) -> None:
        """Make what goes with an assistant; whoever sees it may use all of that."""
        self._held = assistant.progress()[1]
        self.models = Models(assistant.settings, self._servers)
        self.examples = Examples(assistant)
        self.additions = Additions(assistant.archive, assistant.settings, self._fetcher)
        self._opened = assistant
        self.set_model()

    @property
    def assistant(self) -> Assistant | None:
        """Return the assistant, or None while it is being opened or if that failed."""
        return self._assistant

    @property
    def opening(self) -> bool:
        """Return whether it is still being opened."""
        return not self._settled.is_set()

    @property
    def busy(self) -> bool:
        """Return whether the page will have more to show by itself: the archive, a model found here, questions to ask."""
        return self._thread.is_alive() or (self.examples is not None and self.examples.busy)

    def indexing(self, done: int, total: int) -> bool:
        """Return whether of the articles that were there from the beginning not all can be found yet."""
        return done < min(self._held, total)

    def assistant_for_model(self, key: str) -> Assistant | None:
        """Return the assistant with the model that a reader chose, or None while there is no assistant.

        Raises:
            SettingsError: The model is not offered any more, or cannot be made.
        """
        if self._assistant is None or self.models is None:
            return None
        settings = self.models.settings_for(key)
        if settings is None:
            return self._assistant
        return self._assistant.with_writer(self.models.writer(settings) if settings.llm else None)

    def set_model(self) -> None:
        """Let the model that `models` holds write what readers ask without choosing one."""
        if self._opened is None or self.models is None:
            return
        found = self._opened
        try:
            if self.models.own:
                found = found.with_writer(self.models.writer(self.models.settings))
        except SettingsError as error:
            # The page opens all the same, with the model that it was started with.
            log.warning("the model that was set in the page cannot be used: %s", error)
        self._assistant = found

    def wait(self, seconds: float) -> Assistant | None:
        """Return the assistant, waiting for it at most so long."""
        self._settled.wait(seconds)
        return self._assistant

    def close(self) -> None:
        """Wait for the opening to end, and close what was opened."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        if self.additions is not None:
            self.additions.close()
        if self.examples is not None:
            self.examples.close()
        if self._opened is not None:
            self._opened.close()
            self._opened = self._assistant = None
