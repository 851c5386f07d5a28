"""What one article costs does not grow with the archive: counted in steps of SQLite and in bytes, not in seconds."""

import csv
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.ingestion.ingest import ingest
from corpus.readers import read
from tests.corpus.archive_items import HARBOUR, at, numbered, whole

FEW, MANY = 80, 320
MOST = 1.5
"""How many times the steps among `FEW` those among `MANY` may be: an index has its logarithm, a scan would make it 4."""

TEMPLATE = (
    "Shares of {0} rose {1} percent to {2} dollars on Monday after the company reported a profit of {3} million "
    "dollars for the quarter. Analysts had expected {4} million. The company kept its forecast for the full year."
)


def other(n: int) -> Article:
    """Return an article at an address of its own."""
    return replace(numbered(n), url=f"https://post.example/{n}")


def wire_copy(n: int) -> Article:
    """Return one text as an outlet of its own carries it."""
    return replace(HARBOUR, id=f"copy-{n}", source=f"Outlet {n}", url="", title=f"Headline {n}")


def reprint(n: int) -> Article:
    """Return one text with its headline as an outlet of its own carries it."""
    return replace(wire_copy(n), title=HARBOUR.title)


def report(n: int) -> Article:
    """Return a template filled in anew, which has words in common with the others and is no copy."""
    figures = (n * 7919 % 900 + 1, n * 104729 % 9000 + 1, n * 1299709 % 700 + 1, n * 15485863 % 600 + 1)
    return replace(wire_copy(n), body=TEMPLATE.format(f"Company{n}", *figures))


MADE = {"other": other, "wire copy": wire_copy, "reprint": reprint, "report": report}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.sqlite3") as opened:
        opened.connection.execute("PRAGMA synchronous=OFF")
        yield opened


def steps(archive: Archive, call: Callable[[], object]) -> int:
    """Return how many steps SQLite's virtual machine takes, in tens."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    connection = cast(sqlite3.Connection, archive.connection)
    connection.set_progress_handler(tick, 10)
    call()
    connection.set_progress_handler(None, 0)
    return count


def growth(
    archive: Archive, made: Callable[[int], Article], calls: dict[str, Callable[[int], object]]
) -> dict[str, float]:
    """Return of each call the steps that ten of it take among `MANY` articles, divided by those among `FEW`."""
    cost: dict[str, list[int]] = {name: [] for name in calls}
    for first, last in ((0, FEW), (FEW, MANY)):
        for n in range(first, last):
            archive.put(made(n))
        for name, call in calls.items():
            cost[name].append(sum(steps(archive, partial(call, n)) for n in range(last - 20, last, 2)))
    return {name: many / few for name, (few, many) in cost.items()}


@pytest.mark.parametrize("name", MADE)
def test_an_article_costs_the_same_in_a_larger_archive(archive: Archive, name: str) -> None:
    made = MADE[name]

    def changed(n: int) -> Article:
        return replace(made(n), body=f"{made(n).body} One more sentence.", updated_at=at(9))

    calls: dict[str, Callable[[int], object]] = {
        "add": lambda n: archive.put(made(n + 10_000)),
        "change": lambda n: archive.put(changed(n)),
        "remove": lambda n: archive.remove(Selection(ids=(made(n).id,))),
    }
    found = growth(archive, made, calls)
    assert {name: ratio for name, ratio in found.items() if ratio > MOST} == {}


def test_to_look_an_article_up_costs_the_same_in_a_larger_archive(archive: Archive) -> None:
    calls: dict[str, Callable[[int], object]] = {
        "id": lambda n: archive.get(f"n{n:05d}"),
        "address": lambda n: list(archive.articles(Selection(url=f"https://post.example/{n}"))),
        "newest": lambda n: list(archive.articles(limit=1)),
        "oldest": lambda n: list(archive.articles(order="oldest", limit=1)),
    }
    found = growth(archive, lambda n: replace(other(n), published_at=at(1 + n % 28, n % 24)), calls)
    assert {name: ratio for name, ratio in found.items() if ratio > MOST} == {}


def test_to_embed_an_article_costs_the_same_however_many_wait(archive: Archive) -> None:
    cost = []
    for first, last in ((0, FEW), (FEW, FEW + MANY)):
        for n in range(first, last):
            archive.put(other(n))
        store = ChunkStore(archive, "p")

        def embed(store: ChunkStore = store) -> None:
            for batch in store.articles_to_embed(4):
                store.store([whole(article) for article in batch])

        cost.append(steps(archive, embed) / (last - first))
    assert cost[1] / cost[0] <= MOST


def test_progress_is_counted_once_for_a_change(archive: Archive) -> None:
    for n in range(FEW):
        archive.put(other(n))
    store = ChunkStore(archive, "p")
    first, again = (steps(archive, lambda: store.progress(0)) for _ in range(2))
    assert first > 20 * max(1, again)
    archive.put(other(FEW))
    store.store([whole(other(0))])
    assert store.progress() == (1, FEW + 1)


def read_bytes_of(call: Callable[[], object]) -> int:
    """Return how many bytes this process reads from files meanwhile, from the cache of the system or not."""
    before, _, after = _bytes_read(), call(), _bytes_read()
    return after - before


def _bytes_read() -> int:
    counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counts["rchar"])


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the bytes are counted by Linux")
def test_a_table_is_read_once_and_the_archive_not_again_for_each_row(archive: Archive, tmp_path: Path) -> None:
    archive.connection.execute("PRAGMA cache_size=-800")  # Its indexes fit in, its texts do not.
    cost = []
    for first, last in ((0, FEW), (FEW, MANY)):
        table = tmp_path / f"{first}.csv"
        with table.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("id", "title", "body", "url", "source"))
            rows.writerows((a.id, a.title, a.body * 25, a.url, a.source) for a in map(other, range(first, last)))
        list(read([table]))  # What is loaded to read the first one is no part of it.
        assert read_bytes_of(partial(list, read([table]))) < 1.5 * table.stat().st_size + 100_000
        cost.append(read_bytes_of(partial(ingest, archive, read([table]))) / (last - first))
    assert archive.count() == MANY
    assert cost[1] <= 2 * cost[0]
