"""Show that the rate of adding does not fall: `python -m benchmarks.archive_growth [--count 100000] [--words 150]`.

Made-up articles, each with an address, go into one archive, without the indexes. For every tenth of them one line is
printed: articles a second of this process's processor time and of the clock, steps of SQLite's virtual machine an article, which are the same on every machine, and kilobytes
read an article, from files or from what the system keeps of them.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corpus.archive.database import Archive
from corpus.article import Article

_COUNTED = 100  # Steps at once.
_WORDS = 50_000  # Different words.
_OUTLETS = 200


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=150, help="in an article")
    parser.add_argument("--same", action="store_true", help="all have one text, each from an outlet of its own")
    parser.add_argument("--database", metavar="ADDRESS", help="an empty PostgreSQL database, in place of a file")
    arguments = parser.parse_args()
    print(f"{'articles':>9} {'a processor s':>14} {'a second':>9} {'steps an article':>17} {'kB read an article':>19}")
    with (
        tempfile.TemporaryDirectory(prefix="newsdesk-") as folder,
        Archive(arguments.database or Path(folder) / "archive.sqlite3") as archive,
    ):
        articles = made(arguments.count, arguments.words, arguments.same)
        size = max(1, arguments.count // 10)
        for last in range(size, arguments.count + 1, size):
            steps, read, start = 0, _bytes_read(), time.process_time()

            def tick() -> int:
                nonlocal steps
                steps += _COUNTED
                return 0

            if isinstance(archive.connection, sqlite3.Connection):
                archive.connection.set_progress_handler(tick, _COUNTED)
            began = time.monotonic()
            for _ in range(size):
                archive.put(next(articles))
            if isinstance(archive.connection, sqlite3.Connection):
                archive.connection.set_progress_handler(None, 0)
            rate, lasting = size / (time.process_time() - start), size / (time.monotonic() - began)
            kilobytes = (_bytes_read() - read) / size / 1000
            print(f"{last:9,} {rate:14,.0f} {lasting:9,.0f} {steps / size:17,.0f} {kilobytes:19.1f}", flush=True)


def made(count: int, words: int, same: bool) -> Iterator[Article]:
    """Yield articles of words that are drawn as in a text: a few are common, most are rare."""
    rng = random.Random(1)
    for n in range(count):
        if same:
            rng.seed(1)
        body = " ".join(f"w{int(_WORDS ** rng.random())}" for _ in range(words))
        yield Article(
            id=f"made-{n}",
            title=f"Number {n}",
            body=body,
            source=f"Outlet {n if same else n % _OUTLETS}",
            url=f"https://outlet-{n % _OUTLETS}.example/{n}",
            published_at=datetime(2015, 1, 1, tzinfo=UTC) + timedelta(minutes=37 * n),
            language="en",
        )


def _bytes_read() -> int:
    try:
        counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    except OSError:  # Only Linux counts them.
        return 0
    return int(counts["rchar"])


if __name__ == "__main__":
    main()
