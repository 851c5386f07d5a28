"""The archive of articles: what is read, kept, and handed on."""

from corpus.article import Article, Chunk
from corpus.errors import NewsdeskError
from corpus.settings import ArchiveSettings

__all__ = ["ArchiveSettings", "Article", "Chunk", "NewsdeskError"]
