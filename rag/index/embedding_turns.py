"""A few threads that share work: urgent work goes first, the rest not much later."""

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

_Job = tuple[
    float, int, Callable[[], None] | None
]  # When it is due, its number (jobs themselves have no order), the job.


class EmbeddingTurns:
    """Run a limited number of jobs at once, for all callers.

    More threads than cores would slow each other down, and work that can wait would slow down questions.
    """

    def __init__(self, threads: int, yield_s: float = YIELD_S) -> None:
        """Start `threads` threads, which end with this object; work that can wait is delayed by `yield_s` seconds."""
        self._threads = threads
        self._yield_s = yield_s
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = itertools.count()
        for number in range(threads):
            # The threads hold the queue and not this object, which could never end otherwise.
            Thread(target=_work, args=(self._jobs,), name=f"turns-{number}", daemon=True).start()
        weakref.finalize(self, _end, self._jobs, threads)

    def run_each(self, work: Callable[[Item], None], items: Iterable[Item], urgent: bool) -> None:
        """Do some work for each item, and return when all is done.

        Work that can wait is queued item by item, so that at most one item per thread is ahead of urgent work.

        Raises:
            Exception: Whatever the work raises.
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
        del do  # Free what the job holds, which may be large.


def _end(jobs: "PriorityQueue[_Job]", threads: int) -> None:
    for number in range(threads):
        jobs.put((float("inf"), number, None))
