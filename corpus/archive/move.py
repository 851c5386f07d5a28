"""Move an archive between a SQLite file and a PostgreSQL database, or to another of the same kind; nothing is embedded again.

The source is only read, as it was at one moment. The target says that it is unfinished until everything is there and
was compared, and nothing else opens it before that. A move that was interrupted is continued by the same call: what the
source has changed since is brought up to date.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from corpus.archive.copy_check import check_copy
from corpus.archive.engine import Engine, ScratchEngine
from corpus.archive.engine.bulk import Bulk
from corpus.archive.lineage import begin_copy, finish_copy, read_identity, read_unfinished, require_finished
from corpus.archive.table_copy import Progress, TablePair, copy_missing, drop_differing, pair_tables
from corpus.errors import ArchiveError, InputError


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
    source: Engine, target: Engine, *, more: Sequence[str] = (), partial: bool = False, progress: Progress | None = None
) -> Moved:
    """Copy everything that an archive holds.

    Args:
        source: An archive.
        target: An empty one, one that is not there yet, or one that a move from the same source has not finished.
        more: Statements that make the tables which a file gets only when they are first needed.
        partial: Finish it even if others wrote to the source meanwhile: it then holds what was there at the beginning.
        progress: Called after each batch.

    Raises:
        ArchiveError: Either cannot be used, or the two differ at the end.
        InputError: The target holds something else.
    """
    with closing(source.open_bulk()) as ours, closing(target.open_bulk()) as theirs:
        require_finished(ours.connection, ours.name)
        theirs.connection.make_tables(more)
        move = _Move(ours, theirs, pair_tables(ours, theirs, _list_tables(more)))
        move.begin()
        with ours.snapshot():
            before = ours.take_version()
            rows = move.copy(progress)
            searches = check_copy(move.pairs, progress)
        current = ours.take_version() == before
        if current or partial:
            move.finish()
    return Moved(rows, searches, current)


def _list_tables(more: Sequence[str]) -> list[str]:
    """Return the names of the tables of an archive, as a new one has them."""
    with closing(ScratchEngine().open_bulk()) as new:
        new.connection.make_tables(more)
        return list(new.describe_tables())


class _Move:
    """Copy from one database to another; the target knows from which archive."""

    def __init__(self, source: Bulk, target: Bulk, pairs: Sequence[TablePair]) -> None:
        self._source, self._target = source, target
        self.pairs = pairs
        self._identity = read_identity(source.connection)
        self._continued = False

    def begin(self) -> None:
        """Mark the target as unfinished.

        Raises:
            InputError: It holds something else.
        """
        connection = self._target.connection
        with connection.transaction():
            found = read_unfinished(connection)
            if found and found != self._identity:
                raise InputError(
                    f"{self._target.name}: a move of another archive to it is not finished; finish that one, or name an empty one"
                )
            if not found and (held := [pair.table.name for pair in self.pairs if pair.count(self._target)]):
                raise InputError(f"{self._target.name}: holds something already ({', '.join(held)}); name an empty one")
            self._continued = bool(found)
            if not found:
                begin_copy(connection, self._identity)

    def copy(self, progress: Progress | None) -> dict[str, int]:
        """Bring every table of the target to what the source has; return the number of rows."""
        if self._continued:
            drop_differing(self.pairs, self._check)
        return {pair.table.name: copy_missing(pair, self._check, progress) for pair in self.pairs}

    def _check(self) -> None:
        """Raise where another process has finished the move."""
        if read_unfinished(self._target.connection) != self._identity:
            raise ArchiveError(
                f"{self._target.name}: another process has finished moving an archive to it; use that one"
            )

    def finish(self) -> None:
        """Let the target be used: note up to which change its log is that of the source, and of those before it."""
        self._target.finish()
        with self._target.connection.transaction():
            self._check()
            finish_copy(self._target.connection, self._source.connection)
