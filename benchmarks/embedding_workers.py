"""Workers that embed the articles of one database at the same time: how many chunks a second, and by processor second."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.made_articles import write_articles
from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.readers import read
from rag.index.embedder import Embedder
from rag.index.pending_articles import PendingArticles

_SENTENCES = 40  # The most an article has.


def measure_workers(database: str, articles: int) -> None:
    """Print a row for one worker and one for two, each with a folder of its own and articles that nobody has embedded."""
    print("| workers | chunks | seconds | chunks a second | chunks a processor second |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, Archive(database) as archive:
        store = ChunkStore(archive, Embedder().profile)
        for workers in (1, 2):
            file = Path(folder) / f"{workers}.jsonl"
            write_articles(file, articles, _SENTENCES, seed=workers)
            added = [article for article in read([file]) if isinstance(article, Article)]
            for article in added:
                archive.put(article)
            before, used, start = store.count(), _processor_seconds(), time.monotonic()
            command = [sys.executable, "-m", "benchmarks.embedding_workers", database, folder]
            running = [subprocess.Popen([*command, str(n)]) for n in range(workers)]
            if any(process.wait() for process in running):
                raise RuntimeError("a worker failed")
            seconds, processor = time.monotonic() - start, _processor_seconds() - used
            chunks = store.count() - before
            print(
                f"| {workers} | {chunks:,} | {seconds:.1f} | {chunks / seconds:.1f} | {chunks / processor:.1f} |",
                flush=True,
            )
            archive.remove(Selection(ids=tuple(article.id for article in added)))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def work(database: str, folder: Path) -> None:
    """Embed what is pending, as one machine does."""
    embedder = Embedder()
    with Archive(database) as archive:
        PendingArticles(ChunkStore(archive, embedder.profile), embedder, folder).embed(wait=600)


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]) / sys.argv[3])
