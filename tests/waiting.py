"""Wait for a state itself, never for a time in which it is probably reached."""

import time
from collections.abc import Callable

PATIENCE_S = 300.0
"""So long a state is waited for on the slowest machine before the test fails."""


def wait_until(holds: Callable[[], object], look_s: float = 0.01) -> None:
    """Return as soon as something holds; look again after so many seconds."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "It did not come to hold."
        time.sleep(look_s)
