"""Go through what takes time in a thread of its own, from the event loop."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


async def iterate_in_thread(pool: Executor, make: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
    """Yield what an iterator yields, which is made, read and closed in one thread of a pool.

    Whoever stops reading closes the iterator at its next item; an iterator whose turn has not come is never made.

    Raises:
        Exception: What the iterator raises.
    """
    loop, found = asyncio.get_running_loop(), asyncio.Queue[tuple[list[T], BaseException | None]]()
    ended = threading.Event()

    def hand_over(items: list[T], error: BaseException | None = None) -> None:
        with contextlib.suppress(RuntimeError):  # The loop is closed, so nobody waits any more.
            loop.call_soon_threadsafe(found.put_nowait, (items, error))

    def read() -> None:
        try:
            if not ended.is_set():
                _read_all(make(), hand_over, ended)
            # The end. Items come in lists, as an item may be anything, None too.
            hand_over([])
        except BaseException as error:
            hand_over([], error)

    pool.submit(read)
    try:
        while True:
            items, error = await found.get()
            if error is not None:
                raise error
            if not items:
                return
            yield items[0]
    finally:
        ended.set()


def _read_all(items: Iterator[T], hand_over: Callable[[list[T]], None], ended: threading.Event) -> None:
    try:
        for item in items:
            if ended.is_set():
                return
            hand_over([item])
    finally:
        if close := getattr(items, "close", None):
            close()
