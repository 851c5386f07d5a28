"""What Gradio keeps of each page that is open, of each call of a program and of each event: little, and of calls not for long."""

from copy import copy
from typing import Any

from fastapi import FastAPI
from gradio.blocks import Blocks
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder

CALLS = 100
"""Sessions without a state that are kept: a call has none, begins a session of its own, and never comes back to it."""


class Session(SessionState):
    """Keep the state of a page, and nothing of what its components show.

    Gradio writes the whole configuration out for each session, 17 ms in the event loop and 100 KB, and adds each question
    and answer, to make deep links of it. The page offers none.
    """

    def __init__(self, blank: SessionState) -> None:
        """Begin as `blank` did."""
        # Not `super().__init__`, which would write the configuration out.
        self.__dict__.update(blank.__dict__)
        self.blocks_config = copy(blank.blocks_config)
        self.config_values, self.state_data, self._state_ttl = {}, {}, {}

    def _update_config(self, key: int) -> None:
        """Keep nothing."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Keep nothing."""


class PageSessions(StateHolder):
    """Hold the sessions of pages as Gradio does, and of those without a state only the last."""

    def __init__(self, blocks: Blocks) -> None:
        """Hold the sessions of a page."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.set_blocks(blocks)
        self._blank = SessionState(blocks)

    def __getitem__(self, session_id: str) -> SessionState:
        """Return a session, a new one where it is not known."""
        if session_id not in self.session_data:
            self._forget_calls()
            self.session_data[session_id] = Session(self._blank)
        return super().__getitem__(session_id)

    def _forget_calls(self) -> None:
        """Drop the oldest session without a state where there are too many of them."""
        with self.lock:
            calls = [key for key, session in self.session_data.items() if not session.state_data]
            for key in calls[: max(0, len(calls) - CALLS + 1)]:
                del self.session_data[key]
                self.time_last_used.pop(key, None)


def keep_little(outer: FastAPI) -> None:
    """Let the page that is mounted in `outer` keep its sessions in `PageSessions`, and no records of its events.

    Of the last 10,000 events Gradio works out a table for its page of monitoring, which is not served here, anew after
    each event, which takes 12 to 20 ms.
    """
    for page in pages_in(outer):
        page.state_holder = PageSessions(page.get_blocks())
        page.get_blocks()._queue.ANALYTICS_MAX_EVENTS = 0


def pages_in(outer: FastAPI) -> list[App]:
    """Return the applications of Gradio that are mounted in `outer`."""
    mounted = [getattr(route, "app", None) for route in outer.routes]
    return [app for app in mounted if isinstance(app, App)]
