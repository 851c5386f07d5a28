"""What the tests kill and starve: a process that adds, removes, indexes and rebuilds, and notes each step around it."""

import sys
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.errors import NewsdeskError
from corpus.ingestion.ingest import ingest
from rag.index.indexes import Indexes
from rag.index.owned_indexes import OwnedIndexes
from rag.text.terms import list_query_terms
from tests.child_processes import start_child
from tests.disks import fill
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import WordEmbedder

PER_ROUND = 10
"""Articles that a round adds, or changes; those of a round before are removed."""

_ROUNDS = 12  # After so many the first articles come again, with another text.
STEPS = ("add", "index", "remove", "rebuild")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the work: what it does, in which round."""

    name: str
    round: int

    @property
    def articles(self) -> list[Article]:
        """Return the articles that it touches, as they are after an `add`."""
        if self.name == "add":
            return [article(n, self.round // _ROUNDS) for n in batch(self.round)]
        return [article(n, 0) for n in batch(self.round) if n % 5 == 0] if self.name == "remove" else []


def batch(number: int) -> range:
    """Return the numbers of the articles of a round."""
    start = number % _ROUNDS * PER_ROUND
    return range(start, start + PER_ROUND)


def article(n: int, edition: int) -> Article:
    """Return an article as a round writes it."""
    found = numbered(n)
    return replace(found, body=f"{found.body} Edition {edition} spoke about edition{edition}x{n}.")


def read_log(file: Path) -> tuple[list[Step], Step | None]:
    """Return the steps that were reported done, and the one that was begun and not reported."""
    done: list[Step] = []
    begun: Step | None = None
    for line in file.read_text().splitlines(keepends=True) if file.exists() else ():
        if line.endswith("\n"):
            mark, name, number = line.split()
            step = Step(name, int(number))
            if mark == "begin":
                begun = step
            else:
                done.append(step)
                begun = None
    return done, begun


def expected(done: list[Step]) -> dict[str, str]:
    """Return the body of each article that must be there after some steps, by id."""
    found: dict[str, str] = {}
    for step in done:
        for item in step.articles:
            if step.name == "add":
                found[item.id] = item.body
            else:
                found.pop(item.id, None)
    return found


def work(data: Path, log: Path, first: int, rounds: int, full: tuple[int, int] | None = None) -> None:
    """Go through rounds, noting each step before and after; end with 3 where the disk is full, and note what was said.

    Args:
        data: The folder of the archive.
        log: Where steps are noted; it lies on another disk where this one is filled.
        first: The round to begin with; one that was broken off is done again.
        rounds: How many.
        full: Before which step, counted from 0, the disk is filled, and how many bytes are left.
    """
    steps = [(name, n) for n in range(first, first + rounds) for name in (STEPS if n % 3 == 2 else STEPS[:3])]
    with log.open("a") as out, Archive(data / "archive.sqlite3") as archive:

        def note(*words: object) -> None:
            out.write(" ".join(map(str, words)) + "\n")
            out.flush()

        indexes = OwnedIndexes(archive, WordEmbedder(), data / "index", "the worker")
        indexes.open()
        try:
            for count, (name, number) in enumerate(steps):
                if full and count == full[0]:
                    fill(data.parent, full[1])
                note("begin", name, number)
                take(Step(name, number), archive, indexes)
                note("end", name, number)
        except NewsdeskError as error:
            answers = len(search(indexes)) if name != "rebuild" else "closed"
            log.with_suffix(".error").write_text(f"{answers} {name} {error}")
            sys.exit(3)
        finally:
            indexes.close()


def take(step: Step, archive: Archive, indexes: OwnedIndexes) -> None:
    """Do one step."""
    if step.name == "add":
        ingest(archive, step.articles)
    elif step.name == "remove":
        archive.remove(Selection(ids=tuple(item.id for item in step.articles)))
        indexes.catch_up()
    elif step.name == "index":
        indexes.embed_pending()
        indexes.catch_up()
    else:
        indexes.open(rebuild=True)


def search(indexes: Indexes) -> set[str]:
    """Return what both indexes find for a word that many articles hold."""
    text = "council market"
    dense = indexes.dense.search(WordEmbedder().embed([text]), 5)[0]
    lexical = indexes.lexical.search(list_query_terms(text, ("en",)), 5)
    return {chunk_id for chunk_id, _ in dense} & {chunk_id for chunk_id, _ in lexical}


def start(data: Path, log: Path, first: int, rounds: int, full: tuple[int, int] | None = None) -> ForkServerProcess:
    """Start a process that works."""
    return start_child(work, data, log, first, rounds, full)
