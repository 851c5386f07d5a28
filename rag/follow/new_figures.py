"""The figures that an article gives on a topic and no article before it did."""

from collections.abc import Sequence
from functools import lru_cache

from corpus.article import Article, Chunk
from rag.answer.conflicts import conflict_note, find_conflicts
from rag.follow.topic_book import TopicFinding
from rag.model import Passage
from rag.retrieval.sentence_ranking import Sentence
from rag.text.dates.date_mentions import find_moments
from rag.text.figures import Figure, find_figures
from rag.text.terms import STOPWORDS
from rag.text.units import size

Told = tuple[Article, TopicFinding]
"""An article on a topic, and what was found in it."""

_MOST = 3  # Figures that are named of one article.
_WORDS = 3  # Words behind a figure that say what it counts.


def find_new_figures(article: Article, one: TopicFinding, told: Sequence[Told]) -> list[str]:
    """Return lines on what an article newly counts: against which account, where that is sure, else the figures alone.

    Only its sentences on the topic are looked at, and only where it is about the topic and articles were told before; of
    those, every figure counts as given, wherever it stands. Dates, years and lengths of time are no figures.

    Args:
        article: The article.
        one: What was found in it.
        told: The articles on the topic that came before it.
    """
    earlier = [(other, found) for other, found in told if _precedes(other, article)]
    if not earlier or not one.main:
        return []
    sentences = [s for other, found in earlier for s in _make_sentences(other, found)]
    for sentence in _make_sentences(article, one):
        if others := find_conflicts(sentence, sentences):
            return [f"{conflict_note(sentence, others)}"]
    given = [figure for other, _ in earlier for figure in _list_given(other.body, other.language)]
    fresh: list[str] = []
    for start, end, _ in sorted(one.spans):
        text = article.body[start:end]
        for figure in _list_figures(text, article.language):
            if not any(figure.holds(old) or old.holds(figure) for old in given):
                fresh.append(_quote(text, figure))
    named = list(dict.fromkeys(fresh))[:_MOST]
    return [f"New figures: {'; '.join(named)}." if len(named) > 1 else f"New figure: {named[0]}."] if named else []


def _precedes(one: Article, other: Article) -> bool:
    """Return whether an article is older; what has no date may be."""
    dates = one.published_at, other.published_at
    return one.id != other.id and (dates[0] is None or dates[1] is None or dates[0] < dates[1])


def _make_sentences(article: Article, one: TopicFinding) -> list[Sentence]:
    return [
        Sentence(Passage(Chunk(article, 0, start, end), 1, 1.0), start, end, context, context, 0.0, 0.0, context)
        for start, end, context in one.spans
    ]


def _list_figures(text: str, language: str) -> list[Figure]:
    moments = find_moments(text)
    return [
        figure
        for figure in find_figures(text, language or "en")
        if not figure.bare
        and not figure.named
        and not (not figure.units and figure.value.is_integer() and 1900 <= figure.value < 2100)
        and not any(moment.start < figure.end and figure.start < moment.end for moment in moments)
        and not any(size(unit)[0] == "time" for unit in figure.units)
    ]


@lru_cache(maxsize=64)
def _list_given(body: str, language: str) -> list[Figure]:
    """Return the figures of an article; each of the next ones on its topic is compared with them."""
    return _list_figures(body, language)


def _quote(text: str, figure: Figure) -> str:
    """Return a figure as written, with the words behind it that say what it counts."""
    counted: list[str] = []
    for word in text[figure.end :].split()[:_WORDS]:
        bare = word.strip(".,;:)”\"'")
        if not bare or not bare[0].isalpha() or bare.lower() in STOPWORDS:
            break
        counted.append(bare)
        if bare != word:
            break
    return " ".join([text[figure.start : figure.end].strip(), *counted])
