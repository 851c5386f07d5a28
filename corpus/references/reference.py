"""What a list of references says of an article: the article, the words that are cited of it, and a key."""

import string
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.article import Article
from corpus.references.person_names import list_people
from corpus.text.characters import one_line
from corpus.text.urls import parse_url

_LONGEST_WORD = 20  # Characters of each piece of a key.


@dataclass(frozen=True, slots=True)
class Reference:
    """Hold an article as a list of references names it.

    Attributes:
        key: Unique in its list, of ASCII letters and digits: "greenberg2017wannacry".
        article: The article.
        quotes: The words that are cited of it, verbatim.
    """

    key: str
    article: Article
    quotes: tuple[str, ...] = ()

    @property
    def people(self) -> list[tuple[str, str]]:
        """Return who wrote it as (family name, given names); ("", whole name) where they cannot be told apart."""
        return list_people(one_line(self.article.author))

    @property
    def url(self) -> str:
        """Return its address, or "" where it has none that can be opened."""
        return parse_url(self.article.url) or ""

    @property
    def note(self) -> str:
        """Return the cited words in one line, in quotation marks."""
        return " … ".join(f"“{quote}”" for quote in map(one_line, self.quotes) if quote)


def make_references(cited: Iterable[tuple[Article, str]]) -> list[Reference]:
    """Return one reference for each article, in the order of their first mention.

    Args:
        cited: Articles, each with words that are cited of it, or "".
    """
    articles: dict[tuple[str, int], Article] = {}
    quotes: dict[tuple[str, int], list[str]] = {}
    for article, quote in cited:
        place = article.id, article.version
        articles.setdefault(place, article)
        quotes.setdefault(place, []).append(quote)
    keys = _make_keys(articles.values())
    return [
        Reference(key, article, tuple(dict.fromkeys(filter(None, quotes[place]))))
        for key, (place, article) in zip(keys, articles.items(), strict=True)
    ]


def _make_keys(articles: Iterable[Article]) -> Iterator[str]:
    taken: set[str] = set()
    for article in articles:
        stem = _make_key(article)
        key, n = stem, 1
        while key in taken:
            n += 1
            key = f"{stem}-{n}"
        taken.add(key)
        yield key


def _make_key(article: Article) -> str:
    """Return who wrote or published an article, its year, and the first long word of its headline."""
    people = list_people(one_line(article.author))
    family = next((family or name for family, name in people), "") or article.source
    word = next((word for word in map(_to_ascii, article.title.split()) if len(word) > 3), "")
    return f"{_to_ascii(family)}{article.published_at.year if article.published_at else ''}{word}" or "article"


def _to_ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c in string.ascii_lowercase + string.digits)[:_LONGEST_WORD]
