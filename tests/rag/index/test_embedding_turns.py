"""Who goes first."""

import threading
from collections.abc import Callable

import pytest

from rag.index.embedding_turns import EmbeddingTurns
from tests.waiting import PATIENCE_S


def blocked(turns: EmbeddingTurns) -> tuple[threading.Thread, threading.Event]:
    """Let the one thread of `turns` wait for an event."""
    begun, go = threading.Event(), threading.Event()

    def work(_: int) -> None:
        begun.set()
        assert go.wait(PATIENCE_S)

    thread = threading.Thread(target=turns.run_each, args=(work, [0], True))
    thread.start()
    assert begun.wait(PATIENCE_S)
    return thread, go


def asked(
    turns: EmbeddingTurns, work: Callable[[str], None], items: list[str], urgent: bool, waiting: int
) -> threading.Thread:
    """Ask for work in another thread, and return it when so many jobs wait."""
    thread = threading.Thread(target=turns.run_each, args=(work, items, urgent))
    thread.start()
    while turns._jobs.qsize() < waiting:
        thread.join(0.001)
    return thread


def test_what_somebody_waits_for_goes_first() -> None:
    turns, done = EmbeddingTurns(1, yield_s=60.0), list[str]()
    holding, go = blocked(turns)
    later = asked(turns, done.append, ["ingestion 1", "ingestion 2"], False, 1)
    soon = asked(turns, done.append, ["question 1", "question 2"], True, 3)
    go.set()
    for thread in (holding, soon, later):
        thread.join(PATIENCE_S)
    assert done == ["question 1", "question 2", "ingestion 1", "ingestion 2"]


def test_what_can_wait_does_not_wait_for_ever() -> None:
    turns, done = EmbeddingTurns(1, yield_s=0.0), list[str]()
    holding, go = blocked(turns)
    later = asked(turns, done.append, ["ingestion"], False, 1)
    soon = asked(turns, done.append, ["question"], True, 2)
    go.set()
    for thread in (holding, soon, later):
        thread.join(PATIENCE_S)
    assert done == ["ingestion", "question"]


def test_never_more_at_once_than_threads() -> None:
    turns, lock = EmbeddingTurns(2), threading.Lock()
    now, most = 0, 0

    def work(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.001)
        with lock:
            now -= 1

    threads = [threading.Thread(target=turns.run_each, args=(work, range(20), urgent)) for urgent in (True, False) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert (now, most) == (0, 2)


@pytest.mark.parametrize("urgent", [True, False])
def test_what_goes_wrong_is_raised(urgent: bool) -> None:
    def work(number: int) -> None:
        if number == 3:
            raise ValueError("not three")

    turns = EmbeddingTurns(2)
    with pytest.raises(ValueError, match="not three"):
        turns.run_each(work, range(9), urgent)
    turns.run_each(work, [1, 2], urgent)


def test_the_threads_end_with_it() -> None:
    before = set(threading.enumerate())
    turns = EmbeddingTurns(3)
    own = set(threading.enumerate()) - before
    assert len(own) == 3
    del turns
    for thread in own:
        thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in own)
