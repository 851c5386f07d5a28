"""A snapshot holds both indexes, and another folder begins from it without embedding or indexing anything again."""

import json
import shutil
from pathlib import Path

import pytest

from corpus.errors import IndexInUseError, InputError
from rag.index.generations import Generations
from rag.index.snapshots import restore_snapshot, write_snapshot
from tests.rag.cli.test_commands import rag
from tests.rag.index_checks import assert_whole, found, names, opened, opened_second
from tests.rag.owner import OwnerProcess
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import WordEmbedder


@pytest.fixture
def snapshot(town_data: Path, tmp_path: Path) -> Path:
    """Return a snapshot of the town's indexes."""
    with opened_second(town_data) as indexes:
        write_snapshot(indexes, tmp_path / "snapshot")
    return tmp_path / "snapshot"


def test_another_folder_begins_from_a_snapshot_and_catches_up(town_data: Path, snapshot: Path, tmp_path: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        indexes.store.archive.put(numbered(50))
        indexes.embed_pending()
    node = tmp_path / "node"
    node.mkdir()
    shutil.copy(town_data / "archive.sqlite3", node)
    with opened_second(node) as indexes:
        restored = restore_snapshot(indexes, snapshot)
        assert restored.applied == indexes.store.last_change() - 1
    with opened(node) as indexes:
        assert_whole(indexes)
        assert found(indexes, "bridge7 bridge50") == ["n007", "n050"]
    assert names(node) == {"generation-1"}


def test_a_snapshot_replaces_the_indexes_that_are_there(town_data: Path, snapshot: Path) -> None:
    before = names(town_data)
    with opened_second(town_data) as indexes:
        restore_snapshot(indexes, snapshot)
    assert not before & names(town_data)
    with opened(town_data) as indexes:
        assert_whole(indexes)


def test_beside_a_page_a_snapshot_is_made_from_the_vectors(town_data: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with opened(town_data) as page, opened_second(town_data) as indexes:
        write_snapshot(indexes, tmp_path / "snapshot", lambda done, total: seen.append((done, total)))
        with pytest.raises(IndexInUseError, match="in use by the test"):
            restore_snapshot(indexes, tmp_path / "snapshot")
        assert_whole(page)
    assert seen[-1] == (30, 30)
    assert {path.name for path in (tmp_path / "snapshot").iterdir()} == {"state.json", "generation-1"}
    with opened_second(town_data) as indexes:
        restore_snapshot(indexes, tmp_path / "snapshot")
    with opened(town_data) as indexes:
        assert_whole(indexes)


def test_what_is_no_snapshot_of_this_archive_is_refused(town_data: Path, snapshot: Path, tmp_path: Path) -> None:
    with opened_second(town_data) as indexes:
        with pytest.raises(InputError, match="holds something already"):
            write_snapshot(indexes, snapshot)
        with pytest.raises(InputError, match="within the folder of the indexes"):
            write_snapshot(indexes, town_data / "index" / "generation-99")
        with pytest.raises(InputError, match="no snapshot"):
            restore_snapshot(indexes, tmp_path)
        for path in town_data.glob("archive.sqlite3*"):
            path.unlink()
    with opened_second(town_data) as other, pytest.raises(InputError, match="made from another archive"):
        restore_snapshot(other, snapshot)


def test_a_damaged_snapshot_is_refused_and_what_is_there_stays(town_data: Path, snapshot: Path) -> None:
    before = names(town_data)
    damaged = max(snapshot.rglob("*.sqlite3"), key=lambda path: path.stat().st_size)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with opened_second(town_data) as indexes, pytest.raises(InputError, match="damaged"):
        restore_snapshot(indexes, snapshot)
    assert names(town_data) == before


def test_a_snapshot_of_another_embedder_is_refused(town_data: Path, snapshot: Path) -> None:
    kept = Generations(snapshot)
    state = kept.state()
    assert state
    (snapshot / "state.json").write_text(
        (snapshot / "state.json").read_text().replace(json.dumps(state.profile), '"other/400"')
    )
    with opened_second(town_data) as indexes, pytest.raises(InputError, match="made with the embedder other/400"):
        restore_snapshot(indexes, snapshot)


def test_the_commands_carry_the_indexes(data: Path, tmp_path: Path) -> None:
    written = rag("index", "snapshot", tmp_path / "snapshot", "--data", data, "--json")
    assert written.exit_code == 0, written.stderr
    node = tmp_path / "node"
    node.mkdir()
    shutil.copy(data / "archive.sqlite3", node)
    restored = json.loads(rag("index", "restore", tmp_path / "snapshot", "--data", node, "--json").stdout)
    assert (restored["applied"], restored["chunks"] > 0) == (0, True)
    assert "herring" in rag("search", "herring", "--data", node).stdout.casefold()
    misplaced = rag("index", "--data", data, "snapshot", tmp_path / "other")
    assert (misplaced.exit_code, "after snapshot" in misplaced.stderr) == (2, True)
    assert not (tmp_path / "other").exists()


def test_a_page_that_runs_goes_on_while_a_snapshot_is_written(data: Path, tmp_path: Path) -> None:
    owner = OwnerProcess(data)
    written = rag("index", "snapshot", tmp_path / "snapshot", "--data", data)
    assert written.exit_code == 0, written.stderr
    assert owner.runs
    assert owner.end() == 0
