"""The folder of the indexes: one owner, who is named; whose state it holds; whether there is room."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import IndexInUseError, IndexReadOnlyError
from rag.index.index_folder import IndexFolder, convert_write_errors
from tests.disks import fill, small_disk
from tests.rag.index_checks import opened_second
from tests.waiting import PATIENCE_S


@pytest.fixture
def folder(town_data: Path) -> Iterator[IndexFolder]:
    with opened_second(town_data) as indexes:
        yield indexes.folder


def test_another_process_is_told_who_owns_it_until_it_is_released(folder: IndexFolder, town_data: Path) -> None:
    with opened_second(town_data) as other:
        other.folder.wait_s = 0
        folder.acquire()
        assert other.folder.name_owner() == folder.name_owner() == f"the second, process {os.getpid()}"
        with pytest.raises(IndexInUseError, match=f"in use by the second, process {os.getpid()}; ask there"):
            other.folder.acquire()
        folder.release()
        assert other.folder.name_owner() == ""
        other.folder.acquire()
        other.folder.release()


def test_who_keeps_it_is_not_waited_for_and_who_may_leave_is(folder: IndexFolder, town_data: Path) -> None:
    with opened_second(town_data) as other:
        other.folder.wait_s = PATIENCE_S
        folder.acquire()
        folder.keep()
        begun = time.monotonic()
        with pytest.raises(IndexInUseError, match=f"in use by the second, process {os.getpid()}; ask there"):
            other.folder.acquire()
        assert time.monotonic() - begun < PATIENCE_S / 2
        folder.release()
        assert (folder.path / "owner").read_text("utf-8") == folder.owner  # A third one that has it now may leave soon.
        other.folder.acquire()
        folder.wait_s = PATIENCE_S
        leaving = threading.Timer(0.05, other.folder.release)
        leaving.start()
        folder.acquire()
        leaving.join()
        folder.release()


def test_a_state_of_another_archive_or_of_a_later_one_is_foreign(folder: IndexFolder) -> None:
    state = folder.generations.state()
    assert state is not None
    assert not folder.is_foreign(state)
    assert folder.is_foreign(replace(state, archive="another"))
    assert folder.is_foreign(replace(state, applied=state.applied + 1))


def test_files_that_changed_since_the_last_shutdown_are_not_as_closed(folder: IndexFolder) -> None:
    state = folder.generations.state()
    assert state is not None
    assert folder.is_as_closed(state)
    assert not folder.is_as_closed(replace(state, seal=""))
    next(folder.generations.path(state.generation).rglob("*.store")).write_bytes(b"other")
    assert not folder.is_as_closed(state)


def test_a_full_disk_is_told_from_damage(tmp_path: Path, folder: IndexFolder) -> None:
    folder.check_space()
    with small_disk(tmp_path / "disk") as disk:
        fill(disk)
        folder.path = disk
        with pytest.raises(IndexReadOnlyError, match="free some disk space"), convert_write_errors(disk):
            folder.check_space()
