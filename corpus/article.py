"""The first half of the data model: an `Article`, and the `Chunk` cut from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Article:
    """Hold one published item as the archive keeps it.

    Attributes:
        id: Stable key, unique in the archive.
        title: The headline, one clean line.
        body: The text, paragraphs separated by a blank line. Every offset in the product counts its characters.
        source: The outlet that published it, or "" when unknown.
        url: An http(s) address, or "".
        author: The byline, or "".
        published_at: First publication with the offset that the outlet states, UTC where it states none, or None when
            unknown (never the time of import). Its day is that of the outlet.
        updated_at: Last change as the outlet states it, likewise, or None.
        language: ISO 639-1 code, or "" when not known.
        category: The outlet's section, or "".
        version: 1 for the first text under this id, one more for each changed text.
        notice: The correction notice that the text carries, or "".
        feed: The feed that it came from, or "".
    """

    id: str
    title: str
    body: str
    source: str = ""
    url: str = ""
    author: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    category: str = ""
    version: int = 1
    notice: str = ""
    feed: str = ""

    def to_record(self) -> dict[str, Any]:
        """Return the article as plain JSON values; dates in ISO 8601."""
        return {
            "id": self.id,
            "title": self.title,
            "body": self.body,
            "source": self.source,
            "url": self.url,
            "author": self.author,
            "published_at": self.published_at.isoformat() if self.published_at else None,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
            "language": self.language,
            "category": self.category,
            "version": self.version,
            "notice": self.notice,
            "feed": self.feed,
        }


@dataclass(frozen=True, slots=True)
class Chunk:
    """Hold the stored unit of retrieval: a run of whole sentences of one article.

    Attributes:
        article: The article that it was cut from.
        ordinal: 0 for the first chunk of the article.
        start: Offset of its first character in `article.body`.
        end: End offset (exclusive) in `article.body`.
    """

    article: Article
    ordinal: int
    start: int
    end: int

    @property
    def id(self) -> str:
        """Return the key, which names the version of the article too."""
        return f"{self.article.id}@{self.article.version}#{self.ordinal}"

    @property
    def text(self) -> str:
        """Return the characters that the chunk covers."""
        return self.article.body[self.start : self.end]

    @property
    def heading(self) -> str:
        """Return headline, outlet and date in one line: what a sentence alone does not say, and searches ask for."""
        date = self.article.published_at
        parts = (self.article.title, self.article.source, f"{date:%-d %B %Y}" if date else "")
        return " | ".join(part for part in parts if part)

    @property
    def indexed_text(self) -> str:
        """Return what is embedded and indexed: the heading, then the text."""
        return f"{self.heading}\n{self.text}"
