"""Questions to begin with: those that ship with the starter corpus, else made from the archive and tried."""

import logging
import threading
import time
from collections.abc import Iterator
from itertools import islice

from corpus import Article, NewsdeskError
from rag import Assistant
from rag.text.names import add_definite_article, find_names
from rag.text.speakers import find_quoted_speakers

log = logging.getLogger(__name__)

WANTED = 4
"""So many are offered."""

_ARTICLES, _TRIED, _BUDGET_S = 120, 40, 20.0
_AGAIN_S = 60.0  # An archive that grows by the minute does not keep this busy.
_OF_HEADLINES = "What is known about “"


class Examples:
    """Make questions in a thread of their own and keep them until the archive has changed."""

    def __init__(self, assistant: Assistant) -> None:
        """Make questions that an assistant can answer; nothing is done before `current` is called."""
        self._assistant = assistant
        self._made: list[str] = []
        self._count, self._since = -1, -_AGAIN_S
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Return whether questions are being made."""
        return self._thread is not None and self._thread.is_alive()

    def current(self) -> list[str]:
        """Return questions that the archive answers; none while the first are being made."""
        found = self._assistant.example_questions(WANTED)
        # The questions that ship with the starter corpus need no trial.
        if found and not found[0].startswith(_OF_HEADLINES):
            return found
        with self._lock:
            self._renew()
        return list(self._made)

    def close(self) -> None:
        """Make no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)

    def _renew(self) -> None:
        """Make new questions in the background if the archive, fully indexed, has changed since the last ones."""
        done, total = self._assistant.progress()
        fresh = self._count == total or time.monotonic() - self._since < _AGAIN_S
        if total == 0 or done < total or fresh or self.busy or self._stop.is_set():
            return
        self._count, self._since = total, time.monotonic()
        self._thread = threading.Thread(target=self._make, name="making examples", daemon=True)
        self._thread.start()

    def _make(self) -> None:
        try:
            self._made = list(islice(self._answerable(), WANTED))
        except NewsdeskError as error:
            log.warning("no example questions could be made: %s", error)
        except Exception:
            if not self._stop.is_set():
                log.exception("no example questions could be made")

    def _answerable(self) -> Iterator[str]:
        """Yield questions whose answer cites the article that they were made from, one an article."""
        plain = self._assistant.with_writer(None)
        ends = time.monotonic() + _BUDGET_S
        for article, question in islice(self._candidates(), _TRIED):
            if self._stop.is_set() or time.monotonic() > ends:
                return
            answer = plain.ask(question)
            if answer.status == "answered" and any(c.passage.article.id == article.id for c in answer.citations):
                yield question

    def _candidates(self) -> Iterator[tuple[Article, str]]:
        asked: set[str] = set()
        for article in self._assistant.archive.articles(limit=_ARTICLES):
            question = question_about(article)
            about = question.rpartition(" about ")[2]
            if question and about not in asked:
                asked.add(about)
                yield article, question


def question_about(article: Article) -> str:
    """Return what somebody whom an article quotes says about a name in its headline, as a question; "" for nobody."""
    found = [article.title[name.start : name.end] for name in find_names(article.title)]
    for speaker in find_quoted_speakers(article.body):
        # Not about the speaker: a headline often has the surname alone.
        last = speaker.casefold().split()[-1]
        about = next((name for name in found if last not in name.casefold() and name not in speaker), "")
        if about:
            return f"What did {speaker} say about {add_definite_article(about, article.body)}?"
    return ""
