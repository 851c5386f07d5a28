"""Passages made by hand."""

from datetime import UTC, datetime

from corpus import Article, Chunk
from rag.model import Passage


def passage(
    body: str,
    title: str = "A headline",
    source: str = "Coast Wire",
    id: str = "a",
    rank: int = 1,
    published_at: datetime = datetime(2024, 3, 5, tzinfo=UTC),
) -> Passage:
    """Return a passage that is a whole article."""
    article = Article(id, title, body, source, published_at=published_at, language="en")
    return Passage(Chunk(article, 0, 0, len(body)), rank, 1.0)
