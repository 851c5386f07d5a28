"""Run folders: what was asked, with what, and one JSON line a question; written so that a killed run can continue.

```
NAME/run.json           settings, versions, fingerprints, the ids of the questions
NAME/outcomes.jsonl     one line a question with everything that happened
NAME/baselines/X.jsonl  the same for each baseline
NAME/summary.json       the figures, once the run is complete
```
"""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus.command_names import name_command
from corpus.errors import InputError
from eval.question_result import Outcome, outcome_from_record
from eval.runs.run_summary import RunSummary, summary_from_record

MAIN = "newsdesk"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold what a run was made with.

    Attributes:
        set_name: Name of the question set.
        set_path: Where it was read.
        questions: Ids of the questions asked, in order.
        question_fingerprint: Of these questions.
        data_fingerprint: Of the articles.
        only: "retrieval", "answers" or "".
        llm: The model that answered, or "none".
        settings: Every setting of the assistant; secrets are left out.
        versions: Of Newsdesk, Python and the libraries that decide a result.
        created_at: ISO 8601, UTC.
        note: A remark by hand.
        problems: What of the set could not be read or is held by no article, in words.
    """

    set_name: str
    set_path: str
    questions: tuple[str, ...]
    question_fingerprint: str
    data_fingerprint: str
    only: str = ""
    llm: str = "none"
    settings: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    created_at: str = ""
    note: str = ""
    problems: tuple[str, ...] = ()

    def continues(self, other: "Manifest") -> bool:
        """Return whether an interrupted run may continue as `other`: everything but time, path and remarks is equal."""
        # Equal settings on equal questions and articles; the path may be written in two ways.
        ignored = {"created_at": "", "note": "", "set_path": "", "problems": ()}
        mine, theirs = ({**asdict(m), **ignored} for m in (self, other))
        return bool(mine == theirs)


class RunFolder:
    """Read and write one run."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Describe the run at `path`; use `create` or `open_run` to get one."""
        self.path = path
        self.manifest = manifest
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Return the folder's name."""
        return self.path.name

    @property
    def complete(self) -> bool:
        """Return whether the figures have been written."""
        return (self.path / "summary.json").is_file()

    @property
    def systems(self) -> list[str]:
        """Return the systems with outcomes: Newsdesk first, then the baselines by name."""
        baselines = sorted(file.stem for file in (self.path / "baselines").glob("*.jsonl"))
        return ([MAIN] if self._file(MAIN).is_file() else []) + baselines

    def append(self, outcome: Outcome, system: str = MAIN) -> None:
        """Write one outcome as a line; safe from several threads."""
        line = json.dumps(outcome.to_record(), ensure_ascii=False) + "\n"
        file = self._file(system)
        file.parent.mkdir(exist_ok=True)
        # Questions and articles may hold half of a surrogate pair, and the record must hold what was asked.
        with self._lock, file.open("a", encoding="utf-8", errors="surrogatepass") as lines:
            lines.write(line)

    def outcomes(self, system: str = MAIN) -> list[Outcome]:
        """Return the outcomes in the order of the questions; the last line of a question counts.

        A line that was cut off by a kill is skipped.
        """
        found = {outcome.question.id: outcome for outcome in self._lines(system)}
        return [found[key] for key in self.manifest.questions if key in found]

    def count_asked(self, system: str = MAIN) -> int:
        """Return how many outcomes are written down, without reading them."""
        file = self._file(system)
        return file.read_bytes().count(b"\n") if file.is_file() else 0

    def resume(self, system: str = MAIN) -> set[str]:
        """Cut a torn last line off, and return the ids that need not be asked again: those without an error."""
        file = self._file(system)
        if not file.is_file():
            return set()
        whole = file.read_bytes()
        if whole and not whole.endswith(b"\n"):
            file.write_bytes(whole[: whole.rfind(b"\n") + 1])
        # An error may have been the model's or the network's, so such questions are asked again.
        return {outcome.question.id for outcome in self.outcomes(system) if not outcome.error}

    def write_summaries(self, summaries: Mapping[str, RunSummary]) -> None:
        """Write the figures of each system, which makes the run complete."""
        record = {system: summary.to_record() for system, summary in summaries.items()}
        _write_json(self.path / "summary.json", record)

    def summaries(self) -> dict[str, RunSummary]:
        """Return the figures of each system; empty while the run is not complete."""
        if not self.complete:
            return {}
        record = json.loads((self.path / "summary.json").read_text("utf-8"))
        return {system: summary_from_record(figures) for system, figures in record.items()}

    def _file(self, system: str) -> Path:
        return self.path / "outcomes.jsonl" if system == MAIN else self.path / "baselines" / f"{system}.jsonl"

    def _lines(self, system: str) -> Iterator[Outcome]:
        if not self._file(system).is_file():
            return
        with self._file(system).open(encoding="utf-8", errors="surrogatepass") as lines:
            for line in lines:
                # Another process may be in the middle of appending the last line.
                if line.endswith("\n"):
                    yield outcome_from_record(json.loads(line))


def create(path: Path, manifest: Manifest) -> RunFolder:
    """Make a run folder.

    Raises:
        InputError: A run is there already.
    """
    if (path / "run.json").exists():
        raise InputError(f"{path} is a run already. Give another --name, or remove it.")
    path.mkdir(parents=True, exist_ok=True)
    _write_json(path / "run.json", asdict(manifest))
    return RunFolder(path, manifest)


def open_run(path: Path) -> RunFolder:
    """Return the run at `path`.

    Raises:
        InputError: There is none, or it cannot be read.
    """
    try:
        record = json.loads((path / "run.json").read_text("utf-8"))
        lists = {"questions": tuple(record["questions"]), "problems": tuple(record.get("problems", ()))}
        return RunFolder(path, Manifest(**{**record, **lists}))
    except OSError:
        raise InputError(f"{path} is no run. Make one: {name_command('eval run')} SET") from None
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path / 'run.json'} cannot be read ({error}). Run it again.") from None


def list_runs(out: Path) -> list[RunFolder]:
    """Return the runs of a folder, newest first; other folders are skipped."""
    found = []
    for file in out.glob("*/run.json"):
        try:
            found.append(open_run(file.parent))
        except InputError:
            continue
    return sorted(found, key=lambda run: (run.manifest.created_at, run.name), reverse=True)


def _write_json(path: Path, value: object) -> None:
    """Write a file whole or not at all."""
    # A kill while writing must leave the old file or the new one, never half of one.
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(value, indent=1, ensure_ascii=False), "utf-8", errors="replace")
    fresh.replace(path)
