"""Keep what one signed-in user opened from all others: Gradio gives it to whoever names its session.

The page draws a random name for each visit (`session_hash`), and Gradio one for each event and upload. Whoever uses such a
name first owns it; to everybody else it does not exist.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.accounts.sign_in import USER
from web.server.request_bodies import BODY_BYTES, read_body, replay
from web.server.request_gate import CALL

NAMES = ("session_hash", "event_id", "upload_id")
"""What the names are called in bodies and addresses."""

IN_PATH = ("/gradio_api/heartbeat/", "/gradio_api/call/")
"""Routes that end with one when they are read."""

_LONGEST = 128
_MOST = 2000
"""So many names of one user are remembered, which are those of some hundred open pages."""


class Isolation:
    """Answer 404 to a request that names what another user opened."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`, behind `web.server.request_gate.Gate` and `web.accounts.sign_in.SignIn`."""
        self.app = app
        self._owners = Owners()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        user = scope.get(USER)
        if user is None:  # A static file, or the start of the server.
            await self.app(scope, receive, send)
            return
        names = [*_in_address(scope)]
        if scope["method"] == "POST" and _takes_json(scope["path"]):
            body = await read_body(receive, BODY_BYTES)
            names += _named(json.loads(body))
            receive = replay(body, receive)
        if not self._owners.admit(user, names):
            await JSONResponse({"detail": "There is no such session."}, 404)(scope, receive, send)
            return
        await self.app(scope, receive, self._noting(user, send))

    def _noting(self, user: str, send: Send) -> Send:
        """Give the user the events that Gradio makes for him."""

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.body":
                self._owners.admit(user, _of_new_event(message.get("body", b"")))
            await send(message)

        return sender


class Owners:
    """Tell whose a name is."""

    def __init__(self, most: int = _MOST) -> None:
        """Remember at most so many names of each user, forgetting those longest unused."""
        self._most = most
        self._owners: dict[str, str] = {}
        self._held: dict[str, OrderedDict[str, None]] = {}

    def admit(self, user: str, names: list[str]) -> bool:
        """Give a user the names that are nobody's; return whether all of them are his."""
        if any(len(name) > _LONGEST or self._owners.get(name, user) != user for name in names):
            return False
        held = self._held.setdefault(user, OrderedDict())
        for name in names:
            self._owners[name] = user
            held[name] = None
            held.move_to_end(name)
        while len(held) > self._most:
            del self._owners[held.popitem(last=False)[0]]
        return True

    def __len__(self) -> int:
        """Return how many names are remembered."""
        return len(self._owners)


def _takes_json(path: str) -> bool:
    return any(path.startswith(served.partition("{")[0]) for served in CALL)


def _in_address(scope: Scope) -> Iterator[str]:
    """Yield the names in the path and the query of a request."""
    yield from (value for key, value in QueryParams(scope["query_string"]).multi_items() if key in NAMES)
    if scope["method"] != "POST" and scope["path"].startswith(IN_PATH):
        yield scope["path"].rpartition("/")[2]


def _named(record: Any) -> list[str]:
    values = [record.get(key) for key in NAMES] if isinstance(record, dict) else []
    return [value for value in values if isinstance(value, str)]


def _of_new_event(body: bytes) -> list[str]:
    """Return the name of the event that an answer tells of, if it tells of one."""
    if len(body) > 2 * _LONGEST or not body.startswith(b'{"event_id"'):
        return []
    try:
        return _named(json.loads(body))
    except ValueError:
        return []
