"""Articles and archives that the tests of the archive share."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from corpus.archive.chunk_store import ChunkStore, Embedded
from corpus.archive.database import Archive
from corpus.article import Article, Chunk

HARBOUR = Article(
    id="harbour",
    title="Harbour to be dredged",
    body=(
        "The port authority of Eastfield will dredge the northern basin from March, its director Ana Sousa "
        "said on Monday. "
        "The work costs 14 million crowns and is to take nine months.\n\n"
        "Ships of up to 200 metres can then berth at the grain terminal. At present the limit is 160 metres, "
        "and larger "
        "ones unload at Lowmoor, two hours down the coast.\n\n"
        "Fishermen fear for the herring that spawn near the breakwater. Their association wants the dredgers "
        "to rest from "
        "April to June, which would add 3 million crowns to the bill."
    ),
    source="Eastfield Post",
    url="https://post.example/harbour",
    author="Jo Brand",
    published_at=datetime(2024, 1, 8, 9, tzinfo=UTC),
    language="en",
)
"""An article of about 110 words, with a date and an outlet."""


def at(day: int, hour: int = 9) -> datetime:
    """Return an instant in January 2024."""
    return datetime(2024, 1, day, hour, tzinfo=UTC)


def numbered(n: int, outlet: str = "Daily Number") -> Article:
    """Return an article whose words are its own."""
    words = " ".join(f"word{n}x{i}" for i in range(40))
    return Article(
        id=f"n{n:05d}",
        title=f"Number {n}",
        body=f"This is {words}.",
        source=outlet,
        published_at=replace(HARBOUR).published_at,
        language="en",
    )


def whole(article: Article, dimensions: int = 4) -> Embedded:
    """Return an article with one chunk that is all of it, and a vector."""
    vector = np.full((1, dimensions), len(article.body), dtype=np.float32)
    return Embedded(article, (Chunk(article, 0, 0, len(article.body)),), vector)


def store_all(archive: Archive, profile: str = "test") -> ChunkStore:
    """Give every article without chunks one, and return the store."""
    store = ChunkStore(archive, profile)
    for pending in store.articles_to_embed(100):
        store.store([whole(article) for article in pending])
    return store


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file."""
    yield from path.read_text(encoding="utf-8").splitlines()
