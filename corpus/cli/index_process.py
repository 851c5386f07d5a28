"""Update the indexes after the archive changed, in a separate process: only that one needs the embedder."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.archive.database import Archive
from corpus.cli.display import to_line
from corpus.command_names import name_command


@dataclass(frozen=True, slots=True)
class Indexing:
    """Hold what became of an attempt to bring the indexes up to date.

    Attributes:
        done: Whether it succeeded.
        record: What the indexing process reported; empty when it failed.
        problem: What went wrong, for the user.
    """

    done: bool
    record: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"done": self.done, **self.record, **({"problem": self.problem} if self.problem else {})}


def run_index(data_dir: Path, *options: str) -> Indexing:
    """Run `python -m rag index` and return what it reports; its progress goes to our stderr."""
    command = [sys.executable, "-m", "rag", "index", "--data", str(data_dir), "--json", *options]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        return Indexing(False, problem=f"the indexing process cannot be started ({error})")
    record = _last_object(done.stdout)
    if done.returncode:
        problem = str(record.get("error") or f"the indexing process ended with exit code {done.returncode}")
        return Indexing(False, record, problem)
    return Indexing(True, record)


def report_indexing(indexing: Indexing, data_dir: Path) -> bool:
    """Report on stderr what is left to do after indexing, if anything; return whether it succeeded."""
    if not indexing.done:
        sys.stderr.write(
            f"The archive is safe, but the indexes are not up to date: {to_line(indexing.problem, 1000)}; "
            f"run `{name_command('rag index')} --data {data_dir}`\n"
        )
    elif indexing.record.get("owner"):
        sys.stderr.write(
            f"The indexes are followed by {to_line(str(indexing.record['owner']))}: searchable within seconds.\n"
        )
    elif count := indexing.record.get("topics"):
        sys.stderr.write(f"New on the topics that are followed: {count}; `{name_command('rag digest')}` tells what.\n")
    return indexing.done


def is_pending(archive: Archive) -> bool:
    """Return whether an article has no chunks under any profile: then an earlier indexing did not come to its end."""
    sql = (
        "SELECT 1 FROM articles LEFT JOIN indexed ON article_key = key AND indexed.version = articles.version "
        "WHERE article_key IS NULL LIMIT 1"
    )
    return archive.connection.execute(sql).fetchone() is not None


def forget_vectors(archive: Archive) -> None:
    """Delete every chunk and vector, of all profiles, so that the next indexing chunks and embeds every article again."""
    with archive.transaction() as connection:
        connection.execute("DELETE FROM chunks")
        connection.execute("DELETE FROM indexed")
        connection.execute("INSERT INTO changes (article_id) SELECT id FROM articles ORDER BY key")


def _last_object(text: str) -> dict[str, Any]:
    """Return the JSON object that a process printed last, or an empty one."""
    start = text.find("{")
    try:
        found = json.loads(text[start:]) if start >= 0 else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
