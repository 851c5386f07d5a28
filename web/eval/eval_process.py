"""A run of the evaluation beside the page: one at a time, in a process of its own that yields to the page."""

import atexit
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus.errors import InputError, NewsdeskError

SAMPLE = 20
"""Questions of a short run."""

_ROOT = Path(__file__).parents[2]
# The page's own package, whatever folder the page was started in, at a lower priority.
_COMMAND = f"import os, sys; os.nice(10); sys.path.insert(0, {str(_ROOT)!r}); from eval.__main__ import main; main()"
_MOST_LINES = 12  # Of what the process wrote, for the reader.
_FOLDER_LINES = ("Run ", "Going on with ")
_MOST_BYTES = 1_000_000
_STOP_S = 10


class EvalRunError(NewsdeskError):
    """Report that a run cannot be started."""


Stage = Literal["running", "stopped", "failed", "done"]


@dataclass(frozen=True, slots=True)
class OfferedSet:
    """Hold a question set that can be asked: its name, its size, and the archive that it is about, None for its own articles."""

    name: str
    path: Path
    questions: int
    data: Path | None = None

    @property
    def key(self) -> str:
        """Return what the page calls it, which tells nothing of the disk."""
        return f"{'own' if self.data else 'shipped'} {self.name}"


@dataclass(frozen=True, slots=True)
class EvalProgress:
    """Hold how far the last run is.

    Attributes:
        set_name: What is asked.
        stage: "running", "stopped", "failed" or "done".
        done: Questions asked.
        total: Questions to ask, 0 while that is not known.
        lines: The last lines that it wrote: problems of the set, or why it failed.
    """

    set_name: str
    stage: Stage
    done: int = 0
    total: int = 0
    lines: Sequence[str] = ()


def find_offered_sets(data: Path | None) -> list[OfferedSet]:
    """Return the sets that ship, and those in the folder `sets` of a data folder, which are about its archive."""
    from eval.set_catalogue import SHIPPED, find_sets

    own = data / "sets" if data else None
    folders = [(SHIPPED, None), *([(own, data)] if own and own.is_dir() else [])]
    return [
        OfferedSet(found.name, found.path, len(found.questions), archive)
        for folder, archive in folders
        for found in find_sets([folder])
        if not isinstance(found, InputError) and found.questions
    ]


class EvalProcess:
    """Start, watch and stop runs; safe to use from several threads."""

    def __init__(self, runs: Path) -> None:
        """Write the runs to a folder."""
        self._runs = runs
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = runs / ".last-run.log"
        self._set_name = ""
        self._stopped = False

    def start(self, chosen: OfferedSet, sample: bool, llm: str) -> None:
        """Start a run.

        Args:
            chosen: What to ask.
            sample: Ask a few questions only, drawn at random.
            llm: The model that answers, as "provider:name", or "".

        Raises:
            EvalRunError: One is running.
        """
        command = ["run", str(chosen.path.resolve()), "--out", str(self._runs.resolve()), "--no-baselines"]
        command += ["--llm", llm, *(["--sample", str(SAMPLE)] if sample else [])]
        command += ["--data", str(chosen.data.resolve()), "--beside"] if chosen.data else []
        with self._lock:
            if self._running():
                raise EvalRunError("A run is under way already; wait for it, or stop it.")
            self._set_name, self._stopped = chosen.name, False
            self._process = self._open(command)
            # The run must not outlive the page.
            atexit.register(self._process.terminate)

    def stop(self) -> None:
        """Stop the run; what it asked is kept, and the same run started again goes on from there."""
        with self._lock:
            process = self._process if self._running() else None
            self._stopped = self._stopped or process is not None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def look(self) -> EvalProgress | None:
        """Return how far the last run is, or None before the first."""
        with self._lock:
            if self._process is None:
                return None
            code = self._process.poll()
            if code is not None:
                atexit.unregister(self._process.terminate)
            lines = self._read_log()
        stage: Stage = "running" if code is None else "stopped" if self._stopped else "failed" if code else "done"
        done, total = _count_questions(lines)
        told = [line for line in lines if line.strip() and not line.startswith(_FOLDER_LINES)]
        return EvalProgress(self._set_name, stage, done, total, tuple(told[-_MOST_LINES:]))

    def _open(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        try:
            self._runs.mkdir(parents=True, exist_ok=True)
            with self._log.open("wb") as log:
                return subprocess.Popen(
                    [sys.executable, "-c", _COMMAND, *command],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    process_group=0,  # An interruption of the page reaches the page alone, which then ends this.
                )
        except OSError as error:
            raise EvalRunError(f"The run cannot be started ({error}); look at {self._runs}.") from error

    def _running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _read_log(self) -> list[str]:
        try:
            with self._log.open("rb") as log:
                return log.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
        except OSError:
            return []


def _count_questions(lines: Sequence[str]) -> tuple[int, int]:
    """Return how many questions the run that a log names has asked, and how many there are."""
    from eval.runs.run_folder import MAIN, open_run

    named = [line.removeprefix(start) for line in lines for start in _FOLDER_LINES if line.startswith(start)]
    try:
        run = open_run(Path(named[0])) if named else None
    except NewsdeskError:
        run = None
    return (run.count_asked(MAIN), len(run.manifest.questions)) if run else (0, 0)
