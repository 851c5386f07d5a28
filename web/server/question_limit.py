"""How often programs may ask, checked before a question takes a place in the queue."""

import json
from collections.abc import Collection

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from web.accounts.sign_in import client_in
from web.markup.waiting_time import duration
from web.rate_limit import RateLimit
from web.server.request_bodies import BODY_BYTES, read_body, replay
from web.server.request_gate import JOIN

_CALL = "/gradio_api/call/"


class QuestionLimit:
    """Answer 429 to a program that asks too often.

    The functions that answer run when their turn comes. Where many questions wait, a client that has used up its own
    would learn of it only then, and keep a place that another client could use.
    """

    def __init__(self, app: ASGIApp, limit: RateLimit, names: Collection[str], numbers: Collection[int]) -> None:
        """Stand before `app`, behind what signs users in and `web.server.request_gate.Gate`.

        Args:
            app: The application with Gradio in it.
            limit: How many questions a client may ask; shared with the page.
            names: The endpoints that are limited.
            numbers: The events behind them, as a request to the queue names them.
        """
        self.app = app
        self._limit = limit
        self._names = frozenset(names)
        self._numbers = frozenset(numbers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST":
            asks = scope["path"].removeprefix(_CALL) in self._names
            if scope["path"] == JOIN:
                body = await read_body(receive, BODY_BYTES)
                receive = replay(body, receive)
                call = json.loads(body)
                asks = isinstance(call, dict) and call.get("fn_index") in self._numbers
            if asks and (seconds := self._limit.take(client_in(scope))):
                await self._refuse(seconds)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refuse(self, seconds: int) -> ASGIApp:
        problem = f"{self._limit.reason} You can ask again in {duration(seconds)}."
        return JSONResponse({"error": problem}, 429, {"retry-after": str(seconds)})
