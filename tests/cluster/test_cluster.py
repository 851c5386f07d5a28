"""Four machines that share a database and no folder: two pages, a worker, and who adds articles."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus.archive.database import Archive
from corpus.archive.health import examine
from corpus.errors import ArchiveError
from rag.cli.index_maintenance import check_index
from rag.settings import Settings
from tests.cluster.machines import Crowd, Machine, Page, article, question, write_articles
from tests.postgresql import PostgresServer, run_postgres, run_standby
from tests.promises import RecordPromise
from tests.waiting import wait_until

PER_ROUND = 4
FIRST = 12
PROMISED_S = 10.0


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """Run a server of our own: it is stopped while the others of the tests would need it."""
    pytest.importorskip("psycopg", reason="needs the client of PostgreSQL")
    with run_postgres(durable=True) as running:
        yield running


class Cluster:
    """Hold the machines, and what they were given."""

    def __init__(self, address: str, folder: Path) -> None:
        """Start them on an archive of a dozen articles."""
        self.address = address
        self.count = 0
        self.pages = [Page(address, folder / name) for name in ("page-1", "page-2")]
        self.worker = Machine(address, folder / "worker", "rag.cli.commands:app", "index", "--follow")
        self.adder = Machine(address, folder / "adder", "corpus.cli.commands:main", "add", "--no-index")
        self._file = folder / "new.jsonl"
        with Archive(address) as archive:
            for n in range(FIRST):
                archive.put(article(n))
        self.count = FIRST
        self.worker.start()
        for page in self.pages:
            page.start()
        for page in self.pages:
            page.await_answers()
        self.await_found(self.count - 1)

    def close(self) -> None:
        """End what runs."""
        for machine in (*self.pages, self.worker, self.adder):
            machine.kill()

    def add(self, count: int, kill: bool = False) -> None:
        """Add so many new articles; with `kill`, the process dies once some of them are there, and another one adds the rest."""
        self.count += count
        write_articles(self._file, range(self.count - count, self.count))
        self.adder.start(str(self._file))
        if kill:
            with Archive(self.address) as archive:
                wait_until(lambda: not self.adder.runs or archive.count() > self.count - count, 0.001)
            self.adder.kill()
            self.adder.start(str(self._file))
        assert self.adder.wait() == 0, self.adder.read_log()

    def await_found(self, n: int) -> None:
        """Wait until both pages cite an article in the answer to its question."""

        def is_found() -> bool:
            return all(article(n).id in page.ask(question(n)).cited for page in self.pages)

        wait_until(is_found, 0.05)

    def restart(self, machine: Machine) -> None:
        """Start a machine that was killed, and wait until it does its work."""
        machine.start()
        if isinstance(machine, Page):
            machine.await_answers()
        else:
            wait_until(lambda: "started" in machine.read_log())

    def assert_whole(self, folder: Path) -> None:
        """Stop the machines in order, and compare everything with what was added."""
        assert self.worker.stop() == 0, self.worker.read_log()
        for page in self.pages:
            page.stop()
        with Archive(self.address) as archive:
            wanted = {article(n).id for n in range(self.count)}
            assert Counter(found.id for found in archive.articles()) == Counter(wanted)
            # Each was embedded and logged once.
            logged = archive.connection.execute("SELECT article_id, count(*) FROM changes GROUP BY article_id")
            assert dict(tuple(row) for row in logged) == dict.fromkeys(wanted, 1)
        assert [check for check in examine(self.address, folder) if check.state == "broken"] == []
        for page in self.pages:
            record = check_index(Settings(data_dir=page.folder / "data", database=SecretStr(self.address), llm=""))
            assert (record["sound"], record["owner"]) == (True, None), record


@pytest.fixture
def cluster(server: PostgresServer, tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(server.make_schema(), tmp_path)
    yield started
    started.close()


@pytest.mark.sizes(2, 50)
def test_killed_in_turn_they_lose_and_double_nothing_and_questions_go_on(
    cluster: Cluster, tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    crowd = Crowd(cluster.pages, range(FIRST))
    victims = itertools.cycle([cluster.pages[0], cluster.worker, cluster.adder, cluster.pages[1]])
    try:
        for victim in itertools.islice(victims, size):
            cluster.add(PER_ROUND, kill=victim is cluster.adder)
            if victim is not cluster.adder:
                victim.kill()  # While the new articles are embedded and indexed.
                cluster.restart(victim)
            cluster.await_found(cluster.count - 1)
    finally:
        crowd.end()
    cluster.assert_whole(tmp_path)
    record_promise(
        "kill -9 of two pages, a worker and an add in turn, while questions are asked",
        "50 kills: 0 lost, 0 doubled, questions go on",
        f"{size} kills, {cluster.count} articles: 0 lost, 0 doubled; {crowd.answered} questions answered, {len(crowd.failures)}"
        f" not, {crowd.passed_over} by the other page",
    )
    assert crowd.failures == []
    assert crowd.answered > 0


def measure_wait(cluster: Cluster) -> float:
    """Add an article, and return the seconds from its commit until both pages answer from it."""
    with Archive(cluster.address) as archive:
        before = archive.count()
        file = write_articles(cluster.adder.folder / "one.jsonl", [cluster.count])
        cluster.count += 1
        cluster.adder.start(str(file))
        wait_until(lambda: archive.count() > before)
        committed = time.monotonic()
        cluster.await_found(cluster.count - 1)
        took = time.monotonic() - committed
        cluster.adder.wait()
    return took


@pytest.mark.campaign
def test_an_article_is_answerable_on_both_pages_soon(cluster: Cluster, record_promise: RecordPromise) -> None:
    waits = sorted(measure_wait(cluster) for _ in range(20))
    record_promise(
        "from the commit of an article until both pages answer from it",
        f"{PROMISED_S:.0f} s",
        f"{len(waits)} articles: median {waits[len(waits) // 2]:.1f} s, longest {waits[-1]:.1f} s",
    )
    assert waits[-1] <= PROMISED_S


def ask_both(cluster: Cluster) -> list[str]:
    """Ask both pages, and return what kept each from answering, or ""."""
    return [page.ask(question(0)).problem for page in cluster.pages]


def assert_goes_on(cluster: Cluster, folder: Path) -> float:
    """Wait until both pages answer, add something and find it; return the seconds until they answered."""
    began = time.monotonic()
    wait_until(lambda: ask_both(cluster) == ["", ""], 0.05)
    took = time.monotonic() - began
    cluster.add(PER_ROUND)
    cluster.await_found(cluster.count - 1)
    cluster.assert_whole(folder)
    return took


@pytest.mark.campaign
def test_a_database_that_is_gone_for_a_while_is_told_and_outlasted(
    cluster: Cluster, server: PostgresServer, tmp_path: Path, record_promise: RecordPromise
) -> None:
    server.stop()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for problem in ask_both(cluster):
            assert "does not answer" in problem
            assert "goes on by itself" in problem
        time.sleep(0.5)
    server.start()
    took = assert_goes_on(cluster, tmp_path)
    assert cluster.worker.read_log().count(" waiting: ") == 1  # Told once.
    record_promise(
        "the database gone for 20 s",
        "a clear message, then it goes on by itself",
        f"each question was told so; both pages answered {took:.1f} s after it was back, and nothing was lost",
    )


@pytest.mark.campaign
def test_a_standby_takes_over(tmp_path: Path, record_promise: RecordPromise) -> None:
    pytest.importorskip("psycopg", reason="needs the client of PostgreSQL")
    with run_postgres(durable=True) as primary, run_standby(primary) as standby:
        cluster = Cluster(address_of_both(primary, standby), tmp_path)
        try:
            cluster.add(PER_ROUND)
            primary.stop(kill=True)  # At once after the commit.
            for problem in ask_both(cluster):
                assert "does not answer" in problem
            standby.promote()
            took = assert_goes_on(cluster, tmp_path)
        finally:
            cluster.close()
    record_promise(
        "the primary killed, the standby promoted",
        "a clear message, then it goes on by itself",
        f"each question was told so; both pages answered {took:.1f} s after the promotion, and nothing was lost",
    )


def address_of_both(primary: PostgresServer, standby: PostgresServer) -> str:
    """Return the address of whichever of two servers takes writes."""
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    return f"postgresql://tester@{hosts}/postgres?target_session_attrs=read-write"


def test_a_standby_takes_over_from_the_primary_and_nothing_is_lost(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="needs the client of PostgreSQL")
    with (
        run_postgres(durable=True) as primary,
        run_standby(primary) as standby,
        Archive(address_of_both(primary, standby)) as archive,
    ):
        for n in range(3):
            archive.put(article(n))
        primary.stop(kill=True)
        with pytest.raises(ArchiveError, match=r"does not answer .* goes on by itself"):
            archive.put(article(3))
        standby.promote()
        assert archive.put(article(3)) == "added"
        assert archive.count() == 4
