"""Bring the archive, the assistant and the baselines together for a run."""

from collections.abc import Iterable

from corpus import Article
from corpus.archive import Archive


def fill(archive: Archive, articles: Iterable[Article]) -> list[tuple[str, str]]:
    """Put articles into an archive, and return (id, reason) of each that did not go in under its own id.

    The archive folds an article into another one with the same address or text; a question about it cannot be scored
    then.
    """
    refused = []
    for article in articles:
        archive.put(article)
        if archive.get(article.id) is None:
            refused.append((article.id, "the archive holds the same address or text under another id"))
    return refused
