"""Answers under way: each is made in a thread of the server, and goes on whether or not a page watches it.

Where several servers share a database, each sees what the others answer, and may stop it.
"""

import asyncio
import logging
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from corpus.errors import ArchiveError, InputError, NewsdeskError
from web.conversations.conversation import Conversation, Exchange
from web.conversations.conversation_store import ConversationStore, Listed, shorten_title
from web.conversations.running_turns import Step, check_awaited

log = logging.getLogger(__name__)

_AT_ONCE = 20
_MOST = 84  # Those and what waits for a thread.
_LOOK_S = 0.06  # Tokens come faster than anybody reads; each look that finds something new sends the conversation.
_BEAT_S = 2.0
_MOST_UNKEPT = 1000  # Answers that wait in memory until the store can be written again.

Steps = Callable[[Conversation, Exchange], Iterable[object]]
"""Makes the answer to an exchange; each step is one that a page should show."""


@dataclass(slots=True, eq=False)
class _Run:
    """Hold one answer under way.

    Attributes:
        version: Grows with each step.
        told: The version that the store has.
        kept: Whether the store holds it, or could not take it.
        problem: Why the store could not take it, as its note says.
        unkept: Whether the store may take it later.
        over: Whether nothing more comes.
        dropped: Whether its conversation was deleted, so that it must not be kept.
    """

    user: str
    conversation: Conversation
    exchange: Exchange
    version: int = 0
    told: int = 0
    kept: bool = False
    over: bool = False
    dropped: bool = False
    problem: str = ""
    unkept: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold which conversations of a user are being answered, and which were since the user last looked at them."""

    writing: frozenset[str] = field(default_factory=frozenset)
    ready: frozenset[str] = field(default_factory=frozenset)


class RunningAnswers:
    """Make answers, let pages watch them, and keep them; safe to use from several threads.

    Every method that takes a user ("" where nobody signs in) sees only what is that user's.
    """

    def __init__(
        self,
        store: ConversationStore,
        make: Steps,
        follow: Steps = lambda _c, _e: (),
        beat_s: float = _BEAT_S,
    ) -> None:
        """Keep answers in a store.

        Args:
            store: Where each is kept as soon as it is whole, stopped or failed.
            make: Makes one.
            follow: Adds to one that was kept, such as what can be asked next.
            beat_s: So often other pages are told that this one is at work, and asked what they write.
        """
        self._store = store
        self._make, self._follow = make, follow
        self._beat_s = beat_s
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answer")
        self._lock = threading.Lock()
        self._runs: list[_Run] = []
        self._unkept: list[_Run] = []
        self._ended = threading.Event()
        self._beats: threading.Thread | None = None

    def check(self, user: str, conversation: Conversation) -> None:
        """Check that another answer may be begun.

        Raises:
            NewsdeskError: The conversation awaits one already, or too many are under way.
        """
        self._check_here(user, conversation)
        self._store.running.check(user, conversation.id)

    def _check_here(self, user: str, conversation: Conversation) -> None:
        awaited = [run for run in self._runs if run.exchange.open]
        check_awaited([run.conversation.id for run in awaited if run.user == user], conversation.id)
        if len(awaited) >= _MOST:
            raise NewsdeskError("Too many questions are waiting here; ask again in a minute.")

    def begin(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
        """Add an exchange to a conversation and begin to answer it; the first one names the conversation.

        Raises:
            NewsdeskError: As `check` does.
        """
        with self._lock:
            # Once more, under the lock: two clicks may both have passed the check that came before.
            self._check_here(user, conversation)
            conversation.begin(exchange)
            if not conversation.id:
                conversation.id, conversation.title = secrets.token_urlsafe(12), shorten_title(exchange.question)
            run = _Run(user, conversation, exchange)
            self._runs.append(run)
        try:
            self._store.begin(user, conversation, exchange)
        except (ArchiveError, InputError):  # It is answered all the same, and kept at the end if that can be done then.
            log.warning("a question could not be kept before it was answered", exc_info=True)
        except NewsdeskError:  # Another page was first.
            with self._lock:
                self._runs.remove(run)
                conversation.exchanges.remove(exchange)
            raise
        self._begin_to_beat()
        self._threads.submit(self._work, run)

    async def watch(
        self, user: str, conversation: Conversation, left: Callable[[], bool] = lambda: False
    ) -> AsyncIterator[bool]:
        """Yield whenever there is more to show of the answer under way in a conversation, until nothing more comes.

        Each time it is whether the answer was kept: that may take a while, for which its reader need not wait. One
        that was whole before the first look at it, and is no longer known here, is shown once.

        Args:
            user: Who watches.
            conversation: The one that is watched.
            left: Tells whether it is no longer looked at; then nothing more is shown.
        """
        with self._lock:
            run = next((run for run in reversed(self._runs) if run.conversation is conversation), None)
        if run is None and not left():
            yield not conversation.busy
            async for kept in self._watch_elsewhere(user, conversation, left):
                yield kept
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

    async def _watch_elsewhere(
        self, user: str, conversation: Conversation, left: Callable[[], bool]
    ) -> AsyncIterator[bool]:
        """Yield as `watch` does for an answer that another page makes."""
        while conversation.busy and not left():
            await asyncio.sleep(self._beat_s)
            if not left() and await asyncio.to_thread(self._look_elsewhere, user, conversation):
                yield not conversation.busy

    def _look_elsewhere(self, user: str, conversation: Conversation) -> bool:
        """Take in how far the answer is that another page makes; return whether there is something new."""
        exchange = next((exchange for exchange in conversation.exchanges if exchange.open), None)
        if exchange is None or not exchange.key:
            return False
        try:
            step = self._store.running.read_step((exchange.key, conversation.id))
            if step is None:
                found = self._store.open(user, conversation.id)
                conversation.exchanges[:] = found.exchanges if found else ()
                return True
        except NewsdeskError:  # The database does not answer; the next look may see more.
            return False
        before = Step(exchange.stage, exchange.text)
        exchange.stage, exchange.text = step.stage, step.text
        return step != before

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
        if not own and conversation.busy:
            return self._try(lambda: self._store.running.ask_to_stop(user, conversation.id))
        # Now, and not where the thread ends: the next question must not be kept before it.
        return " ".join(filter(None, map(self._keep, stopped)))

    def drop(self, user: str, conversation_id: str) -> None:
        """Stop the answer under way in a conversation that is being deleted, and do not keep it."""
        with self._lock:
            for run in (*self._runs, *self._unkept):
                if _same(run, user, conversation_id):
                    run.dropped = True
                    run.exchange.stop()

    def mark_seen(self, user: str, conversation_id: str) -> None:
        """Note that the user looks at a conversation."""
        self._try(lambda: self._store.running.mark_seen(user, conversation_id))

    def progress(self, user: str) -> Progress:
        """Return where answers of a user are under way, and where they are ready and not yet looked at."""
        with self._lock:
            here = frozenset(r.conversation.id for r in self._runs if r.user == user and r.exchange.open)
        try:
            writing = here | self._store.running.list_written(user)
            return Progress(writing, self._store.running.list_unseen(user) - writing)
        except NewsdeskError:  # What is asked of the store next says so.
            return Progress(here)

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
        self._ended.set()
        if self._beats is not None:
            self._beats.join()
        self._keep_late()

    def _begin_to_beat(self) -> None:
        with self._lock:
            if self._beats is None:
                self._beats = threading.Thread(target=self._beat_until_ended, name="answers at work", daemon=True)
                self._beats.start()

    def _beat_until_ended(self) -> None:
        while not self._ended.wait(self._beat_s):
            self._try(self._beat)
            self._keep_late()

    def _beat(self) -> None:
        """Tell the other pages how far the answers here are, and do what was asked for there."""
        with self._lock:
            awaited = [run for run in self._runs if run.exchange.key and run.exchange.open]
        if not awaited:
            return
        runs = {(run.exchange.key, run.conversation.id): run for run in awaited}
        versions = {turn: run.version for turn, run in runs.items()}
        steps = {
            turn: Step(run.exchange.stage, run.exchange.text) if versions[turn] != run.told else None
            for turn, run in runs.items()
        }
        stopped = self._store.running.report(steps)
        for turn, run in runs.items():
            run.told = versions[turn]
            if turn in stopped:
                run.exchange.stop()
                run.version += 1

    def _try(self, work: Callable[[], object]) -> str:
        """Write or read the store; return what went wrong, or ""."""
        try:
            work()
        except NewsdeskError as error:
            return f"{error}."
        return ""

    def _work(self, run: _Run) -> None:
        try:
            self._step(run, self._make)
            run.exchange.stop()
            self._keep(run, unseen=True)
            run.kept = True
            run.version += 1
            self._step(run, self._follow)
        except Exception:
            log.exception("an answer could not be ended")
        finally:
            run.over = True
            with self._lock:
                self._runs.remove(run)
                if run.unkept and len(self._unkept) < _MOST_UNKEPT:
                    self._unkept.append(run)

    def _step(self, run: _Run, steps: Steps) -> None:
        for _ in steps(run.conversation, run.exchange):
            run.version += 1

    def _keep(self, run: _Run, unseen: bool = False) -> str:
        """Write the exchange to the store; note in it, and return, what went wrong."""
        note = run.exchange.note = run.exchange.note.removesuffix(run.problem).rstrip()
        run.problem, run.unkept = "", False
        try:
            if not run.dropped:
                self._store.keep(run.user, run.conversation, run.exchange, unseen)
            if run.dropped:  # Perhaps meanwhile, and its first exchange has just brought it back.
                self._store.remove(run.user, run.conversation.id)
        except NewsdeskError as error:
            run.problem, run.unkept = f"This was not saved: {error}.", isinstance(error, ArchiveError)
            run.exchange.note = f"{note} {run.problem}".lstrip()
        return run.problem

    def _keep_late(self) -> None:
        """Keep the answers that ended while the store could not be written; where it still cannot, leave the rest."""
        with self._lock:
            waiting = list(self._unkept)
        for run in waiting:
            self._keep(run, unseen=True)
            with self._lock:
                self._unkept.remove(run)
                if run.unkept:  # Behind the others, so that one which is always refused holds up none.
                    self._unkept.append(run)
                    return


def _same(run: _Run, user: str, conversation_id: str) -> bool:
    return bool(conversation_id) and run.user == user and run.conversation.id == conversation_id
