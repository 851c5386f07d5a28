"""What the tests run in a process of its own, to own the indexes or to be killed."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from rag.assistant import Assistant
from rag.index.owned_indexes import OwnedIndexes
from rag.settings import Settings
from tests.child_processes import start_child
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import WordEmbedder


class OwnerProcess:
    """A process that owns the indexes of a data folder and follows the archive, until it is told to end."""

    def __init__(self, data: Path) -> None:
        """Start it, and wait until it owns them."""
        self._connection, other = multiprocessing.Pipe()
        self._process = start_child(hold, data, other)
        other.close()
        self.pid = self._process.pid
        assert self._connection.recv() == "ready"

    @property
    def runs(self) -> bool:
        """Return whether it has not come to its end."""
        return self._process.is_alive()

    def end(self) -> int | None:
        """Tell it to end, wait for that, and return its exit code."""
        self._connection.close()
        self._process.join()
        return self._process.exitcode


def hold(data: Path, connection: Connection) -> None:
    """Own the indexes and follow the archive until the other end of the connection is closed."""
    with Assistant(Settings(data_dir=data), owner="the page of the test") as assistant:
        assistant.start(look_s=0.05)
        connection.send("ready")
        connection.poll(None)


def die_at(data: Path, point: str) -> None:
    """Add, change and remove articles, and be killed at a point of bringing them into the indexes."""

    def reach(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    archive = Archive(data / "archive.sqlite3")
    indexes = OwnedIndexes(archive, WordEmbedder(), data / "index", "the killed one")
    indexes.open(rebuild=point == "rebuilding", progress=lambda done, total: reach("rebuilding"))
    reach("opened")
    for n in range(40, 50):
        archive.put(numbered(n))
    archive.put(numbered(1, "The council of town1 fell. Nobody spoke about ferries."), live=True)
    archive.remove(Selection(ids=("n002",)))
    indexes.embed_pending(progress=lambda done, total: reach("embedding"))
    reach("embedded")
    _, ids = indexes.store.changes(indexes.folder.applied(), 1000)
    batch = indexes.store.read_embedded(ids)
    if point in ("lexical", "both"):
        indexes.lexical.apply(ids, batch)
        reach("lexical")
        indexes.dense.apply(ids, batch)
        reach("both")
    indexes.catch_up()
    reach("applied")
