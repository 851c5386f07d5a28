"""On a disk that fills up the work stops with a sentence, what is indexed can be asked for, and no repair is needed."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import NewsdeskError
from tests.disks import fill, make_room, small_disk
from tests.promises import RecordPromise
from tests.rag.index.test_indexes_damage import put_long
from tests.rag.index.test_kill import differences
from tests.rag.index_checks import assert_whole, opened
from tests.rag.word_embedder import WordEmbedder
from tests.rag.worker import Step, read_log, search, start

LEFT = (0, 20_000, 60_000, 120_000, 250_000)
"""Bytes that are left when the disk fills up, before one of the first steps of the work."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 16 MB."""
    with small_disk(tmp_path / "disk", 16) as folder:
        yield folder


@pytest.mark.sizes(2, 50)
def test_out_of_disk_at_any_point_it_goes_on_when_there_is_room(
    disk: Path, tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    whole, log = tmp_path / "whole", tmp_path / "log"
    whole.mkdir()
    built = start(whole, log, 0, 4)
    built.join()
    assert built.exitcode == 0
    stopped: Counter[str] = Counter()
    answered = recovered = 0
    for point in range(size):
        data, noted = disk / "data", tmp_path / f"log{point}"
        shutil.copytree(whole, data)
        shutil.copy(log, noted)
        worker = start(data, noted, 4, 1000, full=(point % 10, LEFT[point // 10]))
        worker.join()
        assert worker.exitcode == 3
        answers, step, said = noted.with_suffix(".error").read_text().split(" ", 2)
        assert "free some disk space" in said
        stopped[step] += 1
        answered += answers == "closed" or int(answers) > 0
        make_room(disk)
        recovered += differences(data, noted) == ([], [])
        again = start(data, noted, read_log(noted)[0][-1].round, 2)
        again.join()
        assert again.exitcode == 0
        shutil.rmtree(data)
    where = ", ".join(f"{n} in {name}" for name, n in sorted(stopped.items()))
    record_promise(
        "disk full",
        "50 points, 50 recoveries; chat goes on",
        f"{size} points ({where}): {recovered} recoveries, {answered} answered meanwhile",
    )
    assert (answered, recovered) == (size, size)


def test_who_ran_out_of_disk_goes_on_himself_when_there_is_room(disk: Path, tmp_path: Path) -> None:
    data = disk / "data"
    data.mkdir()
    built = start(data, tmp_path / "log", 0, 4)
    built.join()
    with opened(data, WordEmbedder()) as indexes:
        for number in range(4, 7):
            for item in Step("add", number).articles:
                indexes.store.archive.put(item)
            indexes.embed_pending()
            fill(disk, 0)
            with pytest.raises(NewsdeskError, match="free some disk space"):
                indexes.catch_up()
            assert search(indexes)
            make_room(disk)
            indexes.catch_up()
            assert_whole(indexes)


def test_where_chroma_runs_out_of_disk_vectors_are_compared_in_memory(disk: Path) -> None:
    numbers, data = np.random.default_rng(3), disk / "data"
    data.mkdir()
    with opened(data) as indexes:
        for n in range(2):
            put_long(indexes.store, n, numbers)
        indexes.catch_up()
        for start in (2, 14):
            for n in range(start, start + 12):
                put_long(indexes.store, n, numbers)
            fill(disk, 200_000)
            indexes.catch_up()
            (item,) = indexes.store.read_embedded([f"n{start:03d}"])
            assert indexes.dense.search(item.vectors[:1], 1)[0][0][0] == f"n{start:03d}@1#0"
            assert indexes.find_differences() == {}
            make_room(disk)
    with opened(data) as indexes:
        assert_whole(indexes)
        assert indexes.dense.count() == 26 * 110
