"""What one article costs does not grow with the archive: counted in steps of SQLite and in bytes, not in seconds."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.archive import Archive
from corpus.article import Article
from corpus.chunkstore import ChunkStore
from corpus.ingest import ingest
from corpus.readers import read
from corpus.selection import Selection
from tests.corpus.archive_items import HARBOUR, at, numbered, whole

FEW, MANY = 100, 400
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

    archive.connection.set_progress_handler(tick, 10)
    call()
    archive.connection.set_progress_handler(None, 0)
    return count


def growth(archive: Archive, made: Callable[[int], Article], call: Callable[[int], object]) -> float:
    """Return the steps of ten calls among `MANY` articles, divided by those among `FEW`."""
    cost = []
    for first, last in ((0, FEW), (FEW, MANY)):
        for n in range(first, last):
            archive.put(made(n))
        cost.append(steps(archive, lambda last=last: [call(n) for n in range(last - 20, last, 2)]))
    return cost[1] / cost[0]


@pytest.mark.parametrize("name", MADE)
def test_to_add_an_article_costs_the_same_in_a_larger_archive(archive: Archive, name: str) -> None:
    made = MADE[name]
    assert growth(archive, made, lambda n: archive.put(made(n + 10_000))) <= MOST


@pytest.mark.parametrize("name", MADE)
def test_to_change_an_article_costs_the_same_in_a_larger_archive(archive: Archive, name: str) -> None:
    made = MADE[name]
    changed = lambda n: replace(made(n), body=f"{made(n).body} One more sentence.", updated_at=at(9))  # noqa: E731
    assert growth(archive, made, lambda n: archive.put(changed(n))) <= MOST


@pytest.mark.parametrize("name", MADE)
def test_to_remove_an_article_costs_the_same_in_a_larger_archive(archive: Archive, name: str) -> None:
    made = MADE[name]
    assert growth(archive, made, lambda n: archive.remove(Selection(ids=(made(n).id,)))) <= MOST


def test_to_look_an_article_up_costs_the_same_in_a_larger_archive(archive: Archive) -> None:
    def look_up(n: int) -> None:
        archive.get(f"n{n:05d}")
        list(archive.articles(Selection(url=f"https://post.example/{n}")))
        list(archive.articles(limit=1))
        list(archive.articles(order="oldest", limit=1))

    dated = lambda n: replace(other(n), published_at=at(1 + n % 28, n % 24))  # noqa: E731
    assert growth(archive, dated, look_up) <= MOST


def test_to_embed_an_article_costs_the_same_however_many_wait(archive: Archive) -> None:
    cost = []
    for first, last in ((0, FEW), (FEW, FEW + MANY)):
        for n in range(first, last):
            archive.put(other(n))
        store = ChunkStore(archive, "p")

        def embed(store: ChunkStore = store) -> None:
            for batch in store.pending(4):
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
    archive.connection.execute("PRAGMA cache_size=-1500")  # Its indexes fit in, its texts do not.
    cost = []
    for first, last in ((0, FEW), (FEW, MANY)):
        table = tmp_path / f"{first}.csv"
        with table.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("id", "title", "body", "url", "source"))
            rows.writerows((a.id, a.title, a.body * 60, a.url, a.source) for a in map(other, range(first, last)))
        assert read_bytes_of(lambda table=table: sum(1 for _ in read([table]))) < 1.5 * table.stat().st_size + 100_000
        cost.append(read_bytes_of(lambda table=table: ingest(archive, read([table]))) / (last - first))
    assert archive.count() == MANY
    assert cost[1] <= 2 * cost[0]
