import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.errors import IndexUnavailableError
from rag.cli.commands import app
from rag.cli.index_maintenance import check_index, index, rebuild_index
from rag.index.embedder import Embedder
from rag.index.owned_indexes import OwnedIndexes
from rag.settings import Settings
from tests.rag.owner import OwnerProcess
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import WordEmbedder
from tests.waiting import wait_until


def settings_for(data: Path) -> Settings:
    return Settings(data_dir=data)


def chunks_of(data: Path, embedder: Embedder) -> int:
    with Archive(data / "archive.sqlite3") as archive:
        return OwnedIndexes(archive, embedder, data / "index", "the test").store.count()


def test_what_is_new_is_embedded_and_applied(data: Path, embedder: Embedder) -> None:
    before = chunks_of(data, embedder)
    with Archive(data / "archive.sqlite3") as archive:
        archive.put(numbered(50))
        archive.remove(Selection(ids=("tram", "harbour")))
    seen: list[tuple[int, int]] = []
    record = index(settings_for(data), lambda done, total: seen.append((done, total)))
    assert record == {"embedded": 1, "applied": 3, "owner": None, "chunks": before - 1}
    assert seen == [(13, 13)]
    assert index(settings_for(data)) == {"embedded": 0, "applied": 0, "owner": None, "chunks": before - 1}


def test_beside_an_owner_it_names_it_and_the_owner_follows(
    data: Path, embedder: Embedder, owner: Callable[[Path], OwnerProcess]
) -> None:
    child = owner(data)
    name = f"the page of the test, process {child.pid}"
    before = chunks_of(data, embedder)
    with Archive(data / "archive.sqlite3") as archive:
        archive.put(numbered(50))
        archive.remove(Selection(ids=("tram",)))
        record = index(settings_for(data))
        assert record["owner"] == name
        assert (record["applied"], record["chunks"]) == (0, before)
        assert check_index(settings_for(data)) == {"sound": True, "owner": name}
        with pytest.raises(IndexUnavailableError, match=f"in use by {name}; stop that process first"):
            rebuild_index(settings_for(data))
        indexes = OwnedIndexes(archive, embedder, data / "index", "the test")
        wait_until(lambda: indexes.folder.applied() >= indexes.store.last_change())
        child.end()
        indexes.open()
        assert indexes.find_differences() == {}
        assert "n050@1#0" in indexes.lexical.ids()
        indexes.close()


def test_a_rebuild_embeds_only_what_the_embedder_never_saw(data: Path, embedder: Embedder) -> None:
    count = chunks_of(data, embedder)
    seen: list[tuple[int, int]] = []
    record = rebuild_index(settings_for(data), lambda done, total: seen.append((done, total)))
    assert record == {"embedded": 0, "rebuilt": True, "chunks": count, "owner": None}
    assert seen == [(14, 14)]


def test_a_check_of_sound_indexes(data: Path, embedder: Embedder) -> None:
    assert check_index(settings_for(data)) == {"sound": True, "owner": None, "chunks": chunks_of(data, embedder)}


def test_a_check_tells_what_differs(data: Path) -> None:
    with Archive(data / "archive.sqlite3") as archive:
        indexes = OwnedIndexes(archive, Embedder(), data / "index", "the test")
        indexes.open()
        harbour, tram = indexes.store.read_embedded(["harbour"]), indexes.store.read_embedded(["tram"])
        indexes.lexical.apply(["harbour"], ())
        indexes.lexical.apply((), tram)  # The count is right, the rows are not.
        assert len(harbour) == len(tram) == 1
        indexes.close()
    record = check_index(settings_for(data))
    assert record["sound"] is False
    assert record["differences"] == {"lexical": 1}
    assert record["error"] == "the archive and the indexes differ in chunks: 1 of the lexical index"


def test_another_embedder_is_refused_before_anything_is_embedded(town_data: Path) -> None:
    with Archive(town_data / "archive.sqlite3") as archive:
        archive.put(numbered(50))
        with pytest.raises(IndexUnavailableError, match="python -m corpus rebuild"):
            index(settings_for(town_data))
        assert chunks_of(town_data, Embedder()) == 0
        assert chunks_of(town_data, WordEmbedder()) == 30
    record = check_index(settings_for(town_data))
    assert (record["sound"], record["owner"]) == (False, None)
    assert "made with the embedder words/1" in record["error"]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_in_order_by_a_signal(data: Path, embedder: Embedder, ending: signal.Signals) -> None:
    with Archive(data / "archive.sqlite3") as archive:
        archive.put(numbered(50))
        store = OwnedIndexes(archive, embedder, data / "index", "the test").store

    def end_when_done() -> None:
        wait_until(lambda: store.progress() == (15, 15))
        os.kill(os.getpid(), ending)

    before = signal.getsignal(ending)
    thread = threading.Thread(target=end_when_done)
    thread.start()
    done = CliRunner().invoke(app, ["index", "--follow", "--json", "--data", str(data)])
    thread.join()
    assert done.exit_code == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"status": "started", "embedded": 0},
        {"embedded": 1, "done": 15, "articles": 15},
        {"status": "stopped", "embedded": 1},
    ]
    assert signal.getsignal(ending) is before


def test_a_worker_does_one_thing(data: Path) -> None:
    done = CliRunner().invoke(app, ["index", "--follow", "--rebuild", "--data", str(data)])
    assert (done.exit_code, done.stderr) == (2, "give one of --rebuild, --check and --follow\n")
