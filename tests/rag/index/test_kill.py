"""Killed while it adds, indexes, removes and rebuilds, it loses nothing that was reported and doubles nothing."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.promises import RecordPromise
from tests.rag.index_checks import assert_whole, found, opened
from tests.rag.word_embedder import WordEmbedder
from tests.rag.worker import STEPS, Step, expected, read_log, start

LASTS_S = {"add": 0.06, "index": 0.1, "remove": 0.05, "rebuild": 0.3}
"""About how long a step takes: a kill comes at any point of it."""


def kill_in(step: str, data: Path, log: Path, numbers: random.Random) -> Step | None:
    """Let a process go on with the work, kill it in the middle of a step, and return the step that it died in."""
    done, _ = read_log(log)
    first = done[-1].round if done else 0
    seen = log.stat().st_size if log.exists() else 0
    process = start(data, log, first, 1000)
    while process.is_alive() and f"begin {step}" not in (log.read_text()[seen:] if log.exists() else ""):
        time.sleep(0.001)
    process.join(numbers.uniform(0, LASTS_S[step]))
    assert process.exitcode is None
    process.kill()
    process.join()
    return read_log(log)[1]


def differences(data: Path, log: Path) -> tuple[list[str], list[str]]:
    """Return the ids that are lost and those that are doubled, in the archive and in the indexes, once these are open."""
    done, begun = read_log(log)
    before = expected(done)
    after = expected([*done, begun]) if begun else before
    with opened(data, WordEmbedder()) as indexes:
        articles = list(indexes.store.archive.articles())
        there = {article.id: article.body for article in articles}
        lost = [
            i for i in before.keys() | after.keys() | there.keys() if there.get(i) not in (before.get(i), after.get(i))
        ]
        indexes.embed_pending()
        indexes.catch_up()
        assert_whole(indexes)
        ids = list(indexes.store.ids())
        doubled = [i for i, n in Counter([article.id for article in articles]).items() if n > 1]
        doubled += [i for i, n in Counter(ids).items() if n > 1]
        assert indexes.dense.count() == indexes.lexical.count() == len(ids)
        assert all(found(indexes, f"bridge{int(i[1:])}") == [i] for i in list(there)[:5])
    return lost, doubled


@pytest.mark.sizes(4, 200)
def test_killed_in_every_step_nothing_is_lost_or_doubled(
    tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    data, log, numbers = tmp_path / "data", tmp_path / "log", random.Random(size)
    data.mkdir()
    died: Counter[str] = Counter()
    lost, doubled = [], []
    for kill in range(size):
        step = kill_in(STEPS[kill % len(STEPS)], data, log, numbers)
        died[step.name if step else "between two steps"] += 1
        one, two = differences(data, log)
        lost += one
        doubled += two
    seen = ", ".join(f"{n} in {name}" for name, n in sorted(died.items()))
    record_promise(
        "kill -9 in ingest, delete, rebuild",
        "200 kills: 0 lost, 0 doubled",
        f"{size} kills ({seen}): {len(lost)} lost, {len(doubled)} doubled",
    )
    assert (lost, doubled) == ([], [])
