"""A full disk, and a folder that cannot be written: what is there is answered from, and a sound index is no damaged one."""

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.archive.database import Archive
from corpus.cli.commands import app as corpus
from corpus.errors import ArchiveError, IndexReadOnlyError
from rag import Assistant, Settings
from rag.cli.commands import app as rag
from rag.index.embedder import Embedder
from rag.index.generations import Generations
from rag.index.indexes import open_indexes
from rag.index.read_only_indexes import ReadOnlyIndexes
from tests.disks import fill, make_read_only, make_room, small_disk
from tests.rag.wire_items import numbered
from tests.waiting import wait_until


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@pytest.fixture(params=["full", "read-only"])
def sealed(request: pytest.FixtureRequest, indexed: Path, disk: Path) -> Path:
    """Return a data folder that cannot be written."""
    data = Path(shutil.copytree(indexed, disk / "data"))
    fill(disk) if request.param == "full" else make_read_only(disk)
    return data


def run(app: Any, *words: str, data: Path) -> Any:
    return CliRunner().invoke(app, [*words, "--data", str(data)])


def files(data: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in data.rglob("*") if path.is_file() and path.stat().st_size}


def test_every_command_that_reads_does_so(sealed: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = files(sealed)
    with caplog.at_level(logging.WARNING):
        asked = run(rag, "ask", "What did Ana Sousa say?", "--json", data=sealed)
    assert json.loads(asked.stdout)["citations"][0]["article_id"] == "harbour"
    assert "damaged" not in caplog.text
    assert len(json.loads(run(rag, "search", "harbour", "-k", "3", "--json", data=sealed).stdout)) == 3
    for words in (("list", "--json"), ("show", "harbour", "--json"), ("stats", "--json"), ("feed", "list", "--json")):
        read = run(corpus, *words, data=sealed)
        assert (read.exit_code, json.loads(read.stdout) is None) == (0, False)
    checks = {check["name"]: check for check in json.loads(run(corpus, "doctor", "--json", data=sealed).stdout)}
    assert {name for name, check in checks.items() if check["state"] == "broken"} == set()
    assert "nothing can be written" in checks["indexes"]["finding"]
    after = {name: content for name, content in files(sealed).items() if not name.endswith("-shm")}
    assert {name for name in before if after.pop(name) != before[name]} <= {str(sealed / "index" / "owner")}
    assert after == {}


def test_what_writes_says_why_it_cannot(sealed: Path) -> None:
    for words in (("remove", "--since", "2000-01-01", "--yes"), ("feed", "add", "https://news.example/rss")):
        done = run(corpus, *words, data=sealed)
        assert isinstance(done.exception, ArchiveError)
        assert "cannot be written" in str(done.exception)
        assert "free some disk space" in str(done.exception)
    rebuilt = run(corpus, "rebuild", data=sealed)
    assert rebuilt.exit_code == 1
    assert "the index cannot be written" in rebuilt.stderr


def test_an_index_that_is_not_sound_is_made_in_memory(indexed: Path, disk: Path, embedder: Embedder) -> None:
    data = Path(shutil.copytree(indexed, disk / "data"))
    with next((data / "index" / "generation-1" / "lexical").glob("*.term")).open("r+b") as terms:
        terms.write(bytes(1000))
    make_read_only(disk)
    with Archive(data / "archive.sqlite3") as archive:
        indexes = ReadOnlyIndexes(archive, embedder, data / "index", "the reader")
        indexes.open()
        assert indexes.lexical.in_memory
        assert indexes.lexical.count() == indexes.dense.count() == indexes.store.count()
        assert indexes.progress() == (14, 14)
        indexes.close()


def test_what_was_written_before_a_kill_is_read_too(indexed: Path, tmp_path: Path, disk: Path) -> None:
    data = Path(shutil.copytree(indexed, tmp_path / "data"))
    with Archive(data / "archive.sqlite3") as archive:
        archive.put(numbered(1))
        assert (data / "archive.sqlite3-wal").stat().st_size  # It stands in the log alone.
        killed = Path(shutil.copytree(data, disk / "data"))
        state = Generations(killed / "index").state()
        assert state is not None
    make_read_only(disk)
    with Archive(killed / "archive.sqlite3") as archive:
        assert archive.get(numbered(1).id) == numbered(1)
        with pytest.raises(ArchiveError, match="cannot be written"):
            archive.put(numbered(2))


def test_a_page_on_a_full_disk_answers_and_goes_on_by_itself_when_there_is_room(
    indexed: Path, disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = Path(shutil.copytree(indexed, disk / "data"))
    fill(disk)
    with caplog.at_level(logging.WARNING), Assistant.from_settings(Settings(data_dir=data), "the page") as assistant:
        assistant.archive.again_s = 0
        assistant.start(look_s=0.05)
        assert assistant.search("WannaCry")
        assert assistant.progress() == (14, 14)
        with pytest.raises(ArchiveError):
            assistant.archive.put(numbered(1))
        make_room(disk)
        assert isinstance(assistant.indexes, ReadOnlyIndexes)
        assistant.indexes._no_repair_until = 0.0  # Else half a minute would have to go by.
        with Archive(data / "archive.sqlite3") as other:
            other.put(numbered(1))
        wait_until(lambda: assistant.progress() == (15, 15))
    assert [record.getMessage() for record in caplog.records if "damaged" in record.getMessage()] == []


def test_an_owner_is_told_that_there_is_no_room(sealed: Path, embedder: Embedder) -> None:
    from rag.index.owned_indexes import OwnedIndexes

    with Archive(sealed / "archive.sqlite3") as archive:
        indexes = OwnedIndexes(archive, embedder, sealed / "index", "the test")
        with pytest.raises(IndexReadOnlyError, match="free some disk space or fix the permissions of the folder"):
            indexes.open()
        assert indexes.is_as_closed()


@pytest.mark.parametrize("left", [0, 40_000, 200_000, 1_000_000])
def test_a_sound_index_is_never_called_damaged_for_want_of_room(
    indexed: Path, disk: Path, embedder: Embedder, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    data = Path(shutil.copytree(indexed, disk / "data"))
    (disk / "spare").write_bytes(bytes(left))
    fill(disk)
    (disk / "spare").unlink()
    with Archive(data / "archive.sqlite3") as archive:
        indexes = open_indexes(archive, embedder, data / "index", "the test")
        assert indexes.lexical.search(["herring"], 5)
        assert indexes.dense.search(embedder.embed(["herring"]), 5)
        indexes.close()
    assert "damaged" not in caplog.text
    assert not list((data / "index").glob("damaged-*"))
