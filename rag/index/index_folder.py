"""The folder of both indexes: which process owns it, its recorded state, and which embedder made it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from filelock import FileLock, Timeout

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.lineage import shares_log
from corpus.command_names import name_command
from corpus.errors import IndexInUseError, IndexReadOnlyError, IndexUnavailableError
from rag.index.generations import Generations, State, seal

_REQUIRED_BYTES = 4_000_000  # With less free space, an index may fail to open without being damaged.
_KEEPS = "keeps it"  # The second line of what an owner records that stays.
_MOMENT_S = 0.1  # How long to wait for it where its owner keeps it: one that was killed does so no longer.
_LOCK_TIMEOUT_S = 0.9  # How long to wait for a process that owns the folder only to update it.


class IndexFolder:
    """Lock the folder of the indexes of one archive, and compare its recorded state with the archive."""

    def __init__(self, path: Path, store: ChunkStore, owner: str) -> None:
        """Describe a folder, which need not exist yet.

        Args:
            path: Its path.
            store: The archive's chunks, which the indexes are derived from.
            owner: Name of this process in the error that another one gets.
        """
        self.path = path
        self.owner = f"{owner}, process {os.getpid()}"
        self.generations = Generations(path)
        self.wait_s = _LOCK_TIMEOUT_S
        self._store = store
        # For all threads: one may acquire it and another release it.
        self._lock = FileLock(path / "owner.lock", thread_local=False)

    def acquire(self) -> None:
        """Acquire the folder; a process that may own it only for a moment is waited for.

        Raises:
            IndexInUseError: Another process owns it.
            OSError: It cannot be written.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            kept = self._read_record()[1:] == [_KEEPS]
            self._lock.acquire(timeout=min(self.wait_s, _MOMENT_S) if kept else self.wait_s)
        except Timeout:
            raise IndexInUseError(
                f"{self.path}: the index is in use by {self._read_owner()}; ask there, or stop that process first"
            ) from None
        try:
            (self.path / "owner").write_text(self.owner, "utf-8")
        except OSError:
            self.release()
            raise

    def keep(self) -> None:
        """Say, where this process owns it, that it does so as long as it runs, so that no other one waits for it."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError), (self.path / "owner").open("a", encoding="utf-8") as record:
                record.write(f"\n{_KEEPS}")  # On a full disk they wait.

    def release(self) -> None:
        """Let other processes own the folder; none is to think, while the next one begins, that this one keeps it."""
        if self._lock.is_locked and self._read_record()[1:]:
            with contextlib.suppress(OSError):
                (self.path / "owner").write_text(self.owner, "utf-8")
        self._lock.release(force=True)

    def name_owner(self) -> str:
        """Return the name of the process that owns the folder, or ""."""
        if self._lock.is_locked:
            return self.owner
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return self._read_owner()
        except OSError:  # A folder that cannot be written has no owner.
            return ""
        self._lock.release()
        return ""

    def _read_owner(self) -> str:
        return next(iter(self._read_record()), "another process")

    def _read_record(self) -> list[str]:
        """Return what the last owner wrote: its name and, on a second line, whether it keeps the folder."""
        try:
            return (self.path / "owner").read_text("utf-8").splitlines()
        except OSError:
            return []

    def applied(self) -> int:
        """Return the number of the last change of the archive that the files hold."""
        state = self.generations.state()
        return state.applied if state else 0

    def is_foreign(self, state: State) -> bool:
        """Return whether a state is of another archive than this one and those that it was copied from, or of a later state."""
        return not shares_log(self._store.archive.connection, state.archive, state.applied)

    def is_of_archive(self, state: State) -> bool:
        """Return whether a state is of this archive, be it of a later time, or of one that this archive was copied from."""
        return state.archive == self._store.archive.identity or not self.is_foreign(state)

    def is_as_closed(self, state: State) -> bool:
        """Return whether the files are those of the last clean shutdown, without opening an index, which would write."""
        return bool(state.seal) and state.seal == seal(self.generations.path(state.generation))

    def check_embedder(self) -> None:
        """Raise if another embedder made the indexes.

        Raises:
            IndexUnavailableError: It did; the message says what to do.
        """
        state = self.generations.state()
        if state and state.profile != self._store.profile and self.is_of_archive(state):
            raise IndexUnavailableError(
                f"{self.path}: made with the embedder {state.profile}, but the settings name {self._store.profile}; "
                f"run `{name_command('corpus rebuild')}` to embed anew, or set NEWSDESK_EMBEDDER back"
            )

    def check_space(self) -> None:
        """Raise `OSError` where the disk is full, which neither Chroma nor tantivy distinguishes from damage."""
        with TemporaryFile(dir=self.path) as probe:
            probe.write(bytes(_REQUIRED_BYTES))
            probe.flush()


@contextlib.contextmanager
def convert_write_errors(folder: Path) -> Iterator[None]:
    """Raise `IndexReadOnlyError` in place of an `OSError`, except for the time-out of a lock."""
    try:
        yield
    except Timeout:  # An `OSError` too.
        raise
    except OSError as error:
        raise IndexReadOnlyError(
            f"{folder}: the index cannot be written ({error}); free some disk space or fix the permissions of the "
            "folder, then run the same command again"
        ) from error
