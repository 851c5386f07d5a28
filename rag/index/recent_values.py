"""Remember what was computed last, for several threads."""

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class RecentValues(Generic[Key, Value]):
    """Keep the values of the keys that were asked for last."""

    def __init__(self, most: int) -> None:
        """Keep `most` values."""
        self._most = most
        self._lock = threading.Lock()
        self._recent: dict[Key, Value] = {}  # The least recently used first.

    def find(self, keys: Sequence[Key], compute: Callable[[list[Key]], Iterable[Value]]) -> list[Value]:
        """Return the value of each key; `compute` gives those that are not known, in order, each key once."""
        with self._lock:
            known = {key: self._recent[key] for key in keys if key in self._recent}
        # The lock is not held while they are computed, or all threads would wait for one.
        fresh = [key for key in dict.fromkeys(keys) if key not in known]
        if fresh:
            known.update(zip(fresh, compute(fresh), strict=True))
        with self._lock:
            for key, value in known.items():
                self._recent.pop(key, None)
                self._recent[key] = value
            while len(self._recent) > self._most:
                del self._recent[next(iter(self._recent))]
        return [known[key] for key in keys]
