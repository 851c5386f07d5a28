"""Which answers are under way on all pages that share a database, as the store of conversations has them.

A page says every few seconds that it is still at work. Where it has not done so for a while, another one notes that the answer
broke off; a page that was only held up takes its answers back with the next word.
"""

import json
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from corpus.archive.engine import Connection
from corpus.archive.engine.shared_connection import SharedConnection
from corpus.errors import NewsdeskError

BROKEN_OFF = "The page that was making this answer ended before it was whole; ask again."
"""The error of an answer whose page is gone."""

MOST_OF_USER = 5
"""Answers that one user may have under way."""

LEASE_S = 15.0
"""So long after its last word a page is taken for dead."""

Turn = tuple[int, str]
"""The number of a turn and the id of its conversation.

The number alone is not enough: a database that lost its last changes, or was restored, gives it to another turn.
"""

_LOOK_S = 2.0
_OWN = (
    "SELECT turn, conversation FROM under_way JOIN turns ON key = turn JOIN conversations ON id = conversation "
    'WHERE "user" = ?'
)


@dataclass(frozen=True, slots=True)
class Step:
    """Hold how far an answer is: its stage, and its text so far."""

    stage: str
    text: str


class RunningTurns:
    """Note what this page answers, and tell what all pages do; safe to use from several threads.

    Each method raises `ArchiveError` if the store cannot be read or written.
    """

    def __init__(self, shared: SharedConnection, lease_s: float = LEASE_S) -> None:
        """Use the connection of the store of conversations."""
        self._shared = shared
        self._page = secrets.token_hex(8)
        self._lease_s = lease_s
        self._looked_at = -_LOOK_S

    def check_within(self, connection: Connection, user: str, conversation_id: str) -> None:
        """Check, within a transaction, that a user may have another answer begun in a conversation.

        Raises:
            NewsdeskError: The conversation awaits one already, or too many are under way.
        """
        check_awaited([row["conversation"] for row in connection.execute(_OWN, (user,))], conversation_id)

    def note(self, connection: Connection, turn: int) -> None:
        """Note, within a transaction, that this page answers a turn."""
        connection.execute("INSERT INTO under_way VALUES (?, ?, ?, 0)", (turn, self._page, connection.read_clock()))

    def end(self, connection: Connection, turn: Turn) -> bool:
        """Note, within a transaction, that a turn is answered; return False where it was before, or is not there."""
        row = connection.execute("SELECT error FROM turns WHERE key = ? AND conversation = ?", turn).fetchone()
        if row is None:
            return False
        gone = connection.execute("DELETE FROM under_way WHERE turn = ? AND page = ?", (turn[0], self._page))
        # This page may have been held up for so long that another one took it for dead.
        return bool(gone.rowcount) or row["error"] == BROKEN_OFF

    def check(self, user: str, conversation_id: str) -> None:
        """Check that a user may have another answer begun in a conversation.

        Raises:
            NewsdeskError: As `check_within` does.
        """
        self.break_off()
        with self._shared.read() as connection:
            self.check_within(connection, user, conversation_id)

    def list_written(self, user: str) -> frozenset[str]:
        """Return the ids of a user's conversations in which an answer is under way."""
        self.break_off()
        with self._shared.read() as connection:
            return frozenset(row["conversation"] for row in connection.execute(_OWN, (user,)))

    def list_unseen(self, user: str) -> frozenset[str]:
        """Return the ids of a user's conversations in which an answer ended that the user has not looked at."""
        with self._shared.read() as connection:
            sql = 'SELECT id FROM conversations WHERE "user" = ? AND unseen = 1'
            return frozenset(row["id"] for row in connection.execute(sql, (user,)))

    def mark_seen(self, user: str, conversation_id: str) -> None:
        """Note that the user looks at a conversation."""
        with self._shared.read() as connection:
            sql = 'UPDATE conversations SET unseen = 0 WHERE id = ? AND "user" = ? AND unseen = 1'
            connection.execute(sql, (conversation_id, user))

    def ask_to_stop(self, user: str, conversation_id: str) -> None:
        """Let whichever page answers in a conversation stop."""
        with self._shared.write() as connection:
            turns = [row["turn"] for row in connection.execute(_OWN, (user,)) if row["conversation"] == conversation_id]
            connection.executemany("UPDATE under_way SET stopped = 1 WHERE turn = ?", [(turn,) for turn in turns])

    def read_step(self, turn: Turn) -> Step | None:
        """Return how far the answer to a turn is, or None where it is under way no longer."""
        self.break_off()
        sql = "SELECT stage, text FROM turns JOIN under_way ON turn = key WHERE key = ? AND conversation = ?"
        with self._shared.read() as connection:
            row = connection.execute(sql, turn).fetchone()
        return Step(row["stage"], row["text"]) if row else None

    def report(self, steps: Mapping[Turn, Step | None]) -> Collection[Turn]:
        """Say that this page is at work on some turns, and how far their answers are.

        Args:
            steps: By the turn that is answered; None where nothing has changed.

        Returns:
            The turns whose answer is to be stopped, as somebody wants that or has deleted them.
        """
        written = [(step.stage, step.text, *turn, self._page) for turn, step in steps.items() if step]
        with self._shared.read() as connection:
            # Of no other turns: one that this page works on no longer must not stay under way.
            given = "turn IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
            heard = f"UPDATE under_way SET heard_at = ? WHERE page = ? AND {given} RETURNING turn, stopped"
            values = (connection.read_clock(), self._page, json.dumps([key for key, _ in steps]))
            stopped = {row["turn"]: row["stopped"] for row in connection.execute(heard, values).fetchall()}
            own = "EXISTS (SELECT 1 FROM under_way WHERE turn = key AND page = ?)"
            sql = f"UPDATE turns SET stage = ?, text = ? WHERE key = ? AND conversation = ? AND {own}"
            connection.executemany(sql, written)
        missing = [turn for turn in steps if turn[0] not in stopped]
        return [turn for turn in steps if stopped.get(turn[0])] + (self._take_back(missing) if missing else [])

    def _take_back(self, turns: Sequence[Turn]) -> list[Turn]:
        """Go on with answers that were taken for broken off; return the turns that are there no longer."""
        gone = []
        with self._shared.write() as connection:
            for turn in turns:
                row = connection.execute("SELECT error FROM turns WHERE key = ? AND conversation = ?", turn).fetchone()
                if row is None:
                    gone.append(turn)
                elif row["error"] == BROKEN_OFF:
                    connection.execute("UPDATE turns SET stage = 'searching', error = '' WHERE key = ?", turn[:1])
                    self.note(connection, turn[0])
        return gone

    def break_off(self) -> None:
        """Note which answers broke off, as their page was not heard of for too long; this looks every few seconds."""
        if time.monotonic() - self._looked_at < min(_LOOK_S, self._lease_s):
            return
        self._looked_at = time.monotonic()
        # A clock that began anew with the machine is behind what was noted by the one before.
        sql = "SELECT turn, heard_at FROM under_way WHERE heard_at < ? OR heard_at > ?"
        with self._shared.read() as connection:
            now = connection.read_clock()
            dead = connection.execute(sql, (now - self._lease_s, now + self._lease_s)).fetchall()
        if dead:
            self._end(dead)

    def _end(self, dead: Sequence[Sequence[float]]) -> None:
        failed = "UPDATE turns SET stage = 'failed', error = ? WHERE key = ?"
        unseen = "UPDATE conversations SET unseen = 1 WHERE id = (SELECT conversation FROM turns WHERE key = ?)"
        with self._shared.write() as connection:
            for turn, heard_at in dead:
                # Unless its page has said something meanwhile, or another one was first.
                gone = connection.execute("DELETE FROM under_way WHERE turn = ? AND heard_at = ?", (turn, heard_at))
                if gone.rowcount:
                    connection.execute(failed, (BROKEN_OFF, turn))
                    connection.execute(unseen, (turn,))


def check_awaited(awaited: Sequence[str], conversation_id: str) -> None:
    """Check that a user may have another answer begun.

    Args:
        awaited: The conversations in which answers of the user are under way.
        conversation_id: The one in which another is to be begun.

    Raises:
        NewsdeskError: The conversation awaits one already, or too many are under way.
    """
    if conversation_id and conversation_id in awaited:
        raise NewsdeskError(
            "The question before is still being answered in this conversation; wait for its answer or stop it, then ask again."
        )
    if len(awaited) >= MOST_OF_USER:
        raise NewsdeskError(f"{MOST_OF_USER} of your answers are still being made; wait for one, or stop it.")
