"""Whether sentences hold what a question says: its names and its other words, in themselves, before them, in the headline."""

import re
from collections.abc import Sequence

from corpus.article import Article
from rag.question.query import Query
from rag.retrieval.sentence_ranking import Sentence, split_carried
from rag.text.equal_words import find_equal_terms, holds_equal, says_little
from rag.text.names import Name, find_initials, find_name_words, find_names, is_named
from rag.text.terms import STOPWORDS, list_held_terms, list_query_terms, question_language, stem, words

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
"""A year that is written as one."""

BEFORE = 300
"""Characters before a sentence in which its subject is looked for."""

_ORDERS = frozenset(
    "summarise summarize explain describe compare list name quote give show find trace tell about".split()
)


def read_own(standalone: str) -> str:
    """Return a question without what it takes from before; an order before a name ("Summarise the ...") is no part of it."""
    own, _ = split_carried(standalone)
    first, _, rest = own.partition(" ")
    return f"{first.lower()} {rest}" if first.lower() in _ORDERS else own


def find_own_names(own: str) -> tuple[Name, ...]:
    """Return the names of an English question: in other languages capitals mark other words too."""
    return find_names(own) if question_language(own) == "en" else ()


def list_wanted(own: str, names: Sequence[Name]) -> list[str]:
    """Return the terms of a question besides its names and those that only ask."""
    called = {stem(word) for name in names for word in name.words}
    if STOPWORDS.issuperset(words(own)):
        return []
    return [t for t in list_query_terms(own) if t not in called and not t.isdigit() and not says_little(t)]


def holds_name(name: Name, text: str) -> bool:
    """Return whether a text gives a name, in any form."""
    return is_told(name, text, text)


def is_told(name: Name, text: str, whole: str) -> bool:
    """Return whether a text gives a name, in whatever letters, or a part of it of which its article gives the rest."""
    if is_named(name, find_name_words(text), lambda: find_initials(whole), lambda: find_name_words(whole)):
        return True
    return list_held_terms(text).issuperset(map(stem, name.words))


def holds_all(names: Sequence[Name], sentence: Sentence, headline: bool) -> bool:
    """Return whether a sentence with what leads to it, or its headline, names all; the rest of a name is the article's."""
    article = sentence.passage.article
    text, whole = read_around(sentence, headline), f"{article.title} {article.body}"
    return all(is_told(name, text, whole) for name in names)


def tells_of_all(names: Sequence[Name], sentence: Sentence) -> bool:
    """Return whether the article of a sentence gives all names."""
    article = sentence.passage.article
    whole = f"{article.source} {article.title} {article.body}"
    return all(holds_name(name, whole) for name in names)


def list_years(query: Query) -> list[str]:
    """Return the years of a question of which an answer must tell; one that only bounds a time is none of them."""
    return [] if query.filters.timed else YEAR.findall(split_carried(query.searched or read_own(query.standalone))[0])


def list_about(query: Query, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences of articles that hold all names and years of a question, and what it shares with a headline."""
    own = read_own(query.standalone)
    names = find_own_names(own)
    return _list_on_subject(list_wanted(own, names), list_telling(names, list_years(query), sentences))


def _list_on_subject(wanted: Sequence[str], sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences of articles that hold all terms that stand in any of their headlines; all where none does.

    A headline with "cybercrime" shows that of two treaties the one on it is meant.
    """
    articles = {s.passage.article.id: s.passage.article for s in sentences}.values()
    headed = [list_held_terms(a.title, a.language or "en") for a in articles]
    subject = [equal for term in wanted if (equal := find_equal_terms(term)) and any(held & equal for held in headed)]
    if not subject:
        return list(sentences)
    told = {a.id: list_held_terms(f"{a.title} {a.body}", a.language or "en") for a in articles}
    on_it = {name for name, held in told.items() if all(held & equal for equal in subject)}
    return [s for s in sentences if s.passage.article.id in on_it] if on_it else list(sentences)


def list_telling(names: Sequence[Name], years: Sequence[str], sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences of articles that hold all of some names and years."""
    holding: dict[str, bool] = {}
    for sentence in sentences:
        article = sentence.passage.article
        if article.id not in holding:
            holding[article.id] = tells_of_all(names, sentence) and tells_years(article, years)
    return [s for s in sentences if holding[s.passage.article.id]]


def tells_years(article: Article, years: Sequence[str]) -> bool:
    """Return whether an article tells of all years, or was published in one that it does not tell of."""
    told = f"{article.title} {article.body} {article.published_at.year if article.published_at else ''}"
    return set(years) <= set(YEAR.findall(told))


def read_around(sentence: Sentence, headline: bool) -> str:
    """Return a sentence with what leads to it, and with outlet and headline if these count."""
    article = sentence.passage.article
    near = article.body[max(0, sentence.start - BEFORE) : sentence.end]
    return f"{article.source} {article.title} {near}" if headline else near


def measure_said(wanted: Sequence[str], sentence: Sentence, whole: bool, headline: bool = False) -> float:
    """Return the share of some terms that the article of a sentence holds, or only the sentence and what leads to it.

    With `headline`, what leads to a sentence are outlet and headline too.
    """
    article = sentence.passage.article
    text = f"{article.title} {article.body}" if whole else read_around(sentence, headline)
    held = list_held_terms(text, article.language or "en")
    return sum(holds_equal(held, term) for term in wanted) / len(wanted) if wanted else 1.0
