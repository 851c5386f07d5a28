"""What reading sentences together with the question says of them: which one surely answers, and whether none is likely to."""

from collections.abc import Sequence

from rag.question.query import Query
from rag.retrieval.demanded_kinds import CURRENCY, asks_money
from rag.retrieval.headline_answers import FACTS, WHO_IS_NAME
from rag.retrieval.held_words import YEAR, find_own_names, read_own, tells_of_all
from rag.retrieval.sentence_ranking import Sentence, measure_sentence_shape
from rag.text.terms import words

CERTAIN = 0.93
"""Probability (`rag.retrieval.answer_scorer`) from which on a sentence that holds what is named answers, whatever its words."""

BESIDE = 4
"""How many times as likely as a certain answer another sentence may be no answer, to be told beside it."""

MEASURES = frozenset({"when", "how_many"})
"""Kinds of question that want one number or date."""

UNLIKELY = 0.05
"""Probability below which, if no sentence reaches it, what does not clearly answer is not worth showing."""


def find_certain(query: Query, sentences: Sequence[Sentence]) -> Sentence | None:
    """Return the sentence that surely answers a question in one piece, None where there is none.

    It must be read as the answer and hold the kind of thing asked for, its article all names and years: what is asked of somebody
    else, or of another year, is often told in the same words.
    """
    if query.parts:
        return None
    own = read_own(query.standalone)
    likely = sorted((s for s in sentences if s.answers >= CERTAIN), key=lambda s: -s.answers)
    return next((s for s in likely if _holds_named(own, s) and _holds_kind(query, own, s)), None)


def _holds_named(own: str, sentence: Sentence) -> bool:
    """Return whether the article of a sentence holds all names and years of a question."""
    article = sentence.passage.article
    years = set(
        YEAR.findall(f"{article.title} {article.body} {article.published_at.year if article.published_at else ''}")
    )
    return years.issuperset(YEAR.findall(own)) and tells_of_all(find_own_names(own), sentence)


def _holds_kind(query: Query, own: str, sentence: Sentence) -> bool:
    """Return whether a sentence holds the kind of thing that a question asks for: a sum of money, a date, a name."""
    if asks_money(own):
        return bool(CURRENCY.search(sentence.text))
    # "Which three countries abstained" wants names.
    kind = "who" if words(own)[:1] == ["which"] and query.kind not in FACTS else query.kind
    if kind not in FACTS or WHO_IS_NAME.match(own):
        return True
    shape = measure_sentence_shape(sentence.text, kind, set(words(own)))
    return shape == 1 if query.kind == "how_many" else bool(shape)  # "8,000 of them" are a part.


def is_unlikely(sentences: Sequence[Sentence]) -> bool:
    """Return whether sentences were read together with the question and none is likely to answer it."""
    best = max((s.answers for s in sentences), default=0.0)
    return 0 < best < UNLIKELY
