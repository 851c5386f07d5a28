"""Move an archive between a data folder and a PostgreSQL database, or to another of the same kind; nothing is embedded again.

The source is only read, as it was at one moment. The target says that it is unfinished until everything is there and
was compared, and nothing else opens it before that. A move that was interrupted is continued by the same call: what the
source has changed since is brought up to date.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from corpus.archive.copy_check import check_copy
from corpus.archive.engine import Bulk, Place, ScratchEngine, open_bulk
from corpus.archive.lineage import begin_copy, finish_copy, read_identity, read_unfinished, require_finished
from corpus.archive.stores import PASSING, STORES, open_stores
from corpus.archive.table_copy import Progress, TablePair, copy_missing, drop_differing, pair_tables
from corpus.errors import ArchiveError, InputError
from corpus.settings import ARCHIVE_FILE


@dataclass(frozen=True, slots=True)
class Moved:
    """Hold what a move did.

    Attributes:
        rows: How many rows each table has.
        searches: How many searches gave the same in both.
        current: Whether nobody wrote to the source meanwhile; else the target lacks what was written.
    """

    rows: dict[str, int]
    searches: int
    current: bool


def move_archive(
    source: Place, target: Place, *, more: Sequence[str] = (), partial: bool = False, progress: Progress | None = None
) -> Moved:
    """Copy an archive with all that the page keeps beside it.

    Args:
        source: The data folder, or the address of the database.
        target: The same of an empty one, of one that is not there yet, or that a move from this source has not finished.
        more: Statements that make the tables which the archive's file gets only when they are first needed.
        partial: Finish it even if others wrote to the source meanwhile: it then holds what was there at the beginning.
        progress: Called after each batch.

    Raises:
        ArchiveError: Either cannot be used, or the two differ at the end.
        InputError: The target holds something else.
    """
    with ExitStack() as stack:
        move = _Move(list(_open_stores(stack, source, target, more)))
        move.begin()
        with ExitStack() as reading:
            for store in move.stores:
                reading.enter_context(store.source.snapshot())
            before = move.take_version()
            rows = move.copy(progress)
            searches = check_copy(move.pairs, progress)
        current = move.take_version() == before
        if current or partial:
            move.finish()
    return Moved(rows, searches, current)


@dataclass(frozen=True, slots=True)
class _Store:
    """Hold one store of both sides, and its tables in the order in which rows can be written."""

    source: Bulk
    target: Bulk
    pairs: Sequence[TablePair]


def _open_stores(stack: ExitStack, source: Place, target: Place, more: Sequence[str]) -> Iterator[_Store]:
    """Open the stores that the source has, the archive first; one without a row makes no file at the target."""
    targets = open_stores(target)
    for file, engine in open_stores(source).items():
        if not engine.exists():
            continue
        ours = stack.enter_context(closing(open_bulk(engine)))
        if file == ARCHIVE_FILE:
            require_finished(ours.connection, ours.name)
        elif not targets[file].exists() and not any(
            pair.count(ours) for pair in pair_tables(ours, ours, list_tables(file, ()))
        ):
            continue
        theirs = stack.enter_context(closing(open_bulk(targets[file])))
        if file == ARCHIVE_FILE:
            theirs.connection.make_tables(more)
        yield _Store(ours, theirs, pair_tables(ours, theirs, list_tables(file, more)))


def list_tables(file: str, more: Sequence[str]) -> list[str]:
    """Return the names of the tables that are carried of a store, as a new one has them."""
    with closing(open_bulk(ScratchEngine(STORES[file]))) as new:
        new.connection.make_tables(more if file == ARCHIVE_FILE else ())
        return [name for name in new.describe_tables() if name not in PASSING]


class _Move:
    """Copy all stores of an archive; the target's archive knows from which one."""

    def __init__(self, stores: Sequence[_Store]) -> None:
        self.stores = stores
        self.pairs = [pair for store in stores for pair in store.pairs]
        self._archive = stores[0]
        self._identity = read_identity(self._archive.source.connection)
        self._continued = False

    def begin(self) -> None:
        """Mark the target as unfinished.

        Raises:
            InputError: It holds something else.
        """
        target = self._archive.target
        with target.connection.transaction():
            found = read_unfinished(target.connection)
            if found and found != self._identity:
                raise InputError(
                    f"{target.name}: a move of another archive to it is not finished; finish that one, or name an empty one"
                )
            if not found and (held := [pair.table.name for pair in self.pairs if pair.count(pair.target)]):
                raise InputError(f"{target.name}: holds something already ({', '.join(held)}); name an empty one")
            self._continued = bool(found)
            if not found:
                begin_copy(target.connection, self._identity)

    def take_version(self) -> list[object]:
        """Return a value that is another one as soon as somebody else has written to the source."""
        return [store.source.take_version([pair.table for pair in store.pairs]) for store in self.stores]

    def copy(self, progress: Progress | None) -> dict[str, int]:
        """Bring every table of the target to what the source has; return the number of rows."""
        if self._continued:
            drop_differing(self.pairs, self._check)
        return {pair.table.name: copy_missing(pair, self._check, progress) for pair in self.pairs}

    def _check(self) -> None:
        """Raise where another process has finished the move."""
        target = self._archive.target
        if read_unfinished(target.connection) != self._identity:
            raise ArchiveError(f"{target.name}: another process has finished moving an archive to it; use that one")

    def finish(self) -> None:
        """Let the target be used."""
        for store in self.stores:
            store.target.finish([pair.table for pair in store.pairs])
        target = self._archive.target
        with target.connection.transaction():
            self._check()
            finish_copy(target.connection, self._archive.source.connection)
