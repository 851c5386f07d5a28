"""How many questions one client may ask in a minute, and how long a client has to wait."""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable


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

    def wait(self, client: str) -> int:
        """Return the seconds until the client may ask, 0 for now; count nothing."""
        with self._lock:
            return self._wait(client)

    @property
    def reason(self) -> str:
        """Say why one has to wait."""
        return f"No more than {self.per_minute} question{'' if self.per_minute == 1 else 's'} can be asked in a minute."

    def _wait(self, client: str) -> int:
        times, now = self._asked.get(client, deque()), self._clock()
        while times and now - times[0] >= 60:
            times.popleft()
        return math.ceil(60 - (now - times[0])) if self.per_minute and len(times) >= self.per_minute else 0
