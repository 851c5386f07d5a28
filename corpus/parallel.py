"""Read many files with several processes; articles come out in the order in which one process would give them."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from corpus.article import Article
from corpus.readers import ReadOptions, Refusal, read
from corpus.readers.folder import files

_BATCH_BYTES = 2_000_000
_BATCH_FILES = 32
_STREAMED_BYTES = 8_000_000  # A larger file is read here, piece by piece, so that memory stays bounded.

Item = Article | Refusal
Batch = list[Path]


def read_files(paths: Iterable[Path], options: ReadOptions, jobs: int) -> Iterator[Item]:
    """Yield what the readers yield, parsing up to `jobs` batches of files at once."""
    batches = _batches(paths, options)
    first, second = next(batches, None), next(batches, None)
    if jobs < 2 or second is None:  # One batch: a second process would only cost its start.
        for batch in (first, second, *batches):
            yield from _read_here(batch, options)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_follow_parent) as pool:
        waiting: deque[Future[list[Item]] | Batch | Refusal] = deque()
        for batch in (first, second, *batches):
            waiting.append(pool.submit(_read_batch, batch, options) if _is_small(batch) else batch or [])
            if len(waiting) > 2 * jobs:
                yield from _finish(waiting.popleft(), options)
        while waiting:
            yield from _finish(waiting.popleft(), options)


def _finish(one: "Future[list[Item]] | Batch | Refusal", options: ReadOptions) -> Iterator[Item]:
    if isinstance(one, Future):
        yield from one.result()
    else:
        yield from _read_here(one, options)


def _read_here(batch: Batch | Refusal | None, options: ReadOptions) -> Iterator[Item]:
    if isinstance(batch, Refusal):
        yield batch
    else:
        yield from read(batch or (), options)


def _read_batch(batch: Batch, options: ReadOptions) -> list[Item]:
    return list(read(batch, options))


def _is_small(batch: Batch | Refusal | None) -> bool:
    return isinstance(batch, list) and (len(batch) > 1 or _size(batch[0]) <= _STREAMED_BYTES)


def _batches(paths: Iterable[Path], options: ReadOptions) -> Iterator[Batch | Refusal]:
    """Yield the files in runs of moderate size, and what must not be opened, in order."""
    batch: Batch = []
    size = 0
    for path in paths:
        for entry in files(path, options.limits.depth):
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
