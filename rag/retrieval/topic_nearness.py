"""Which articles tell of a topic: those that come nearest to it, by what they begin with and what they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.article import Article
from rag.model import Passage
from rag.retrieval.held_words import YEAR, tells_years
from rag.text.equal_words import holds_equal
from rag.text.terms import list_held_terms, words

NEAREST = 0.8
"""Share of the nearness of the nearest article that another one must reach to belong to the story that it tells; chosen on 20
overviews that were asked of the starter corpus (docs/questions.md)."""

LEAST_NEAR = 1.15
"""Nearness below which no article is on a topic, unless headline and first sentence hold all its words: of those 20, 19 came to 1.21 or more, of 20 on
things that the archive does not tell of none to more than 1.12."""

ALIKE = 0.9
"""Share of the nearness of the nearest article from which another one is as near."""

OFTEN = 3
"""Times that the only article with all names of a topic must have each, to tell of them."""

_NAMING = frozenset("call calls called known named nicknamed dubbed codenamed titled entitled".split())
_NAMED_BEHIND = 30  # Characters.
_UNSPACED = "\u0e00"  # From here on scripts are written without spaces, or with them inside of words.


@dataclass(frozen=True, slots=True)
class TopicPart:
    """Hold one thing that an article must hold: a word in any of its forms, or a phrase.

    Attributes:
        text: As the topic writes it.
        stems: For each of its words the terms that the index may hold it under.
        name: True for a name or a quoted phrase.
    """

    text: str
    stems: tuple[frozenset[str], ...]
    name: bool

    @property
    def phrase(self) -> re.Pattern[str] | None:
        """Return what finds the words next to each other; None for a single word, which its stem finds."""
        return _compile_phrase(self.text)

    def is_held(self, text: str, found: set[str]) -> bool:
        """Return whether a text holds the part; `found` are its terms."""
        return bool(phrase.search(text)) if (phrase := self.phrase) else not self.stems[0].isdisjoint(found)


@dataclass(frozen=True, slots=True)
class NearArticle:
    """Hold the best passage of an article, how near the article comes to a topic, its headline with the first sentence."""

    passage: Passage
    nearness: float
    begun: str

    def begins_with(self, parts: Sequence[TopicPart]) -> bool:
        """Return whether headline and first sentence hold all parts, the words that are no names in equal ones perhaps."""
        held = list_held_terms(self.begun, self.passage.article.language)
        return all(
            part.is_held(self.begun, held) or (not part.name and all(_is_held(stems, held) for stems in part.stems))
            for part in parts
        )

    def list_missing(self, parts: Sequence[TopicPart]) -> set[frozenset[str]]:
        """Return the words of parts that headline and first sentence do not hold."""
        held = list_held_terms(self.begun, self.passage.article.language)
        return {stems for part in parts for stems in part.stems if not _is_held(stems, held)}

    def count(self, name: TopicPart) -> int:
        """Return how often the article has a name."""
        body = self.passage.article.body
        return len(name.phrase.findall(body)) if name.phrase else words(body).count(name.text.casefold())

    def says_what_is_called(self, name: TopicPart) -> bool:
        """Return whether the article says that something is called by a name: "many now call it NotPetya"."""
        *before, _ = self.passage.article.body.casefold().split(name.text.casefold())
        return any(not _NAMING.isdisjoint(words(piece[-_NAMED_BEHIND:])) for piece in before)


def _is_held(stems: frozenset[str], held: set[str]) -> bool:
    """Return whether terms hold one of the forms of a word, or an equal one."""
    return any(holds_equal(held, term) for term in stems)


def choose_nearest(found: Sequence[NearArticle], parts: Sequence[TopicPart]) -> list[NearArticle]:
    """Return the articles that tell of a topic, the nearest first; none where none does.

    Of those less near, the ones that begin without a name of the topic are left out if the nearest begins with it: "TikTok in the
    US". Where none is near, those that begin with all its words tell of it, else the earliest that says what is called so: a
    worm may be named once, at the end of the report on what it did, and later ones recall it; or the only one with all its names, if it has
    them often. A year must be told, if it can be at the beginning.
    """
    years = [part.text for part in parts if YEAR.fullmatch(part.text)]
    order = sorted((one for one in found if tells_years(one.passage.article, years)), key=lambda one: -one.nearness)
    if not order:
        return []
    first = order[0]
    near = [one for one in order if one.nearness >= NEAREST * first.nearness]
    if first.nearness >= LEAST_NEAR or first.begins_with(parts):
        dated = [one for one in near if all(year in one.begun for year in years)] or near
        names = [part for part in parts if part.name]
        missing = first.list_missing(names)
        return [o for o in dated if o.nearness >= ALIKE * first.nearness or o.list_missing(names) <= missing]
    if begun := [one for one in near if one.begins_with(parts)]:
        return begun
    if not all(part.name for part in parts):
        return []
    called = [one for one in near if one.says_what_is_called(parts[0])] if len(parts) == 1 else []
    naming = [one for one in order if all(one.count(part) for part in parts)]
    alone = len(naming) == 1 and all(naming[0].count(part) >= OFTEN for part in parts)
    return sorted(called, key=lambda one: make_time_key(one.passage.article))[:1] or (naming if alone else [])


@lru_cache(maxsize=512)
def _compile_phrase(text: str) -> re.Pattern[str] | None:
    tokens = re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", text))
    if len(tokens) < 2:
        return None
    first, last = (r"(?<!\w)", r"(?!\w)") if text < _UNSPACED else ("", "")
    return re.compile(first + r"(?:['’]s)?[\W_]*".join(map(re.escape, tokens)) + last, re.IGNORECASE)


def make_time_key(article: Article) -> tuple[bool, str, str]:
    """Return what orders articles by time, undated ones last."""
    date = article.published_at
    return date is None, date.isoformat() if date else "", article.id
