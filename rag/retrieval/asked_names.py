"""The names that a question asks about, and which of their bearers it means where it says so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from corpus.article import Article
from rag.retrieval.sentence_ranking import Sentence, split_carried
from rag.text.bearer_differences import find_difference, list_identifying_terms
from rag.text.name_bearers import Bearer, describe_bearer
from rag.text.names import find_names
from rag.text.quotations import find_quotations
from rag.text.terms import STOPWORDS, question_language, stem, words

MOST_NAMES = 10
"""Names of a question that are looked for, at most: each is read up in every article that was found."""

_LONGEST_TITLE = 8  # Words of a title in quotation marks; what is longer is somebody's words.
_INITIALS = re.compile(r"(?<![\w’'-])[A-Z][\w’'-]+(?: [A-Z]\.)+ [A-Z][\w’'-]+")
_NUMBER = re.compile(r"\s+(?:No\.?\s+)?\d+\b")
_POSSESSIVE = re.compile(r"[’']s?$")


@dataclass(frozen=True, slots=True)
class AskedName:
    """Hold a name of a question.

    Attributes:
        said: As the question writes it, without "'s".
        start: Offset of its first character.
        work: It stands in quotation marks, as the title of a work does.
    """

    said: str
    start: int
    work: bool = False

    @property
    def end(self) -> int:
        """Return the end offset, behind the quotation mark of a title."""
        return self.start + len(self.said) + self.work


def list_asked_names(question: str) -> list[AskedName]:
    """Return the first names of an English question: titles in quotation marks, names with initials or a number, others."""
    own, _ = split_carried(question)
    if question_language(own) != "en":
        return []
    titles = [(a, b) for a, b in find_quotations(own) if len(own[a:b].split()) <= _LONGEST_TITLE]
    found = [AskedName(own[a:b], a, work=True) for a, b in titles]
    initials = [match.span() for match in _INITIALS.finditer(own)]
    plain = [(name.start, name.end) for name in find_names(own)]
    taken = [*titles]
    for start, end in [*initials, *plain]:
        if any(a <= start < b for a, b in taken):
            continue
        number = _NUMBER.match(own, end)
        end = number.end() if number else end
        taken.append((start, end))
        found.append(AskedName(_POSSESSIVE.sub("", own[start:end]), start))
    return found[:MOST_NAMES]


def describe_bearers(name: AskedName, articles: Iterable[Article]) -> list[Bearer]:
    """Return what English articles tell of the bearers of a name, without those that tell nothing."""
    english = (article for article in articles if (article.language or "en") == "en")
    return [bearer for a in english if (bearer := describe_bearer(name.said, a, name.work)).traits]


def keep_meant(question: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences without those of articles on another bearer of a name than the one that a question describes.

    "Jordan, the professor" means the one whom an article calls a professor: articles that tell of another one go.
    """
    articles = {s.passage.article.id: s.passage.article for s in sentences}
    others: set[str] = set()
    for name in list_asked_names(question):
        said = {stem(word) for word in words(question) if word not in STOPWORDS}
        pairs = permutations(describe_bearers(name, articles.values()), 2)
        others |= {one.article.id for one, other in pairs if _means_other(said, one, other)}
    return [s for s in sentences if s.passage.article.id not in others]


def _means_other(said: set[str], one: Bearer, other: Bearer) -> bool:
    """Return whether the words of a question describe the second of two bearers, who differ for sure, and not the first."""
    a, b = list_identifying_terms(one), list_identifying_terms(other)
    return bool(said & (b - a)) and said.isdisjoint(a - b) and find_difference(one, other) is not None
