"""What the pages share of who is signed in and who asks how often: in the database, or in memory where a page is alone."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from corpus.archive.engine import ScratchEngine, open_engine
from corpus.archive.engine.page_tables import SIGN_IN
from corpus.archive.engine.shared_connection import SharedConnection

T = TypeVar("T")


class SharedState(SharedConnection):
    """Keep sessions, attempts to sign in and counts of questions; what is in memory is gone with the process.

    Attributes:
        shared: Whether other pages see it too.
    """

    def __init__(self, database: str = "") -> None:
        """Name the address of a PostgreSQL database, or none."""
        super().__init__(open_engine(database, SIGN_IN) if database else ScratchEngine(SIGN_IN), SIGN_IN)
        self.shared = bool(database)
        self._thread = ThreadPoolExecutor(1, "shared state")  # As there is one connection.

    async def run(self, work: Callable[..., T], *values: object) -> T:
        """Return what a function of this store returns; while a database answers it, the event loop goes on."""
        if not self.shared:  # Memory answers sooner than another thread would begin.
            return work(*values)
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *values))

    def close(self) -> None:
        """Close the connection, once what is under way on it has ended."""
        self._thread.shutdown(wait=True)
        super().close()
