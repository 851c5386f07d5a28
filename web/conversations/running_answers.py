"""Answers under way: each is made in a thread of the server, and goes on whether or not a page watches it."""

import asyncio
import logging
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from corpus.errors import NewsdeskError
from web.conversations.conversation import Conversation, Exchange
from web.conversations.conversation_store import ConversationStore, Listed, shorten_title

log = logging.getLogger(__name__)

MOST_OF_USER = 5
"""Answers that one user may have under way."""

_AT_ONCE = 20
_MOST = 84  # Those and what waits for a thread.
_LOOK_S = 0.06  # Tokens come faster than anybody reads; each look that finds something new sends the conversation.
_MOST_READY = 200

Steps = Callable[[Conversation, Exchange], Iterable[object]]
"""Makes the answer to an exchange; each step is one that a page should show."""


@dataclass(slots=True, eq=False)
class _Run:
    """Hold one answer under way.

    Attributes:
        version: Grows with each step.
        kept: Whether the store holds it, or could not take it.
        over: Whether nothing more comes.
        dropped: Whether its conversation was deleted, so that it must not be kept.
    """

    user: str
    conversation: Conversation
    exchange: Exchange
    version: int = 0
    kept: bool = False
    over: bool = False
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold which conversations of a user are being answered, and which were since the user last looked at them."""

    writing: frozenset[str] = field(default_factory=frozenset)
    ready: frozenset[str] = field(default_factory=frozenset)


class RunningAnswers:
    """Make answers, let pages watch them, and keep them; safe to use from several threads.

    Every method that takes a user ("" where nobody signs in) sees only what is that user's.
    """

    def __init__(self, store: ConversationStore, make: Steps, follow: Steps = lambda _c, _e: ()) -> None:
        """Keep answers in a store.

        Args:
            store: Where each is kept as soon as it is whole, stopped or failed.
            make: Makes one.
            follow: Adds to one that was kept, such as what can be asked next.
        """
        self._store = store
        self._make, self._follow = make, follow
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answer")
        self._lock = threading.Lock()
        self._runs: list[_Run] = []
        self._ready: dict[tuple[str, str], None] = {}

    def check(self, user: str, conversation: Conversation) -> None:
        """Check that another answer may be begun.

        Raises:
            NewsdeskError: The conversation awaits one already, or too many are under way.
        """
        awaited = [run for run in self._runs if run.exchange.open]
        if any(run.conversation is conversation or _same(run, user, conversation.id) for run in awaited):
            raise NewsdeskError("An answer is still being made in this conversation; stop it first.")
        if sum(run.user == user for run in awaited) >= MOST_OF_USER:
            raise NewsdeskError(f"{MOST_OF_USER} of your answers are still being made; wait for one, or stop it.")
        if len(awaited) >= _MOST:
            raise NewsdeskError("Too many questions are waiting here; ask again in a minute.")

    def begin(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
        """Add an exchange to a conversation and begin to answer it; the first one names the conversation.

        Raises:
            NewsdeskError: As `check` does.
        """
        with self._lock:
            # Once more, under the lock: two clicks may both have passed the check that came before.
            self.check(user, conversation)
            conversation.begin(exchange)
            if not conversation.id:
                conversation.id, conversation.title = secrets.token_urlsafe(12), shorten_title(exchange.question)
            run = _Run(user, conversation, exchange)
            self._runs.append(run)
            self._threads.submit(self._work, run)

    async def watch(self, conversation: Conversation, left: Callable[[], bool] = lambda: False) -> AsyncIterator[bool]:
        """Yield whenever there is more to show of the answer under way in a conversation, until nothing more comes.

        Each time it is whether the answer was kept: that may take a while, for which its reader need not wait. One
        that was whole before the first look at it, and is no longer known here, is shown once.

        Args:
            conversation: The one that is watched.
            left: Tells whether it is no longer looked at; then nothing more is shown.
        """
        with self._lock:
            run = next((run for run in reversed(self._runs) if run.conversation is conversation), None)
        if run is None and not left():
            yield True
        shown = -1
        while run is not None and not left():
            # Both before anything is shown, so that a step that comes meanwhile gets a look of its own.
            over, version = run.over, run.version
            if version != shown:
                shown = version
                yield run.kept
            if over:
                return
            await asyncio.sleep(_LOOK_S)

    def find(self, user: str, conversation_id: str) -> Conversation | None:
        """Return the conversation of this id, if an answer is under way in it."""
        with self._lock:
            return next((run.conversation for run in self._runs if _same(run, user, conversation_id)), None)

    def stop(self, user: str, conversation: Conversation) -> str:
        """Stop the answer under way in a conversation and keep what there is of it; return what went wrong, or ""."""
        with self._lock:
            own = [run for run in self._runs if run.user == user and run.conversation is conversation]
            stopped = [run for run in own if run.exchange.open]
        for run in stopped:
            run.exchange.stop()
            run.version += 1
        # Now, and not where the thread ends: the next question must not be kept before it.
        return " ".join(filter(None, map(self._keep, stopped)))

    def drop(self, user: str, conversation_id: str) -> None:
        """Stop the answer under way in a conversation that is being deleted, and do not keep it."""
        with self._lock:
            for run in self._runs:
                if _same(run, user, conversation_id):
                    run.dropped = True
                    run.exchange.stop()
            self._ready.pop((user, conversation_id), None)

    def mark_seen(self, user: str, conversation_id: str) -> None:
        """Note that the user looks at a conversation."""
        with self._lock:
            self._ready.pop((user, conversation_id), None)

    def progress(self, user: str) -> Progress:
        """Return where answers of a user are under way, and where they are ready and not yet looked at."""
        with self._lock:
            writing = frozenset(r.conversation.id for r in self._runs if r.user == user and r.exchange.open)
            ready = frozenset(name for whose, name in self._ready if whose == user)
        return Progress(writing, ready - writing)

    def list_new(self, user: str, words: str = "") -> list[Listed]:
        """Return the conversations of a user that the store does not hold yet, the newest first."""
        with self._lock:
            new = [run for run in reversed(self._runs) if run.user == user and not run.conversation.kept]
        return [
            Listed(run.conversation.id, run.conversation.title, run.exchange.asked_at, new=True)
            for run in new
            if not run.dropped and words.strip().casefold() in run.conversation.title.casefold()
        ]

    def close(self) -> None:
        """Stop what is under way, and wait until it is kept."""
        with self._lock:
            for run in self._runs:
                run.exchange.stop()
        self._threads.shutdown(wait=True)

    def _work(self, run: _Run) -> None:
        try:
            self._step(run, self._make)
            run.exchange.stop()
            self._keep(run)
            with self._lock:
                if not run.dropped:
                    self._ready[run.user, run.conversation.id] = None
                for oldest in list(self._ready)[: max(0, len(self._ready) - _MOST_READY)]:
                    del self._ready[oldest]
            run.kept = True
            run.version += 1
            self._step(run, self._follow)
        except Exception:
            log.exception("an answer could not be ended")
        finally:
            run.over = True
            with self._lock:
                self._runs.remove(run)

    def _step(self, run: _Run, steps: Steps) -> None:
        for _ in steps(run.conversation, run.exchange):
            run.version += 1

    def _keep(self, run: _Run) -> str:
        """Write the exchange to the store; note in it, and return, what went wrong."""
        try:
            if not run.dropped:
                self._store.keep(run.user, run.conversation, run.exchange)
            if run.dropped:  # Perhaps meanwhile, and its first exchange has just brought it back.
                self._store.remove(run.user, run.conversation.id)
        except NewsdeskError as error:
            problem = f"This was not saved: {error}."
            run.exchange.note = " ".join(filter(None, [run.exchange.note, problem]))
            return problem
        return ""


def _same(run: _Run, user: str, conversation_id: str) -> bool:
    return bool(conversation_id) and run.user == user and run.conversation.id == conversation_id
