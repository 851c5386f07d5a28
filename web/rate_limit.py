"""How many questions one client may ask in a minute, how long a client has to wait, and which functions are asked."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from corpus.archive.engine import Connection
from web.shared_state import SharedState

F = TypeVar("F", bound=Callable[..., Any])

_MARK = "asking"


@dataclass(frozen=True, slots=True)
class Asking:
    """Say when a call of a function counts as a question, and where the page says that it is one too many.

    Attributes:
        acts: What an event must carry as "act"; empty where each call counts.
        place: The id of the element of the page that takes the line, or "" for a message that passes.
        action: What one can do once the time is over, "ask again".
    """

    acts: tuple[str, ...] = ()
    place: str = ""
    action: str = "ask again"

    def counts(self, event_data: object) -> bool:
        """Return whether a call with the data of an event is a question."""
        return not self.acts or (isinstance(event_data, dict) and event_data.get("act") in self.acts)


def asks(*acts: str, place: str = "", action: str = "ask again") -> Callable[[F], F]:
    """Mark a function whose calls are questions: they are counted before they wait for their turn.

    A function that in the end asks nothing gives the question back (`RateLimit.give_back`). The arguments are those of `Asking`.
    """

    def mark(function: F) -> F:
        setattr(function, _MARK, Asking(acts, place, action))
        return function

    return mark


def find_asking(function: Callable[..., Any] | None) -> Asking | None:
    """Return how a function was marked, or None."""
    asking: Asking | None = getattr(function, _MARK, None)
    return asking


class RateLimit:
    """Count questions by client over a sliding minute; safe to use from several threads."""

    def __init__(
        self,
        per_minute: int = 10,
        clients: int = 10_000,
        clock: Callable[[], float] | None = None,
        state: SharedState | None = None,
    ) -> None:
        """Allow `per_minute` questions, or any number if it is 0.

        Args:
            per_minute: Of one client.
            clients: So many clients that have asked all they may are remembered, the silent being forgotten.
            clock: Tells the seconds, in place of the clock that all pages share.
            state: Where questions are counted; by default in memory.
        """
        self.per_minute = per_minute
        self.state = state or SharedState()
        self._remembered = clients * per_minute
        self._clock = clock

    def take(self, client: str) -> int:
        """Count a question and return 0, or return the seconds to wait and count nothing.

        Raises:
            ArchiveError: The database in which questions are counted does not answer.
        """
        return self._look(client) or self._count(client) if self.per_minute else 0

    def give_back(self, client: str) -> None:
        """Count the last question of a client no longer, as nothing was asked in the end."""
        sql = "DELETE FROM questions_asked WHERE key = (SELECT max(key) FROM questions_asked WHERE client = ?)"
        if self.per_minute:
            with self.state.read() as connection:
                connection.execute(sql, (client,))

    @property
    def reason(self) -> str:
        """Say why one has to wait."""
        return f"No more than {self.per_minute} question{'' if self.per_minute == 1 else 's'} can be asked in a minute."

    def _look(self, client: str) -> int:
        """Return the seconds to wait; who is refused costs no transaction, and keeps nobody else waiting."""
        with self.state.read() as connection:
            return self._wait(connection, client)

    def _count(self, client: str) -> int:
        with self.state.write([f"questions of {client}"]) as connection:
            # Once more, as others may have asked meanwhile in the name of the same client.
            if seconds := self._wait(connection, client):
                return seconds
            now = self._now(connection)
            connection.execute("DELETE FROM questions_asked WHERE at <= ?", (now - 60,))
            sql = "INSERT INTO questions_asked (client, at) VALUES (?, ?) RETURNING key"
            key = connection.execute(sql, (client, now)).fetchone()["key"]
            # Whoever comes from many addresses must not make this grow without end.
            connection.execute("DELETE FROM questions_asked WHERE key <= ?", (key - self._remembered,))
        return 0

    def _wait(self, connection: Connection, client: str) -> int:
        now = self._now(connection)
        # None from the future: the clock of a database may be set back, and nobody should wait for longer than a minute.
        sql = "SELECT count(*), min(at) FROM questions_asked WHERE client = ? AND at > ? AND at <= ?"
        count, first = connection.execute(sql, (client, now - 60, now)).fetchone()
        return math.ceil(60 - (now - first)) if count >= self.per_minute else 0

    def _now(self, connection: Connection) -> float:
        return self._clock() if self._clock else connection.read_clock()
