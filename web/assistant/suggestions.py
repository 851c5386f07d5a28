"""What to ask next: questions made from the archive by code, each tried before it is offered."""

import re
import time
from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from itertools import islice

from corpus import NewsdeskError
from rag import Assistant
from rag.index.recent_values import RecentValues
from rag.model import Answer
from rag.text.terms import STOPWORDS
from web.assistant.example_questions import question_about

OFFERED = 3

_BUDGET_S = 1.5  # The answer stands already; nobody waits longer for a second offer below it.
_TRIED = 12
_KNOWN_EXAMPLES = 60
_SHARED = 2  # Words; one alone ("company") says little.
_LONG = 5

_answered = RecentValues[Hashable, bool](4096)


def suggest_questions(assistant: Assistant, answer: Answer, asked: Sequence[str]) -> list[str]:
    """Return questions that lead on from an answer and that the archive answers without a model; none from a refusal.

    Args:
        assistant: Answers them, to see whether it can.
        answer: What was answered last.
        asked: The questions of the conversation so far.
    """
    if answer.status != "answered":  # What is offered there are the nearest articles, and ways to ask otherwise.
        return []
    tried = assistant.with_writer(None)
    try:
        state = _read_state(tried)
    except NewsdeskError:
        return []
    ends = time.monotonic() + _BUDGET_S
    found: list[str] = []
    known = {question.casefold() for question in asked}
    for question in islice(_make_candidates(assistant, answer), _TRIED):
        # Time ends the search only once there is something to offer; until then `_TRIED` does.
        if len(found) == max(OFFERED, len(answer.meanings)) or (found and time.monotonic() > ends):
            break
        if question.casefold() in known:
            continue
        known.add(question.casefold())
        if _is_answered(tried, question, state):
            found.append(question)
    return found


def _read_state(assistant: Assistant) -> tuple[Hashable, ...]:
    """Return what an answer depends on besides the question: the archive as it is now, how it is searched, the day."""
    store, settings = assistant.indexes.store, assistant.settings
    searched = (store.profile, settings.passages, settings.reranker, settings.dense)
    return (store.archive.identity, store.last_change(), *assistant.progress(), *searched, date.today())


def _is_answered(assistant: Assistant, question: str, state: Hashable) -> bool:
    """Return whether a question is answered; that is remembered, as answers on one story lead to the same questions."""
    try:
        return _answered.find([(state, question)], lambda _: [assistant.ask(question).status == "answered"])[0]
    except NewsdeskError:
        return False


def _make_candidates(assistant: Assistant, answer: Answer) -> Iterator[str]:
    """Yield questions that stand alone: one for each meaning of a name, examples on the subject, what else was found."""
    yield from answer.meanings
    words = content_words(" ".join([answer.standalone or answer.question, *_titles(answer)]))
    near = [p for p in answer.passages if content_words(p.article.title) & words]
    for question in assistant.example_questions(_KNOWN_EXAMPLES):
        if len(content_words(question) & words) >= _SHARED:
            yield question
    known = (answer.standalone or answer.question).casefold()
    asked = (question_about(passage.article) for passage in near)
    yield from dict.fromkeys(q for q in asked if q and q.casefold() not in known)
    titles = {passage.article.title for passage in near}
    yield from (f"What is known about “{title}”?" for title in _titles(answer, cited=False) if title in titles)


def _titles(answer: Answer, cited: bool = True) -> list[str]:
    """Return the headlines of the articles that are cited, or of those that were found and are not."""
    used = {citation.passage.article.id for citation in answer.citations}
    found = {p.article.title: None for p in answer.passages if (p.article.id in used) is cited}
    return list(found)


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text that may tell what it is about: those of five letters and more."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(word for word in words if len(word) >= _LONG and word not in STOPWORDS)
