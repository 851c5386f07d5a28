"""What of Gradio is reached from outside: the few routes that the page needs, with small bodies that name no file.

Gradio opens the path in every file object that a request holds, whatever it was sent to. So a request is read here first:
its body up to a limit, on every route and before anybody is asked who he is, and what it says is written anew for Gradio.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.openai_errors import openai_error, speaks_openai
from web.server.request_bodies import (
    BODY_BYTES,
    BodyError,
    check_values,
    read_body,
    read_json,
    replay,
    too_large,
    write_json,
)
from web.server.upload_stream import UploadStream
from web.server.uploads import COOKIE, Uploads, browser_of, name_of, new_cookie, own_folder

READ = (
    "/assets/{path:path}",
    "/config",
    "/favicon.ico",
    "/feed/{secret}",
    "/gradio_api/call/{name}/{event}",
    "/gradio_api/heartbeat/{session}",
    "/gradio_api/info",
    "/gradio_api/queue/data",
    "/gradio_api/upload_progress",
    "/logout",
    "/page/{path:path}",
    "/report/{name}",
    "/static/{path:path}",
    "/theme.css",
    "/v1/models",
    "/v1/models/{name}",
)
"""What may be read with GET, beside the addresses of the page itself. No other route is served, whatever Gradio offers."""

JOIN = "/gradio_api/queue/join"
CALL = (JOIN, "/gradio_api/call/{name}", "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/run/predict")
"""What takes JSON with POST."""

SIGN_IN = ("/login", "/logout")
"""What takes a form with POST."""

COMPLETIONS = "/v1/chat/completions"
"""What takes a question in OpenAI's form with POST; it does not reach Gradio."""

UPLOAD = "/gradio_api/upload"

_PATIENCE_S = 30.0
_AWAY = {"connection": "close"}  # What is left of a refused body is not worth reading.
_OPENS_FILES = "deep_link"  # A parameter by which Gradio is told the name of a file to read.

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


class Gate:
    """Hand on what the page and its programs ask, and refuse everything else."""

    def __init__(
        self,
        app: ASGIApp,
        slots: Mapping[int, int],
        upload_bytes: int = 0,
        patience_s: float = _PATIENCE_S,
        views: Collection[str] = ("/",),
    ) -> None:
        """Stand before `app`.

        Args:
            app: The application with Gradio in it.
            slots: The events that take uploaded files, each by its number, with the place of the files in its data.
            upload_bytes: The most that one upload may hold; 0 lets no file be uploaded.
            patience_s: So long a body may take to arrive, uploads apart.
            views: The addresses at which the page itself is served.
        """
        self.app = app
        self.uploads = Uploads()
        self._slots = slots
        self._upload_bytes = upload_bytes
        self._patience_s = patience_s
        self._routes = [
            (method, compile_path(path)[0], answer)
            for method, paths, answer in (
                ("GET", views, self._show),
                ("GET", READ, self._pass),
                ("POST", CALL, self._call),
                ("POST", (*SIGN_IN, COMPLETIONS), self._pass),
                ("POST", (UPLOAD,), self._upload),
            )
            for path in paths
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            await self._answer(scope)(scope, receive, send)
        except BodyError as error:
            if speaks_openai(scope["path"]):
                answer: Response = openai_error(error.status, str(error), headers=_AWAY)
            else:
                answer = PlainTextResponse(str(error), error.status, _AWAY)
            await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Answer:
        method = {"HEAD": "GET"}.get(scope.get("method", ""), scope.get("method", ""))
        path: str = scope["path"]
        if path.isprintable() and _OPENS_FILES not in QueryParams(scope["query_string"]):
            for served, pattern, answer in self._routes:
                if served == method and pattern.match(path):
                    return answer
        raise BodyError(404, "There is nothing at this address.")

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request for the page, and tell the browser apart from now on."""
        if not browser_of(Headers(scope=scope).get("cookie", "")):
            send = _giving(new_cookie(), send)
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as it is."""
        body = await self._body(scope, receive)
        await self.app(scope, replay(body, receive), send)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a call of an event, written anew."""
        headers = Headers(scope=scope)
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise BodyError(415, "Send the body as application/json.")
        call = read_json(await self._body(scope, receive))
        if scope["path"] == JOIN:
            call = self._with_own_files(call, browser_of(headers.get("cookie", "")))
        else:
            check_values(call)
        body = write_json(call)
        lengths = {b"content-length", b"transfer-encoding"}
        kept = [(name, value) for name, value in scope["headers"] if name.lower() not in lengths]
        scope = {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}
        await self.app(scope, replay(body, receive), send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on as it streams in, and note whose the files are."""
        headers = Headers(scope=scope)
        self._check_upload(headers)
        browser = browser_of(headers.get("cookie", ""))
        if not browser:
            cookie = new_cookie()
            browser, send = name_of(cookie), _giving(cookie, send)
        # The answer is read here, so it must not be compressed.
        kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        noting = _noting(lambda paths: self.uploads.add(browser, paths), send)
        stream = UploadStream(receive, self._upload_bytes, headers.get("content-type", ""))

        async def unless_refused(message: Message) -> None:
            if stream.error is None:
                await noting(message)

        try:
            with own_folder():
                await self.app({**scope, "headers": kept}, stream.receive, unless_refused)
        except Exception:
            if stream.error is None:
                raise
        if stream.error is not None:
            raise stream.error

    def _check_upload(self, headers: Headers) -> None:
        if not self._upload_bytes:
            raise BodyError(403, "Uploads are switched off.")
        length = headers.get("content-length", "")
        if not length.isdecimal():
            raise BodyError(411, "Say how long the upload is.")
        if int(length) > self._upload_bytes:
            most = self._upload_bytes // 1_000_000
            raise BodyError(413, f"That is more than {most} MB at once; add the files in several goes.")

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            raise too_large(BODY_BYTES)
        try:
            async with asyncio.timeout(self._patience_s):
                return await read_body(receive, BODY_BYTES)
        except TimeoutError as error:
            raise BodyError(408, f"The request did not arrive within {self._patience_s:g} seconds.") from error

    def _with_own_files(self, call: Any, browser: str) -> Any:
        """Return a call that names no file, other than those that the browser uploaded, in the event that takes them."""
        index, data = (call.get("fn_index"), call.get("data")) if isinstance(call, dict) else (None, None)
        if index is not None and type(index) is not int:  # Gradio takes "7" and 7.0 for 7.
            raise BodyError(400, "The number of an event must be a whole number.")
        slot = None if index is None else self._slots.get(index)
        if slot is None or not isinstance(data, list) or len(data) <= slot or not isinstance(data[slot], list):
            check_values(call)
            return call
        check_values({**call, "data": [*data[:slot], *data[slot + 1 :]]})
        files = [self._own_file(file, browser) for file in data[slot]]
        return {**call, "data": [*data[:slot], files, *data[slot + 1 :]]}

    def _own_file(self, file: Any, browser: str) -> dict[str, Any]:
        """Return a file object that says no more than where the upload lies."""
        path = file.get("path") if isinstance(file, dict) else None
        if not isinstance(path, str) or not self.uploads.holds(browser, path):
            raise BodyError(400, "A file was not uploaded from this browser; upload it again.")
        return {"path": path, "meta": {"_type": "gradio.FileData"}}


def _giving(cookie: str, send: Send) -> Send:
    """Return what sends an answer with the cookie that tells the browser apart."""

    async def give(message: Message) -> None:
        if message["type"] == "http.response.start":
            value = f"{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=strict"
            MutableHeaders(scope=message).append("set-cookie", value)
        await send(message)

    return give


def _noting(note: Callable[[list[str]], None], send: Send) -> Send:
    """Return what sends the answer to an upload, and first notes the paths in it."""
    answer, good = bytearray(), False

    async def noted(message: Message) -> None:
        nonlocal good
        if message["type"] == "http.response.start":
            good = message["status"] == 200
        elif good and message["type"] == "http.response.body":
            answer.extend(message.get("body", b""))
            if not message.get("more_body", False):
                note(json.loads(answer))
        await send(message)

    return noted
