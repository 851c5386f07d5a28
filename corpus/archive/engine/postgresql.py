"""The archive in a PostgreSQL database, which any number of machines may read and write at once."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from corpus.archive.engine.postgresql_row import PostgresRow, make_rows
from corpus.archive.engine.postgresql_schema import MIGRATIONS, VERSION_OF_SQLITE
from corpus.archive.engine.protocol import Connection
from corpus.archive.engine.sqlite_schema import ARCHIVE
from corpus.archive.engine.tables import Tables
from corpus.archive.engine.tallies import READ_TALLIES, RECOUNT
from corpus.command_names import name_command
from corpus.errors import ArchiveError, InputError

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
except ImportError as error:
    raise ArchiveError(
        "NEWSDESK_DATABASE names a PostgreSQL database, whose client is not installed; run `make cluster`, or "
        "`pip install 'newsdesk[cluster]'`"
    ) from error

T = TypeVar("T")

_OLDEST_SERVER = 18  # The first that folds case as Python does.
# Classes of SQLSTATE: the connection broke, the user or the database is unknown, an operator stopped the server.
_UNREACHABLE = ("08", "28", "3D", "57")
_AT_ONCE = 500  # Rows that a long query fetches at a time.
_DEFAULTS: Mapping[str, Any] = {
    "application_name": "newsdesk",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    # A server that vanished without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# The same for the server: what a machine that lost its power had reserved is free again within half a minute.
_SESSION = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # A process that was stopped or put to sleep in the middle of a transaction must not keep all others from writing.
    "idle_in_transaction_session_timeout": "60s",
}
# Hints for SQLite's planner that PostgreSQL does not know, and what it calls otherwise.
_TERMS = {
    "CROSS JOIN": "JOIN",
    "json_group_array(": "json_agg(",
    "json_array(": "json_build_array(",
    "?": "%s",
    "%": "%%",
}
_TERM = re.compile(r" INDEXED BY \w+|" + "|".join(map(re.escape, _TERMS)))


@lru_cache(maxsize=512)
def translate(sql: str) -> str:
    """Return SQL of the archive's modules as psycopg takes it."""
    return _TERM.sub(lambda found: _TERMS.get(found[0], ""), sql)


class PostgresConnection:
    """Read and write the database; see `corpus.archive.engine.protocol.Connection`.

    A connection that broke is opened again by the next statement. A query outside a transaction is then sent once more;
    nothing that writes is, since it may have been done.
    """

    read_only = False
    schema = VERSION_OF_SQLITE

    def __init__(self, engine: "PostgresEngine", write: bool = True) -> None:
        """Connect; without `write`, the server refuses every change."""
        self._engine = engine
        self._write = write
        self._inside = False
        self._numbers = itertools.count()
        self._opened = self._open()

    def _open(self) -> "psycopg.Connection[PostgresRow]":
        with self._engine.convert_errors():
            opened = psycopg.connect(self._engine.address, autocommit=True, row_factory=make_rows)
            wanted = _SESSION if self._write else _SESSION | {"default_transaction_read_only": "on"}
            opened.execute(
                "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in wanted.items())
            )
            return opened

    @property
    def raw(self) -> "psycopg.Connection[PostgresRow]":
        """Return psycopg's connection, opened again where it broke outside a transaction."""
        if self._opened.closed and not self._inside:
            self._opened = self._open()
        return self._opened

    def read_clock(self) -> float:
        """Return the seconds of the server's clock now: this machine may have slept, or have come to another server."""
        seconds = self.execute("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)").fetchone()
        return float(seconds[0] if seconds else 0.0)

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> "psycopg.Cursor[PostgresRow]":
        """Run one statement."""
        again = not self._inside and sql.lstrip().startswith(("SELECT", "BEGIN"))
        with self._engine.convert_errors():
            try:
                return self.raw.execute(translate(sql), values, binary=True)
            except psycopg.OperationalError:
                if not (again and self._opened.closed):
                    raise
            return self.raw.execute(translate(sql), values, binary=True)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of values, all of them sent before the first answer is awaited."""
        with self._engine.convert_errors(), self.raw.cursor() as cursor:
            cursor.executemany(translate(sql), list(rows))

    def query_each(self, sql: str, rows: Iterable[Sequence[Any]]) -> list[list[PostgresRow]]:
        """Return the rows of one query for each row of values, which are asked for together."""
        with self._engine.convert_errors(), self.raw.cursor(binary=True) as cursor:
            cursor.executemany(translate(sql), list(rows), returning=True)
            return [found.fetchall() for found in cursor.results()]

    def iterate(self, sql: str, values: Sequence[Any] = ()) -> Iterator[PostgresRow]:
        """Yield the rows of a query, which the server keeps until they are taken."""
        with self._engine.convert_errors():
            name = f"rows{next(self._numbers)}"
            with self.raw.cursor(name, withhold=True) as cursor:
                cursor.itersize = _AT_ONCE
                cursor.execute(translate(sql), values, binary=True)
                yield from cursor

    @contextmanager
    def transaction(self, names: Sequence[str] = ()) -> Iterator[None]:
        """Write all or nothing; one that is about everything is alone, one that has names shares with the others that do."""
        self.execute("BEGIN")
        self._inside = True
        try:
            mode = "_shared" if names else ""
            self.execute(f"SELECT pg_advisory_xact_lock{mode}(?)", (_number(self._engine.writer),))
            self.lock(names)
            yield
            self.execute("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):  # Where the connection broke, the server has done so.
                self._opened.rollback()
            raise
        finally:
            self._inside = False

    @contextmanager
    def stay_connected(self) -> "Iterator[psycopg.Connection[PostgresRow]]":
        """Yield psycopg's connection, which is not opened again within the block."""
        opened = self.raw
        self._inside = True
        try:
            yield opened
        finally:
            self._inside = False

    def lock(self, names: Iterable[str]) -> None:
        """Lock names in an order that is the same everywhere, so that no two transactions wait for each other."""
        if numbers := sorted({_number(name) for name in names}):
            self.execute("SELECT pg_advisory_xact_lock(wanted) FROM unnest(CAST(? AS bigint[])) AS wanted", (numbers,))

    @contextmanager
    def claim(self, names: dict[str, T]) -> Iterator[list[T]]:
        """Reserve work under locks that end with the connection."""
        by_number = {_number(name): value for name, value in names.items()}
        wanted = "unnest(CAST(? AS bigint[])) AS wanted"
        found = self.execute(f"SELECT wanted FROM {wanted} WHERE pg_try_advisory_lock(wanted)", (list(by_number),))
        held = [int(row[0]) for row in found]
        holder = self._opened
        try:
            yield [by_number[number] for number in held]
        finally:
            if held and holder is self._opened and not holder.closed:
                self.execute(f"SELECT pg_advisory_unlock(wanted) FROM {wanted}", (held,))

    def count_indexed(self, profile: str) -> tuple[int, int]:
        """Read the tallies, which writers keep: counting would go through all articles."""
        indexed, articles = self.execute(READ_TALLIES, (f"indexed {profile}",)).fetchone() or (0, 0)
        return int(indexed), int(articles)

    def make_tables(self, statements: Iterable[str]) -> bool:  # noqa: ARG002 - of the protocol
        """Do nothing: the migrations make all tables."""
        return True

    def close(self) -> None:
        """Close the connection."""
        self._opened.close()

    def __del__(self) -> None:
        """Close a connection that was let go because its thread may have been using it."""
        if hasattr(self, "_opened"):
            self._opened.close()


def _read_address(address: str) -> dict[str, Any]:
    """Return the parts of an address.

    An "@", "/" or ":" of a password that is not written as %40, %2F or %3A would put the rest of it into the host, the port
    or the name, which messages show: such an address is refused.
    """
    try:
        given = dict(conninfo_to_dict(address))
    except psycopg.ProgrammingError:  # Its message repeats the address, with the password.
        given = {"host": "@"}
    shown = " ".join(str(given.get(key) or "") for key in ("host", "hostaddr", "port", "dbname"))
    ports = str(given.get("port") or "").split(",")
    if "@" in shown or any(port and not port.isdecimal() for port in ports):
        raise ArchiveError(
            "NEWSDESK_DATABASE is no address of a database; write it as postgresql://user:password@host:5432/name, and @, / or "
            "a colon of the password as %40, %2F and %3A"
        )
    return given


class PostgresEngine:
    """Open a store in a PostgreSQL database."""

    def __init__(self, address: str, tables: Tables = ARCHIVE, migrations: Mapping[int, str] = MIGRATIONS) -> None:
        """Describe the database.

        Args:
            address: As libpq takes it, "postgresql://user:password@host:5432/name?sslmode=require".
            tables: Those that are meant: a database holds the tables of all stores.
            migrations: Make the tables of all stores.

        Raises:
            ArchiveError: The address cannot be read.
        """
        self.place: Path | str = address
        given = _read_address(address)
        self.address = make_conninfo(address, **{key: value for key, value in _DEFAULTS.items() if key not in given})
        self.writer = "writer" if tables is ARCHIVE else f"writer of {tables.name}"  # The lock that writers wait for.
        self._migrations = migrations
        self._secrets = [str(given[key]) for key in ("password", "sslpassword") if given.get(key)]
        place = given.get("host") or given.get("hostaddr") or "this machine"
        self._name = f"the database {given.get('dbname') or ''!s} at {place}:{given.get('port') or 5432}"

    @property
    def name(self) -> str:
        """Return the name of the database, the host and the port, without user and password."""
        return self._name

    def exists(self) -> bool:
        """Return whether the tables are there."""
        connection = PostgresConnection(self, write=False)
        try:
            return _read_version(connection) > 0
        finally:
            connection.close()

    def connect(self, write: bool = True) -> PostgresConnection:
        """Open a connection; in an empty database, the tables are made."""
        connection = PostgresConnection(self, write)
        try:
            self._check_server(connection)
            found, wanted = _read_version(connection), max(self._migrations)
            if found > wanted:
                raise ArchiveError(
                    f"{self.name}: made by a newer Newsdesk (schema {found}, this one knows {wanted}); update Newsdesk"
                )
            if 0 < found < wanted or (found == 0 and not write):
                raise ArchiveError(
                    f"{self.name}: its tables are of version {found}, and this Newsdesk needs {wanted}; stop the other "
                    f"processes, then run `{name_command('corpus upgrade')}`"
                )
            if found == 0:
                self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_server(self, connection: PostgresConnection) -> None:
        info = connection.raw.info
        if info.server_version < 10_000 * _OLDEST_SERVER:
            version = info.server_version // 10_000
            raise ArchiveError(f"{self.name}: PostgreSQL {version} is too old; {_OLDEST_SERVER} or newer is needed")
        if (encoding := info.parameter_status("server_encoding")) != "UTF8":
            raise ArchiveError(f"{self.name}: its encoding is {encoding}; create a database with the encoding UTF8")

    def _migrate(self, connection: PostgresConnection) -> None:
        """Apply the migrations that are missing; another process may do it at the same time.

        All are one transaction, or who connects meanwhile would find tables of an old version where there were none.
        """
        with connection.transaction():
            before = _read_version(connection)
            for number in sorted(n for n in self._migrations if n > before):
                with self.convert_errors():
                    connection.raw.execute(self._migrations[number])
                version = (
                    "INSERT INTO meta VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
                )
                connection.execute(version, (str(number),))

    def upgrade(self) -> tuple[int, int]:
        """Apply the migrations that are missing and count the tallies anew; return the version before and now."""
        connection = PostgresConnection(self)
        try:
            self._check_server(connection)
            before, wanted = _read_version(connection), max(self._migrations)
            if before < wanted:
                self._migrate(connection)
            if before <= wanted:
                with connection.transaction(), self.convert_errors():
                    connection.raw.execute(RECOUNT)
        finally:
            connection.close()
        if before > wanted:
            self.connect().close()  # Says that it is of a newer version.
        return before, wanted

    def measure(self) -> int:
        """Return the bytes of the tables and their indexes."""
        connection = PostgresConnection(self, write=False)
        try:
            sql = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
            tables = "WHERE relkind = 'r' AND relnamespace = current_schema()::text::regnamespace"
            return sum(int(row[0]) for row in connection.execute(sql + tables))
        finally:
            connection.close()

    def find_damage(self, connection: Connection) -> str:  # noqa: ARG002 - of the protocol
        """Return "": the server checks its pages as it reads them, and holds to the references between tables."""
        return ""

    @contextmanager
    def convert_errors(self) -> Iterator[None]:
        """Raise one of our errors, without a password, in place of what the server or the connection says.

        Raises:
            ArchiveError: The database does not answer, or refuses.
            InputError: A value cannot be stored.
        """
        try:
            yield
        except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded) as error:
            raise InputError(f"it cannot be stored ({self._describe(error)}); correct it and try again") from None
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as error:
            raise ArchiveError(
                f"{self.name}: may not be written ({self._describe(error)}); give the user the rights, or name the primary "
                "server in NEWSDESK_DATABASE"
            ) from None
        except psycopg.IntegrityError as error:
            raise ArchiveError(
                f"{self.name}: another process has changed this meanwhile ({self._describe(error)}); do it again"
            ) from None
        except (psycopg.OperationalError, psycopg.InternalError) as error:
            if (error.sqlstate or "08").startswith(_UNREACHABLE):
                raise ArchiveError(
                    f"{self.name}: does not answer ({self._describe(error)}); start it, or correct NEWSDESK_DATABASE; "
                    "what is running goes on by itself as soon as it answers"
                ) from None
            raise ArchiveError(
                f"{self.name}: refused ({self._describe(error)}); see the server's log, then run the same command again"
            ) from None

    def _describe(self, error: psycopg.Error) -> str:
        """Return the first line of what went wrong, without a password."""
        text = (error.diag.message_primary or str(error)).strip().partition("\n")[0]
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _read_version(connection: PostgresConnection) -> int:
    """Return the version of the tables, 0 where there are none."""
    # `to_regclass` may not notice yet what another process has just made.
    sql = "SELECT 1 FROM pg_tables WHERE tablename = 'meta' AND schemaname = ANY (current_schemas(false))"
    if connection.execute(sql).fetchone() is None:
        return 0
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    return int(row[0]) if row else 0


def _number(name: str) -> int:
    """Return the number of a lock: PostgreSQL names locks by 64 bits, and two names that fall together only wait more."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
