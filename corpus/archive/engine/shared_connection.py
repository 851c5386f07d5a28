"""One connection to a store, on which the threads of a process take turns."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from corpus.archive.engine.protocol import Connection, Engine
from corpus.archive.engine.sqlite import DATABASE_ERRORS, ScratchEngine
from corpus.archive.engine.tables import Tables
from corpus.errors import ArchiveError

_LOOK_S = 0.2
_LONG_S, _REST_S = 1.0, 3.0
"""After an error that took so long to come, as where a server cannot be reached at all, others are told at once for a while."""


class SharedConnection:
    """Open a store when it is first needed, and again where the file could not be written the last time.

    Reading makes no file: one that is not there is read as an empty one.
    """

    def __init__(self, engine: Engine, tables: Tables) -> None:
        """Name the store; nothing is opened yet."""
        self.engine = engine
        self._nothing = ScratchEngine(tables)
        self._lock = threading.Lock()
        self._held: Connection | None = None
        self._rests_until, self._problem = 0.0, ""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield the connection, for one thread at a time; a statement that writes is committed when it returns.

        Raises:
            ArchiveError: The store cannot be read, or does not answer.
        """
        with self._take_turn():
            try:
                yield self._open(make=False)
            except (*DATABASE_ERRORS, ValueError) as error:
                way = (
                    "move it aside to begin anew" if isinstance(self.engine.place, Path) else "restore it from a backup"
                )
                raise ArchiveError(f"{self.engine.name}: cannot be read ({error}); {way}") from error

    @contextmanager
    def write(self, names: Sequence[str] = ()) -> Iterator[Connection]:
        """Yield the connection within a transaction that writes all or nothing.

        Args:
            names: What it is about, so that it waits for no transaction about anything else; without any it waits for
                all of this store.

        Raises:
            ArchiveError: The store cannot be written, or does not answer. Nothing of the block was kept, unless the connection
                broke while it was being committed: then all of it may have been.
        """
        with self._take_turn():
            try:
                connection = self._open(make=True)
                with connection.transaction(names):
                    yield connection
            except DATABASE_ERRORS as error:
                raise ArchiveError(f"{self.engine.name}: cannot be written ({error}); free some disk space") from error

    @contextmanager
    def claim(self, name: str, wait_s: float) -> Iterator[bool]:
        """Reserve a name among all machines that share a database; yield whether it was to be had within so many seconds.

        The claim of a process that dies ends with it. In a file, which one machine has, nothing is reserved.
        """
        if isinstance(self.engine.place, Path):
            yield True
            return
        until = time.monotonic() + wait_s
        with closing(self.engine.connect()) as connection:
            while True:
                with connection.claim({name: name}) as own:
                    if own or time.monotonic() > until:
                        yield bool(own)
                        return
                time.sleep(_LOOK_S)

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._lock:
            self._close()

    @contextmanager
    def _take_turn(self) -> Iterator[None]:
        with self._lock:
            began = time.monotonic()
            if began < self._rests_until:
                raise ArchiveError(self._problem)
            try:
                yield
            except ArchiveError as error:
                if time.monotonic() - began > _LONG_S:
                    self._rests_until, self._problem = time.monotonic() + _REST_S, str(error)
                raise

    def _open(self, make: bool) -> Connection:
        """Return a connection that can be written, if there is such a one."""
        if self._held is None or self._held.read_only:
            self._close()
            missing = isinstance(self.engine.place, Path) and not self.engine.exists()
            self._held = self._nothing.connect(write=False) if missing and not make else self.engine.connect()
        return self._held

    def _close(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
