"""A few threads that do work in turn: what somebody waits for goes first, the rest not much later."""

import itertools
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from queue import PriorityQueue
from threading import Thread
from typing import TypeVar

YIELD_S = 0.5
"""Seconds by which work that can wait yields to urgent work that comes later; so it never waits for ever."""

Item = TypeVar("Item")

_Job = tuple[float, int, Callable[[], None] | None]  # Due, number (jobs themselves have no order), what to do.


class EmbeddingTurns:
    """Do at most so many things at once, whoever asks for them.

    More threads than cores would each take longer, and work that can wait would take its share of every question's time.
    """

    def __init__(self, threads: int, yield_s: float = YIELD_S) -> None:
        """Start `threads` threads, which end with this object; work that can wait stands back by `yield_s`."""
        self._threads = threads
        self._yield_s = yield_s
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = itertools.count()
        for number in range(threads):
            Thread(target=_work, args=(self._jobs,), name=f"turns-{number}", daemon=True).start()
        weakref.finalize(self, _end, self._jobs, threads)

    def run_each(self, work: Callable[[Item], None], items: Iterable[Item], urgent: bool) -> None:
        """Do some work for each item, and return when all is done.

        Work that can wait is passed in piece by piece, so that never more of it than a piece a thread is ahead.

        Raises:
            Exception: What the work raised.
        """
        waiting: deque[Future[None]] = deque()
        for item in items:
            if not urgent and len(waiting) >= self._threads:
                waiting.popleft().result()
            waiting.append(self._begin(work, item, urgent))
        for future in waiting:
            future.result()

    def _begin(self, work: Callable[[Item], None], item: Item, urgent: bool) -> "Future[None]":
        future: Future[None] = Future()

        def do() -> None:
            try:
                work(item)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(None)

        self._jobs.put((time.monotonic() + (0.0 if urgent else self._yield_s), next(self._numbers), do))
        return future


def _work(jobs: "PriorityQueue[_Job]") -> None:
    while do := jobs.get()[2]:
        do()
        del do  # What it holds may be large.


def _end(jobs: "PriorityQueue[_Job]", threads: int) -> None:
    for number in range(threads):
        jobs.put((float("inf"), number, None))
