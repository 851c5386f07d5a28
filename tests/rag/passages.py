"""Passages made by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime

from corpus import Article, Chunk
from rag.model import Passage
from rag.retrieval.evidence_search import Evidence, PassageReading
from rag.retrieval.sentence_ranking import Sentence
from rag.retrieval.sufficiency import Sufficiency


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


def readings(
    sentences: Sequence[Sentence],
    *parts: tuple[str, float, Sequence[Sentence]],
    several: bool = True,
    probability: float = 0.9,
) -> Evidence:
    """Return what was read for a question, and for its parts: what was asked, how likely it is answered, by what."""
    whole = PassageReading("", sentences, Sufficiency(probability, {}, ()))
    return Evidence(whole, [PassageReading(said, found, Sufficiency(p, {}, ())) for said, p, found in parts], several)
