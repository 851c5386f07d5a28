"""Machines that share a database and no folder, each a process of its own: pages, workers, and who adds articles."""

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from corpus.article import Article
from tests.child_processes import start_command
from tests.http_client import open_client
from tests.waiting import PATIENCE_S, wait_until

_PAUSE_S = 0.1  # Between two questions of a crowd, which would keep the machine from all other work.
_STARTS = ("Bar", "Cel", "Dun", "Fol", "Gar", "Hest", "Ilm", "Kest")
_ENDS = ("by", "ford", "ham", "mouth", "ton", "wick")
_TOWNS = [a + b + c for b, c, a in product(("an", "ev", "os", "ul", "ir", "ock"), _ENDS, _STARTS)]


def article(n: int) -> Article:
    """Return an article that alone answers its question."""
    town = _TOWNS[n]
    body = f"The council of {town} has bought {n + 11} trams, the mayor said on Monday. They will run from the harbour."
    return Article(f"trams-{n}", f"New trams for {town}", body, "Town Crier", language="en")


def question(n: int) -> str:
    """Return what that article answers."""
    return f"How many trams has the council of {article(n).title.removeprefix('New trams for ')} bought?"


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold what a page said: the articles that it cited, or why it did not answer."""

    cited: tuple[str, ...] = ()
    problem: str = ""
    reached: bool = True


class Machine:
    """Run a command on a folder of its own; what it prints goes into a file there."""

    def __init__(self, address: str, folder: Path, command: str, *arguments: str) -> None:
        """Describe the machine.

        Args:
            address: The database.
            folder: Its own.
            command: What runs on it, as "module:name",
            arguments: and its arguments.
        """
        self.folder = folder
        self.log = folder / "log"
        self._command = command
        self._arguments = arguments
        self._environment = {"NEWSDESK_DATABASE": address, "NEWSDESK_LLM": ""}
        self._process: ForkServerProcess | None = None

    def start(self, *more: str) -> None:
        """Start the command, with more arguments."""
        self.folder.mkdir(exist_ok=True)
        self.log.write_bytes(b"")
        arguments = [*self._arguments, *more, "--data", str(self.folder / "data")]
        self._process = start_command(self._command, arguments, self.log, self._environment)

    @property
    def runs(self) -> bool:
        """Return whether it has not ended."""
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.join(PATIENCE_S)

    def stop(self) -> int | None:
        """Ask it to end, wait for that, and return its exit code."""
        if self._process is not None:
            self._process.terminate()
        return self.wait()

    def wait(self) -> int | None:
        """Wait until it ends, and return its exit code."""
        if self._process is None:
            return None
        self._process.join(PATIENCE_S)
        return self._process.exitcode

    def read_log(self) -> str:
        """Return what it printed since it was started."""
        return self.log.read_text("utf-8", "replace")


class Page(Machine):
    """Serve the page."""

    def __init__(self, address: str, folder: Path) -> None:
        """Describe a page on a port that the system chooses."""
        super().__init__(address, folder, "app:main", "--port", "0")

    @property
    def url(self) -> str:
        """Return its address once it is served, else ""."""
        _, _, found = self.read_log().partition("Newsdesk is at ")
        return found.partition("\n")[0]

    def await_answers(self) -> None:
        """Wait until it answers questions."""

        def answers() -> bool:
            assert self.runs, self.read_log()
            return bool(self.url) and not self.ask("Who is there?").problem

        wait_until(answers, 0.1)

    def ask(self, text: str) -> Heard:
        """Ask a question, as programs do."""
        if not self.runs or not self.url:
            return Heard(problem="it is not running", reached=False)
        body = {"model": "newsdesk-verbatim", "messages": [{"role": "user", "content": text}]}
        try:
            with open_client(self.url) as client:
                reply = client.post("/v1/chat/completions", json=body)
        except httpx.HTTPError as error:
            return Heard(problem=repr(error), reached=False)
        if reply.status_code != httpx.codes.OK:
            return Heard(problem=f"{reply.status_code} {reply.text}")
        marks = reply.json()["choices"][0]["message"].get("annotations") or ()
        return Heard(tuple(mark["url_citation"]["article_id"] for mark in marks))


class Crowd:
    """Ask one question after another, of one page and then of the next, as behind a balancer: one that is gone is passed over."""

    def __init__(self, pages: Sequence[Page], known: Iterable[int]) -> None:
        """Begin to ask in a thread what articles that can be found answer.

        Args:
            pages: Where.
            known: The numbers of these articles.
        """
        self.answered = self.passed_over = 0
        self.failures: list[str] = []
        self._pages = pages
        self._known = list(known)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def end(self) -> None:
        """Stop asking."""
        self._stop.set()
        self._thread.join(PATIENCE_S)

    def _ask(self) -> None:
        turn = 0
        while not self._stop.is_set():
            n, turn = self._known[turn % len(self._known)], turn + 1
            first, other = self._pages[turn % 2], self._pages[(turn + 1) % 2]
            heard = first.ask(question(n))
            if not heard.reached or "still being opened" in heard.problem:  # A balancer asks the next one.
                self.passed_over += 1
                heard = other.ask(question(n))
            if article(n).id in heard.cited:
                self.answered += 1
            else:
                self.failures.append(f"{question(n)} {heard}")
            self._stop.wait(_PAUSE_S)


def write_articles(file: Path, numbers: Iterable[int]) -> Path:
    """Write articles into a file that `corpus add` takes."""
    file.write_text("".join(json.dumps(article(n).to_record()) + "\n" for n in numbers), "utf-8")
    return file
