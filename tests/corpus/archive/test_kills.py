"""An `add` that is killed, interrupted or out of disk loses nothing that it reported, and a rerun doubles nothing."""

import os
import signal
import sqlite3
import subprocess
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.health import examine
from corpus.archive.selection import Selection
from tests.child_processes import start_child
from tests.corpus.archive_items import numbered, store_all
from tests.corpus.child import put_articles
from tests.postgresql import PostgresServer
from tests.promises import RecordPromise

COUNT = 150


def start(archive: Place, progress: Path, *numbers: int) -> ForkServerProcess:
    return start_child(put_articles, archive, progress, *numbers)


def run(archive: Place, progress: Path, *numbers: int) -> int | None:
    """Return the exit code of a child that comes to its end."""
    child = start(archive, progress, *numbers)
    child.join()
    return child.exitcode


def wait_for(child: ForkServerProcess, progress: Path, size: int) -> None:
    """Wait until the child has reported so many bytes, or has ended."""
    while child.is_alive() and (not progress.exists() or progress.stat().st_size < size):
        time.sleep(0.0005)


def reported(progress: Path) -> list[str]:
    """Return the ids that were reported done; a line without its end was not."""
    return [line.split()[0] for line in progress.read_text().splitlines(keepends=True) if line.endswith("\n")]


def assert_sound(place: Place, at_least: set[str]) -> None:
    with Archive(place) as archive:
        found = [article.id for article in archive.articles()]
        assert len(found) == len(set(found))
        assert at_least <= set(found)
        for name in found:
            assert archive.get(name) == numbered(int(name[1:]))
        bands = archive.connection.execute("SELECT count(*) FROM bands GROUP BY article_key").fetchall()
        assert [row[0] for row in bands] == [48] * len(found)
    assert [check for check in examine(place, Path()) if check.state == "broken"] == []


def kill_again_and_again(folder: Path, kills: int, how: int) -> None:
    archive, progress = folder / "archive.sqlite3", folder / "progress"
    step = COUNT * len("n00000 unchanged\n") // kills
    for kill in range(kills):
        child = start(archive, progress, COUNT)
        already = progress.stat().st_size if progress.exists() else 0
        wait_for(child, progress, already + 1 + kill * step // 2)
        if child.pid and child.is_alive():
            os.kill(child.pid, how)
        child.join()
        assert_sound(archive, set(reported(progress)))
    assert run(archive, progress, COUNT) == 0
    wanted = {numbered(n).id for n in range(COUNT)}
    assert_sound(archive, wanted)
    with Archive(archive) as opened:
        assert opened.count() == COUNT
    added = [line.split()[0] for line in progress.read_text().splitlines() if line.endswith(" added")]
    assert len(added) == len(set(added))


@pytest.mark.sizes(2, 200)
def test_killed_at_any_point_nothing_is_lost_or_doubled(
    tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    kill_again_and_again(tmp_path, size, signal.SIGKILL)
    record_promise("kill -9 in add alone", "200 kills: 0 lost, 0 doubled", f"{size} kills: 0 lost, 0 doubled")


def test_interrupted_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, 1, signal.SIGINT)


def test_two_processes_that_make_and_fill_one_archive_add_each_article_once(tmp_path: Path) -> None:
    archive = tmp_path / "archive.sqlite3"
    children = [start(archive, tmp_path / f"progress{i}", 120) for i in range(2)]
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    outcomes = [line.split()[1] for i in range(2) for line in (tmp_path / f"progress{i}").read_text().splitlines()]
    assert (outcomes.count("added"), outcomes.count("unchanged")) == (120, 120)
    assert_sound(archive, {numbered(n).id for n in range(120)})


@pytest.mark.sizes(2, 200)
def test_processes_that_fill_one_database_at_once_and_are_killed_add_each_article_once(
    postgres: PostgresServer, tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    count, writers = (60, 2) if size <= 2 else (500, 4)
    address, kills = postgres.make_schema(), 0
    running = {n: start(address, tmp_path / f"progress{n}", count) for n in range(writers)}
    while kills < size:
        for n, child in running.items():
            progress = tmp_path / f"progress{n}"
            already = progress.stat().st_size if progress.exists() else 0
            wait_for(child, progress, already + 1 + (kills * 97) % 400)
            child.kill()
            child.join()
            running[n], kills = start(address, progress, count), kills + 1
        if kills % 20 == 0:  # Else every article is there after the first few.
            with Archive(address) as archive:
                archive.remove(Selection(outlets=("Daily Number",)))
    for child in running.values():
        child.join()
    assert [child.exitcode for child in running.values()] == [0] * writers
    with Archive(address) as archive:
        found = archive.count()
    record_promise(
        f"{writers} processes add {count} articles to one database", "200 kills: 500", f"{kills} kills: {found}"
    )
    assert found == count
    assert_sound(address, {numbered(n).id for n in range(count)})


def test_a_reader_sees_each_commit(tmp_path: Path) -> None:
    path, progress = tmp_path / "archive.sqlite3", tmp_path / "progress"
    with Archive(path) as reader:
        child = start(path, progress, 60)
        seen = 0
        while child.is_alive():
            done = len(reported(progress)) if progress.exists() else 0
            count = reader.count()
            assert count >= done
            seen = max(seen, count)
        child.join()
        assert reader.count() == 60
        assert seen > 0


@pytest.mark.parametrize("room", [200_000, 400_000])
def test_out_of_disk_it_says_so_and_the_next_run_needs_no_repair(tmp_path: Path, room: int) -> None:
    archive, progress = tmp_path / "archive.sqlite3", tmp_path / "progress"
    assert run(archive, progress, COUNT, room) == 3
    said = progress.with_suffix(".error").read_text()
    assert "cannot be written" in said
    assert "free some disk space" in said
    done = reported(progress)
    assert 0 < len(done) < COUNT
    assert_sound(archive, set(done))
    assert run(archive, progress, COUNT) == 0
    assert_sound(archive, {numbered(n).id for n in range(COUNT)})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
def test_on_a_full_file_system_it_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        assert run(disk / "archive.sqlite3", tmp_path / "progress", COUNT) == 3
        assert "free some disk space" in (tmp_path / "progress.error").read_text()
        done = reported(tmp_path / "progress")
        with Archive(disk / "archive.sqlite3") as reader:  # What is there can be read while the disk is full.
            assert reader.count() == len(done)
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert run(disk / "archive.sqlite3", tmp_path / "progress", COUNT) == 0
        assert_sound(disk / "archive.sqlite3", {numbered(n).id for n in range(COUNT)})
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_chunks_of_a_killed_store_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with Archive(path) as archive:
        for n in range(5):
            archive.put(numbered(n))
        store_all(archive)
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM chunks WHERE rowid = 1")
    connection.commit()
    connection.close()
    broken = [check for check in examine(path, tmp_path) if check.state == "broken"]
    assert [(check.name, check.finding) for check in broken] == [("vectors", "1 articles lack chunks")]
