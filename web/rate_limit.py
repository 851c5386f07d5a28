"""How many questions one client may ask in a minute, how long a client has to wait, and which functions are asked."""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

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
        self, per_minute: int = 10, clients: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Allow `per_minute` questions, or any number if it is 0; remember at most `clients`, forgetting the silent."""
        self.per_minute = per_minute
        self.clients = clients
        self._clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str) -> int:
        """Count a question and return 0, or return the seconds to wait and count nothing."""
        with self._lock:
            seconds, now = self._wait(client), self._clock()
            if self.per_minute and not seconds:
                self._asked.setdefault(client, deque()).append(now)
                self._asked.move_to_end(client)
                # Whoever comes from many addresses must not make this grow without end.
                while len(self._asked) > self.clients:
                    self._asked.popitem(last=False)
            return seconds

    def give_back(self, client: str) -> None:
        """Count the last question of a client no longer, as nothing was asked in the end."""
        with self._lock:
            if times := self._asked.get(client):
                times.pop()

    @property
    def reason(self) -> str:
        """Say why one has to wait."""
        return f"No more than {self.per_minute} question{'' if self.per_minute == 1 else 's'} can be asked in a minute."

    def _wait(self, client: str) -> int:
        times, now = self._asked.get(client, deque()), self._clock()
        while times and now - times[0] >= 60:
            times.popleft()
        return math.ceil(60 - (now - times[0])) if self.per_minute and len(times) >= self.per_minute else 0
