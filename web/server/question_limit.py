"""How often somebody may ask, checked before a question takes a place in the queue."""

import json
from collections.abc import Mapping
from typing import Any

import gradio as gr
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.errors import NewsdeskError
from web.accounts.sign_in import client_in
from web.markup.waiting_time import duration, pause_line
from web.rate_limit import Asking, RateLimit, find_asking
from web.server.request_bodies import BODY_BYTES, read_body, replay
from web.server.request_gate import JOIN

_CALL = "/gradio_api/call/"


class QuestionLimit:
    """Answer 429 to who asks too often, on the page or from a program.

    The functions that answer run when their turn comes. Where many questions wait, a client that has used up its own
    would learn of it only then, and keep a place that another client could use.
    """

    def __init__(self, app: ASGIApp, limit: RateLimit, questions: Mapping[object, Asking]) -> None:
        """Stand before `app`, behind what signs users in and `web.server.request_gate.Gate`.

        Args:
            app: The application with Gradio in it.
            limit: How many questions a client may ask.
            questions: What counts as one: by the number of the event, as a request to the queue names it, and by the name of
                the endpoint.
        """
        self.app = app
        self._limit = limit
        self._questions = questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST":
            asking = self._questions.get(scope["path"].removeprefix(_CALL))
            if scope["path"] == JOIN:
                body = await read_body(receive, BODY_BYTES)
                receive = replay(body, receive)
                asking = self._find_asking(json.loads(body))
            if asking and (refusal := await self._find_refusal(asking, client_in(scope))):
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _find_refusal(self, asking: Asking, client: str) -> ASGIApp | None:
        """Count a question, or return what answers one that may not be asked now."""
        try:
            seconds = await self._limit.state.run(self._limit.take, client)
        except NewsdeskError as error:  # The database in which questions are counted does not answer.
            return JSONResponse({"error": str(error)}, 503, {"retry-after": "5"})
        return self._refuse(asking, seconds) if seconds else None

    def _find_asking(self, call: Any) -> Asking | None:
        """Return what a call of the queue asks, if it asks something."""
        if not isinstance(call, dict):
            return None
        asking = self._questions.get(call.get("fn_index"))
        return asking if asking and asking.counts(call.get("event_data")) else None

    def _refuse(self, asking: Asking, seconds: int) -> ASGIApp:
        reason = self._limit.reason
        refusal: dict[str, Any] = {"error": f"{reason} You can {asking.action} in {duration(seconds)}."}
        if asking.place:
            # Gradio shows no message of its own where the detail is a list; `static/pause.js` puts the line in its place.
            line = pause_line(reason, asking.action, seconds)
            refusal |= {"detail": [], "place": asking.place, "line": line}
        return JSONResponse(refusal, 429, {"retry-after": str(seconds)})


def find_questions(blocks: gr.Blocks) -> dict[object, Asking]:
    """Return the functions of the page that are questions, by number and by name."""
    found: dict[object, Asking] = {}
    for number, event in blocks.fns.items():
        if asking := find_asking(event.fn):
            found[number] = asking
            if event.api_name:
                found[event.api_name] = asking
    return found
