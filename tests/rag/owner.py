"""What the tests run in a process of its own, to own the indexes or to be killed: `python owner.py DATA MODE`."""

import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def hold(data: Path) -> None:
    """Own the indexes and follow the archive until stdin ends."""
    from rag.assistant import Assistant
    from rag.settings import Settings

    with Assistant(Settings(data_dir=data), owner="the page of the test") as assistant:
        assistant.start()
        print("ready", flush=True)
        sys.stdin.read()


def die_at(data: Path, point: str) -> None:
    """Add, change and remove articles, and be killed at a point of bringing them into the indexes."""
    from corpus.archive.database import Archive
    from corpus.archive.selection import Selection
    from rag.index.owned_indexes import OwnedIndexes
    from tests.rag.wire_items import numbered
    from tests.rag.word_embedder import WordEmbedder

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


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[2] == "hold":
        hold(Path(sys.argv[1]))
    else:
        die_at(Path(sys.argv[1]), sys.argv[2])
