"""How many questions one client may ask in a minute."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable


class Allowance:
    """Count questions by client over a sliding minute; safe to use from several threads."""

    def __init__(
        self, per_minute: int = 10, clients: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Allow `per_minute` questions; remember at most `clients`, forgetting those longest silent."""
        self.per_minute = per_minute
        self.clients = clients
        self._clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str) -> int:
        """Count a question and return 0, or return the seconds to wait and count nothing."""
        now = self._clock()
        with self._lock:
            times = self._asked.setdefault(client, deque())
            self._asked.move_to_end(client)
            while len(self._asked) > self.clients:
                self._asked.popitem(last=False)
            while times and now - times[0] >= 60:
                times.popleft()
            if len(times) >= self.per_minute:
                return max(1, round(60 - (now - times[0])))
            times.append(now)
            return 0
