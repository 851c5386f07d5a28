"""Read many files with several processes; articles come out in the order in which one process would give them."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path

from corpus.article import Article
from corpus.readers import ReadOptions, Refusal, read
from corpus.readers.folder import display_path, walk_files

_BATCH_BYTES = 2_000_000
_BATCH_FILES = 32
_STREAMED_BYTES = 8_000_000  # A larger file is read here, piece by piece, so that memory stays bounded.

Item = Article | Refusal
Batch = list[Path]


def read_files(paths: Iterable[Path], options: ReadOptions, jobs: int) -> Iterator[Item]:
    """Yield what the readers yield, parsing up to `jobs` batches of files at once.

    A file whose reader takes its process down (a fault in native code, memory that ran out) is refused.
    """
    batches = _batches(paths, options)
    first = list(islice(batches, 2))
    if jobs < 2 or len(first) < 2:  # For one batch a second process would only cost its start.
        for batch in chain(first, batches):
            yield from _read_here(batch, options)
        return
    with _ReaderPool(jobs, options) as pool:
        waiting: deque[tuple[Future[list[Item]] | None, Batch | Refusal]] = deque()
        for batch in chain(first, batches):
            small = isinstance(batch, list) and (len(batch) > 1 or _size(batch[0]) <= _STREAMED_BYTES)
            waiting.append((pool.submit(batch) if small and isinstance(batch, list) else None, batch))
            if len(waiting) > 2 * jobs:
                yield from pool.finish(*waiting.popleft())
        while waiting:
            yield from pool.finish(*waiting.popleft())


class _ReaderPool:
    """Hold the processes that read, and replace them when one of them dies."""

    def __init__(self, jobs: int, options: ReadOptions) -> None:
        self._jobs = jobs
        self._options = options
        self._pool = _pool(jobs)

    def __enter__(self) -> "_ReaderPool":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def submit(self, batch: Batch) -> Future[list[Item]]:
        try:
            return self._pool.submit(_read_batch, batch, self._options)
        except BrokenProcessPool:
            self._pool.shutdown()
            self._pool = _pool(self._jobs)
            return self._pool.submit(_read_batch, batch, self._options)

    def finish(self, future: Future[list[Item]] | None, batch: Batch | Refusal) -> Iterator[Item]:
        if future is None:
            yield from _read_here(batch, self._options)
            return
        try:
            found = future.result()
        except BrokenProcessPool:
            found = (
                [item for path in batch for item in _read_apart(path, self._options)] if isinstance(batch, list) else []
            )
        yield from found


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_follow_parent)


def _read_batch(batch: Batch, options: ReadOptions) -> list[Item]:
    """Read a batch in a worker process, which has its own connection to the item cache."""
    try:
        return list(read(batch, options))
    finally:
        if options.memory:
            options.memory.close()


def _read_here(batch: Batch | Refusal, options: ReadOptions) -> Iterator[Item]:
    if isinstance(batch, Refusal):
        yield batch
    else:
        yield from read(batch, options)


def _read_apart(path: Path, options: ReadOptions) -> list[Item]:
    """Read one file in a worker process, which may die."""
    with _pool(1) as pool:
        try:
            return pool.submit(_read_batch, [path], options).result()
        except BrokenProcessPool:
            return [Refusal(display_path(path), "its reader crashed; check that the file is whole, or leave it out")]


def _batches(paths: Iterable[Path], options: ReadOptions) -> Iterator[Batch | Refusal]:
    """Yield the files in runs of moderate size, and what must not be opened, in order."""
    batch: Batch = []
    size = 0
    for path in paths:
        for entry in walk_files(path, options.limits.depth):
            more = 0 if isinstance(entry, Refusal) else _size(entry)
            if batch and (isinstance(entry, Refusal) or size + more > _BATCH_BYTES or len(batch) == _BATCH_FILES):
                yield batch
                batch, size = [], 0
            if isinstance(entry, Refusal):
                yield entry
            else:
                batch.append(entry)
                size += more
    if batch:
        yield batch


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _follow_parent() -> None:
    """End with the process that started this one, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
