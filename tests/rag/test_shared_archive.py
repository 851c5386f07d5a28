"""Two machines on one archive in a database: each keeps its own indexes and follows the log, and no work is done twice."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.errors import ArchiveError
from rag import Assistant, Settings
from rag.cli.index_maintenance import restore_index, snapshot_index
from rag.index.embedder import Embedder
from tests.corpus.cli.test_commands import corpus, write
from tests.postgresql import PostgresServer
from tests.rag.wire_items import WIRES, numbered
from tests.waiting import wait_until

QUESTION = "How much does the council pay for night trams?"


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    return postgres.make_schema()


@pytest.fixture
def machines(address: str, tmp_path: Path, embedder: Embedder) -> Iterator[list[Assistant]]:
    """Open an assistant on each of two machines; each has a folder of its own."""
    with Archive(address) as archive:
        for article in WIRES:
            archive.put(article)
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                Assistant(Settings(data_dir=tmp_path / name, database=SecretStr(address), llm=""), embedder=embedder)
            )
            for name in ("one", "other")
        ]


def test_an_article_is_embedded_once_and_found_on_every_machine(machines: list[Assistant]) -> None:
    one, other = machines
    assert one.indexes.embed_pending() == len(WIRES)
    assert other.indexes.embed_pending() == 0  # The vectors are in the database.
    for machine in machines:
        machine.indexes.catch_up()
    answers = [machine.ask(QUESTION) for machine in machines]
    assert [answer.citations[0].passage.article.id for answer in answers] == ["tram", "tram"]
    assert answers[0].text == answers[1].text
    tram = next(article for article in WIRES if article.id == "tram")
    other.archive.put(replace(tram, body=tram.body.replace("2.5", "3.5"), updated_at=tram.published_at))
    assert other.sync() == 1
    assert one.sync() == 1
    assert "3.5 million crowns" in one.ask(QUESTION).text
    one.archive.remove(Selection(ids=("tram",)))
    for machine in machines:
        machine.sync()
        assert machine.indexes.find_differences() == {}
        assert machine.indexes.progress() == (len(WIRES) - 1, len(WIRES) - 1)


def test_machines_that_embed_at_once_share_the_work(machines: list[Assistant]) -> None:
    one, other = machines
    for n in range(40):
        one.archive.put(numbered(n))
    done: list[int] = []
    # While the one stores a batch, the other takes what is left.
    first = one.indexes.embed_pending(lambda *_: done.append(other.indexes.embed_pending()))
    assert first + sum(done) == len(WIRES) + 40
    assert sum(done) > 0
    assert one.indexes.store.last_change() == len(WIRES) + 40  # One change for each article.


def test_a_new_machine_begins_with_the_indexes_of_another(
    address: str, machines: list[Assistant], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines[0].sync()
    machines[0].close()
    monkeypatch.setenv("NEWSDESK_DATABASE", address)
    snapshot_index(Settings(data_dir=tmp_path / "one"), tmp_path / "snapshot")
    machines[1].archive.remove(Selection(ids=("tram",)))
    restored = restore_index(Settings(data_dir=tmp_path / "new"), tmp_path / "snapshot")
    assert (restored["applied"], restored["chunks"]) == (1, len(WIRES) - 1)


def test_the_database_may_go_away_while_a_machine_runs(postgres: PostgresServer, machines: list[Assistant]) -> None:
    one, other = machines
    one.sync()
    other.start(look_s=0.05)
    postgres.stop()
    try:
        with pytest.raises(ArchiveError, match="does not answer"):
            one.ask(QUESTION)
    finally:
        postgres.start()
    assert one.ask(QUESTION).citations[0].passage.article.id == "tram"
    one.archive.put(numbered(1))
    wait_until(lambda: other.progress() == (len(WIRES) + 1, len(WIRES) + 1))  # It has followed on by itself.


def test_add_indexes_on_its_own_machine(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    monkeypatch.setenv("NEWSDESK_DATABASE", address)
    added = corpus("add", write(tmp_path / "in.jsonl", *WIRES), "--data", tmp_path / "one")
    assert added.returncode == 0, added.stderr
    assert (tmp_path / "one" / "index").is_dir()
    settings = Settings(data_dir=tmp_path / "other", llm="")
    with Assistant(settings, embedder=embedder) as other:
        assert other.indexes.embed_pending() == 0
        assert other.ask(QUESTION).citations[0].passage.article.id == "tram"
