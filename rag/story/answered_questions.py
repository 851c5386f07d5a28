"""Questions that lead on from an article, each tried before it is offered: the archive answers it, and rightly."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from corpus.article import Article
from corpus.errors import NewsdeskError
from rag.model import Answer
from rag.story.main_names import list_main_names
from rag.text.names import add_definite_article, find_name_words
from rag.text.speakers import find_quoted_speakers, is_quoted

MOST = 4
"""So many questions are offered."""

_TRIED = 10
_READ = 20_000  # Characters of a body in which speakers are looked for.
_ASKED_LATEST = 2  # Names.
_COVERED = 3  # Stories from which on it is worth asking for the latest of them.

Ask = Callable[[str], Answer]


def list_answered_questions(article: Article, related: Sequence[Article], ask: Ask) -> tuple[str, ...]:
    """Return questions on an article and its affair that the archive answers without a model.

    Args:
        article: The article.
        related: Articles on the same affair, the nearest first.
        ask: Answers a question without a model.
    """
    kept: list[str] = []
    for question, is_right in islice(_make_candidates(article, related), _TRIED):
        if len(kept) == MOST:
            break
        try:
            answer = ask(question)
        except NewsdeskError:
            continue
        if answer.status == "answered" and is_right(answer):
            kept.append(question)
    return tuple(kept)


def _make_candidates(article: Article, related: Sequence[Article]) -> Iterator[tuple[str, Callable[[Answer], bool]]]:
    """Yield questions with what tells whether an answer is one: two kinds by turns, each at most once for a name."""
    said, covered = _ask_speakers([article, *related]), _ask_coverage(article)
    asked: set[str] = set()
    while pairs := [pair for pair in (next(said, None), next(covered, None)) if pair]:
        for question, is_right in pairs:
            if question not in asked:
                asked.add(question)
                yield question, is_right


def _ask_speakers(articles: Sequence[Article]) -> Iterator[tuple[str, Callable[[Answer], bool]]]:
    """Yield what a speaker says about a name in the headline, for those whom an article quotes."""
    for article in articles:
        subjects = [name for name in list_main_names(article) if name.headline and name.text in article.title]
        body = article.body[:_READ]
        for speaker in find_quoted_speakers(body):
            about = next((s.text for s in subjects if not find_name_words(s.text) & find_name_words(speaker)), "")
            if about:
                about = add_definite_article(about, body)
                yield f"What did {speaker} say about {about}?", partial(_quotes, speaker)


def _ask_coverage(article: Article) -> Iterator[tuple[str, Callable[[Answer], bool]]]:
    """Yield what is new on the first names of a headline."""
    body = article.body[:_READ]
    for name in list_main_names(article)[:_ASKED_LATEST]:
        if name.headline:
            about = add_definite_article(name.text, body)
            yield f"What is the latest on {about}?", lambda answer: len(answer.entries) >= _COVERED


def _quotes(speaker: str, answer: Answer) -> bool:
    """Return whether an answer begins with a sentence that gives words to a speaker by name."""
    return any(is_quoted(speaker, citation.quote) for citation in answer.citations[:1])
