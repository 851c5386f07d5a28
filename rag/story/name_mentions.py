"""Find where the archive last mentioned a name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from corpus.archive.chunk_store import Facets
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.text.sentences import split_sentences
from rag.model import Citation, Passage
from rag.retrieval.passage_search import Retriever
from rag.story.main_names import MainName, strip_titles
from rag.text.injected_instructions import is_quotable
from rag.text.names import find_names
from rag.text.terms import stem, words

_READ = 20
"""Articles that are read for one name, the latest first; the words of a name that stand apart are rare."""


@dataclass(frozen=True, slots=True)
class NameMention:
    """Hold the last mention of a name before an article.

    Attributes:
        name: As the article writes it.
        last: The first sentence that holds it in the latest other article, or None: no other article does.
        later: That article is of a later day than the one that was asked about.
    """

    name: str
    last: Citation | None
    later: bool = False

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"name": self.name, "last": self.last.to_record() if self.last else None, "later": self.later}


class NameMentions:
    """Find the last mentions of names."""

    def __init__(self, retriever: Retriever) -> None:
        """Look in the index and the archive that `retriever` searches."""
        self._retriever = retriever
        self._lexical = retriever.indexes.lexical
        self._store = retriever.indexes.store

    def find(self, name: MainName, before: datetime | None, without: Collection[str]) -> NameMention:
        """Return the last mention of a name before an instant; where there is none, or no instant, the latest of all.

        Args:
            name: The name; an article must hold its words next to each other.
            before: When the article was published that holds the name, or None.
            without: The ids of the articles that do not count: that article and its copies.
        """
        facets = [one for one in self._list_holding(name.text) if one.id not in without and one.published_at]
        facets.sort(key=lambda one: one.published_at or datetime.min, reverse=True)
        earlier = [one for one in facets if before and one.published_at and one.published_at < before]
        for some, later in ((earlier, False), (facets, before is not None)):
            if last := self._read(name, some[:_READ]):
                return NameMention(name.text, last, later)
        return NameMention(name.text, None)

    def _list_holding(self, name: str) -> list[Facets]:
        """Return the articles that hold every word of a name somewhere."""
        spoken, held = self._retriever.stemming_languages(name), None
        for word in words(name):
            text, _ = self._lexical.find_articles(sorted({stem(word, language) for language in spoken}))
            held = text if held is None else held & text
        return list(self._store.facets(held or ()).values())

    def _read(self, name: MainName, facets: list[Facets]) -> Citation | None:
        """Return the sentence of the first of some articles that holds a name as it is written."""
        articles = (
            {a.id: a for a in self._store.archive.articles(Selection(ids=tuple(one.id for one in facets)))}
            if facets
            else {}
        )
        for one in facets:
            article = articles.get(one.id)
            if article and (span := find_sentence_with(article, name)):
                chunks = self._store.chunks([article.id]).values()
                chunk = next((c for c in chunks if c.start <= span[0] < c.end), None)
                if chunk:
                    return Citation(0, Passage(chunk, 1, 1.0), *span)
        return None


def find_sentence_with(article: Article, name: MainName) -> tuple[int, int] | None:
    """Return the first sentence of an article that holds a name and can be quoted, as offsets."""
    body = article.body
    at = body.find(name.text)
    while at >= 0:
        start = body.rfind("\n", 0, at) + 1
        end = body.find("\n", at)
        paragraph = body[start : end if end >= 0 else len(body)]
        for a, b in split_sentences(paragraph, article.language or "en"):
            if _holds(paragraph[a:b], name) and is_quotable(paragraph[a:b]):
                return start + a, start + b
        at = body.find(name.text, start + len(paragraph))
    return None


def _holds(sentence: str, name: MainName) -> bool:
    """Return whether a sentence holds a name and not only a longer one that it is a word of: "Bank of Kells"."""
    if name.text not in sentence:
        return False
    if f"of the {name.text}" in sentence:  # "Captain Reiss of the Alder"
        return True
    written = [strip_titles(one) for one in find_names(sentence)]
    return any(name.words == one or (len(name.words) > 1 and set(name.words) <= set(one)) for one in written)
