"""Whether the headline above a sentence answers a question, and the sentence that tells what the headline does."""

import re
from collections.abc import Sequence

from rag.question.query import Query
from rag.retrieval.demanded_kinds import asks_money, counts_asked
from rag.retrieval.held_words import find_own_names, holds_name, list_wanted, read_own
from rag.retrieval.sentence_ranking import Sentence, list_counts, measure_sentence_shape
from rag.text.equal_words import holds_equal
from rag.text.names import Name
from rag.text.terms import STOPWORDS, list_held_terms, question_language, words

NEAR_HEADLINE = 0.7
"""Cosine of headline and question from which on a headline that holds its names, and the kind of thing asked for, answers it."""

FACTS = frozenset({"who", "when", "where", "how_many"})
"""Kinds of question that a sentence answers by itself, since it holds the kind of thing asked for."""

WHO_IS_NAME = re.compile(r"^\W*(?i:who(?:'s|’s| is| are| was| were)) [A-Z]")
_FEWEST = 2  # Names and words of a question that a headline answers.
_TOLD = frozenset({"how_many", "when", "yes_no"})  # Kinds that a headline answers by its meaning.


def answers_in_headline(query: Query, sentence: Sentence) -> bool:
    """Return whether the headline above a sentence answers a question in one piece: for a fact, or with yes or no."""
    own = read_own(query.standalone)
    names = find_own_names(own)
    told = says_all(query, own, names, sentence) or comes_near(query, own, names, sentence)
    return told and query.kind in FACTS | {"yes_no"} and not query.parts and question_language(own) == "en"


def find_restating(query: Query, read: Sequence[Sentence], best: Sequence[Sentence]) -> Sentence | None:
    """Return the sentence that tells the count that the headline above the best sentence gives, or None.

    The headline must hold the names of the question, and the best sentence not what is counted right behind its number.

    Args:
        query: The question.
        read: What was read.
        best: The best sentence, if any.
    """
    own = read_own(query.standalone)
    names = find_own_names(own)
    if query.kind != "how_many" or query.parts or not best or not names or asks_money(own):
        return None
    article, asked = best[0].passage.article, set(words(own))
    given = {figure.value for figure in list_counts(article.title, asked)}
    if not given or not all(holds_name(name, article.title) for name in names) or counts_asked(own, best[0].text):
        return None
    held = set(list_held_terms(article.title)) - STOPWORDS
    telling = [
        s
        for s in read
        if s.passage.article.id == article.id and given & {figure.value for figure in list_counts(s.text, asked)}
    ]
    return max(telling, key=lambda s: len(held & list_held_terms(s.text)), default=None)


def says_all(query: Query, own: str, names: Sequence[Name], sentence: Sentence) -> bool:
    """Return whether the headline above a sentence holds all names and words of a question, and the kind that it asks for."""
    title, wanted = sentence.passage.article.title, list_wanted(own, names)
    if (
        _asks(title)
        or query.kind not in FACTS
        or len(names) + len(wanted) < _FEWEST
        or not wanted
        or WHO_IS_NAME.match(own)
    ):
        return False
    held = list_held_terms(title)
    told = all(holds_name(name, title) for name in names) and all(holds_equal(held, term) for term in wanted)
    return told and bool(measure_sentence_shape(title, query.kind, set(words(own))))


def comes_near(query: Query, own: str, names: Sequence[Name], sentence: Sentence) -> bool:
    """Return whether the headline above a sentence comes near a question in meaning, with its names and what it asks for."""
    title = sentence.passage.article.title
    if (
        sentence.headline < NEAR_HEADLINE
        or _asks(title)
        or query.kind not in _TOLD
        or not (names and all(holds_name(name, title) for name in names))
    ):
        return False
    return query.kind == "yes_no" or bool(measure_sentence_shape(title, query.kind, set(words(own))))


def _asks(title: str) -> bool:
    """Return whether a headline is itself a question, which answers none."""
    return title.rstrip(" \"'”’»").endswith(("?", "？", "؟"))
