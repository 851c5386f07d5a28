"""A worker embeds what arrives until it is stopped; several share the work, and one that dies takes nothing with it."""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.errors import IndexUnavailableError
from rag.index.embedder import Vectors
from rag.index.embedding_worker import EmbeddingWorker
from tests.child_processes import start_child
from tests.postgresql import PostgresServer
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import WordEmbedder
from tests.waiting import wait_until

ARTICLES = 30
LOOK_S = 0.05


def store_of(archive: Archive) -> ChunkStore:
    return ChunkStore(archive, WordEmbedder.profile)


def fill(archive: Archive, numbers: range) -> None:
    for n in numbers:
        archive.put(numbered(n))


@contextmanager
def run_worker(place: Place, folder: Path) -> Iterator[list[dict[str, Any]]]:
    """Let a worker run in a thread until the block ends; yield what it reports."""
    reports: list[dict[str, Any]] = []
    stop = threading.Event()
    with Archive(place) as archive:
        worker = EmbeddingWorker(archive, WordEmbedder(), folder, reports.append, look_s=LOOK_S)
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        try:
            yield reports
        finally:
            stop.set()
            thread.join()


def test_it_embeds_what_is_there_and_what_arrives_until_it_is_stopped(place: Place, tmp_path: Path) -> None:
    with Archive(place) as archive:
        fill(archive, range(10))
        with run_worker(place, tmp_path / "index") as reports:
            wait_until(lambda: store_of(archive).progress() == (10, 10))
            fill(archive, range(10, 15))
            wait_until(lambda: {"embedded": 15, "done": 15, "articles": 15} in reports)
        assert (reports[0], reports[-1]) == (
            {"status": "started", "embedded": 0},
            {"status": "stopped", "embedded": 15},
        )


def test_two_share_the_work(postgres: PostgresServer, tmp_path: Path) -> None:
    address = postgres.make_schema()
    with Archive(address) as archive:
        fill(archive, range(ARTICLES))
        with run_worker(address, tmp_path / "one") as first, run_worker(address, tmp_path / "other") as second:
            wait_until(lambda: store_of(archive).progress() == (ARTICLES, ARTICLES))
        assert first[-1]["embedded"] + second[-1]["embedded"] == ARTICLES
        assert store_of(archive).last_change() == ARTICLES  # One change for each article.


class HeldEmbedder(WordEmbedder):
    """Say that a batch has come, and never return."""

    def __init__(self, told: Connection) -> None:
        super().__init__()
        self._told = told

    def embed(self, texts: Any, urgent: bool = True) -> Vectors:
        self._told.send(len(texts))
        threading.Event().wait()
        raise AssertionError("nobody wakes it")


def hold_a_batch(place: Place, folder: Path, told: Connection) -> None:
    with Archive(place) as archive:
        EmbeddingWorker(archive, HeldEmbedder(told), folder, lambda _: None).run(threading.Event())


def test_what_a_killed_worker_had_reserved_is_taken_by_another(place: Place, tmp_path: Path) -> None:
    with Archive(place) as archive:
        fill(archive, range(ARTICLES))
        here, there = multiprocessing.Pipe()
        # In a database the other worker is on another machine; a file has one folder.
        child = start_child(hold_a_batch, place, tmp_path / "index", there)
        reserved = here.recv()
        folder = tmp_path / ("index" if isinstance(place, Path) else "other")
        with run_worker(place, folder) as reports:
            if not isinstance(place, Path):
                wait_until(lambda: store_of(archive).progress() == (ARTICLES - reserved, ARTICLES))
            child.kill()
            wait_until(lambda: store_of(archive).progress() == (ARTICLES, ARTICLES))
        child.join()
        assert reports[-1]["embedded"] == ARTICLES
        assert store_of(archive).last_change() == ARTICLES


def test_a_database_that_goes_away_is_told_once_and_outlasted(postgres: PostgresServer, tmp_path: Path) -> None:
    address = postgres.make_schema()
    with Archive(address) as archive:
        fill(archive, range(3))
        with run_worker(address, tmp_path / "index") as reports:
            wait_until(lambda: reports[-1].get("done") == 3)
            postgres.stop()
            try:
                wait_until(lambda: "error" in reports[-1])
            finally:
                postgres.start()
            fill(archive, range(3, 6))
            wait_until(lambda: reports[-1].get("done") == 6)
        errors = [report["error"] for report in reports if "error" in report]
        assert len(errors) == 1
        assert "does not answer" in errors[0]
        assert sum(report.get("status") == "going on" for report in reports) == 1


def test_one_with_another_embedder_than_the_archive_refuses(place: Place, tmp_path: Path) -> None:
    with Archive(place) as archive:
        fill(archive, range(2))
        worker = EmbeddingWorker(archive, WordEmbedder(), tmp_path / "index", lambda _: None)
        worker.check_embedder()
        store = ChunkStore(archive, "other/1")
        archive.connection.execute("INSERT INTO indexed SELECT key, 'other/1', version, 0 FROM articles")
        assert store.find_other_profile() == ""
        with pytest.raises(IndexUnavailableError, match="was embedded with other/1, but the settings name words/1"):
            worker.check_embedder()
