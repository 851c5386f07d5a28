"""A language model's server for tests: it speaks OpenAI's chat completions on loopback, and every fault can be ordered.

The real client talks to it, so that what is tested is the wire:

```python
with ModelServer() as server:
    server.script(Reply("Hello."), Reply(status=429, retry_after=1))    # the next two requests
    server.reply = lambda body: Reply(order_in(body))                   # every request after them
    model = init_chat_model("openai:test", base_url=server.url, api_key="key")
    ...
    assert server.requests[0].text == "the question"
```
"""

import asyncio
import atexit
import json
import re
import socket
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

Body = dict[str, Any]

_VERIFYING = "You check claims"  # How the request for a second reading begins (`rag.llm.verification_prompt`).
_PLANNING = "You plan the searches"  # How the request for a plan begins (`rag.llm.plan_prompt`).

_ERRORS = {
    400: ("invalid_request_error", "context_length_exceeded", "The messages are longer than this model's context."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    429: ("rate_limit_error", "rate_limit_exceeded", "Rate limit reached."),
    500: ("server_error", "internal_error", "The server had an error."),
    503: ("server_error", "overloaded", "The engine is overloaded."),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """Say how one request is answered.

    Attributes:
        text: What the model says. It is streamed in pieces of one word with the space before it,
        words: or of so many words.
        finish_reason: "stop", "length" or "content_filter"; "tool_calls" is set by `tool`.
        status: Another HTTP status than 200 sends an error in OpenAI's form instead.
        retry_after: Seconds for a `Retry-After` header beside an error.
        hang: "headers" never answers; "first token" sends the headers and no word. Both last until the client goes.
        pause_s: Seconds before each piece,
        pause_from: from this one on, counted from 0.
        cut_after: Pieces after which a stream ends without a finish reason, or None.
        cut: How: "clean" ends the body as if it were whole, "broken" drops the connection in the middle of it.
        malformed: Send text that is no JSON where JSON belongs.
        tool: Name and arguments of a function that the model calls, or None.
    """

    text: str = ""
    words: int = 1
    finish_reason: str = "stop"
    status: int = 200
    retry_after: float | None = None
    hang: Literal["", "headers", "first token"] = ""
    pause_s: float = 0.0
    pause_from: int = 0
    cut_after: int | None = None
    cut: Literal["clean", "broken"] = "clean"
    malformed: bool = False
    tool: tuple[str, Mapping[str, Any]] | None = None

    @property
    def pieces(self) -> list[str]:
        """Return the text in the pieces that are streamed; joined they are the text."""
        words = re.findall(r"\s*\S+|\s+$", self.text)
        return ["".join(words[at : at + self.words]) for at in range(0, len(words), self.words)]


@dataclass(frozen=True, slots=True)
class Received:
    """Hold one request as it came."""

    body: Body
    headers: Mapping[str, str]

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Return the messages as (role, text); parts of a message are joined."""
        return [(message["role"], _text(message.get("content"))) for message in self.body["messages"]]

    @property
    def text(self) -> str:
        """Return the text of the last message."""
        return self.messages[-1][1]


@dataclass(slots=True)
class ModelServer:
    """Serve scripted replies at `url`, between `with` and its end.

    All of a process are served by one thread, each below a path of its own: to start and stop a server for each takes
    longer than most of what is tested.

    Attributes:
        reply: Computes the answer to each request that the script does not cover, from its body.
        verify: Computes the reply to each request for a second reading of claims.
        plan: Computes the reply to each request for a plan of searches, "{}", which is none, unless it is set.
        requests: What was received, in order; but plans are asked for in `plans`, second readings in `verifications`.
        abandoned: Set once a client has gone before its reply was whole; a test may wait for it.
    """

    reply: Callable[[Body], Reply | str] = field(default=lambda body: Reply("An answer [1]."))
    verify: Callable[[Body], Reply | str] = field(default=lambda body: Reply('{"verdicts": []}'))
    verifications: list[Received] = field(default_factory=list)
    plan: Callable[[Body], Reply | str] = field(default=lambda body: Reply("{}"))
    requests: list[Received] = field(default_factory=list)
    plans: list[Received] = field(default_factory=list)
    abandoned: threading.Event = field(default_factory=threading.Event)
    _script: deque[Reply] = field(default_factory=deque)
    _key: str = ""

    @property
    def url(self) -> str:
        """Return the base URL for the client."""
        if not self._key:
            raise ValueError("the server runs inside its `with` block only")
        return f"{_host().url}/{self._key}/v1"

    @property
    def connections(self) -> int:
        """Return how many connections are open to the model's servers of this process, whosever they are."""
        return len(_host().http.server_state.connections)

    def script(self, *replies: Reply) -> None:
        """Answer the next requests with these, one each, before `reply` is asked again."""
        self._script.extend(replies)

    def __enter__(self) -> Self:
        self._key = _host().add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _host().remove(self._key)
        self._key = ""

    async def complete(self, request: Request) -> Response:
        """Answer a request."""
        body = json.loads(await request.body())
        received = Received(body, dict(request.headers))
        if received.messages[0][1].startswith(_VERIFYING):
            self.verifications.append(received)
            reply = self.verify(body)
        elif received.messages[0][1].startswith(_PLANNING):
            self.plans.append(received)
            reply = self.plan(body)
        else:
            self.requests.append(received)
            reply = self._script.popleft() if self._script else self.reply(body)
        if isinstance(reply, str):
            reply = Reply(reply)
        if reply.hang == "headers":
            await self._hang(request)
            return Response(status_code=504)
        if reply.status != 200:
            return _error(reply)
        if body.get("stream"):
            return _Stream(self._events(body, reply))
        await asyncio.sleep(reply.pause_s)
        if reply.malformed:
            return Response('{"choices": [', media_type="application/json")
        return JSONResponse(_completion(body, reply))

    async def _events(self, body: Body, reply: Reply) -> AsyncGenerator[str]:
        whole = False
        try:
            yield _event(_chunk(body, {"role": "assistant", "content": ""}))
            if reply.hang:
                await self._hang()
            elif reply.malformed:
                yield 'data: {"choices": [\n\n'
            else:
                async for event in _spoken(body, reply):
                    yield event
            whole = True
        except _BrokenOff:
            whole = True
            raise
        finally:
            if not whole:
                self.abandoned.set()

    async def _hang(self, request: Request | None = None) -> None:
        """Wait until the server ends or the client goes; a stream is cancelled then, a plain request must ask."""
        while self._key:
            if request and await request.is_disconnected():
                self.abandoned.set()
                return
            await asyncio.sleep(0.02)


class _Host:
    """The HTTP server of this process, with every model's server below a path of its own."""

    def __init__(self) -> None:
        self._servers: dict[str, ModelServer] = {}
        self._keys = count(1)
        app = FastAPI(openapi_url=None)
        app.add_api_route("/{key}/v1/chat/completions", self._complete, methods=["POST"], response_model=None)
        app.add_api_route("/{key}/v1/models", lambda: {"object": "list", "data": [{"id": "test", "object": "model"}]})
        # The socket listens before the thread starts, so that no client ever comes too early.
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(app, lifespan="off", ws="none", http="h11", log_config=None, log_level="critical")
        self.http = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.http.run, args=([listening],), name="model servers", daemon=True)
        self._thread.start()
        # A loop that still runs when the interpreter ends may crash it.
        atexit.register(self._end)

    def _end(self) -> None:
        self.http.should_exit = True
        self._thread.join(5)  # Seconds; it is a daemon.

    def add(self, server: ModelServer) -> str:
        """Serve a model's server, and return the first part of its path."""
        key = str(next(self._keys))
        self._servers[key] = server
        return key

    def remove(self, key: str) -> None:
        """Serve it no longer."""
        del self._servers[key]

    async def _complete(self, key: str, request: Request) -> Response:
        server = self._servers.get(key)
        return await server.complete(request) if server else Response(status_code=410)


_host = cache(_Host)


@contextmanager
def refused_url() -> Iterator[str]:
    """Give a base URL whose port refuses every connection: it is bound, so nobody else gets it, and does not listen."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}/v1"


class _BrokenOff(Exception):
    """Marks the place where the connection is dropped."""


class _Stream(StreamingResponse):
    """A stream that a `_BrokenOff` ends without its last chunk: uvicorn then drops the connection."""

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except* _BrokenOff:
            pass
        finally:  # A client that goes while a chunk is sent interrupts the sending, not what makes the chunks.
            if isinstance(self.body_iterator, AsyncGenerator):
                await self.body_iterator.aclose()


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def _error(reply: Reply) -> Response:
    kind, code, message = _ERRORS[reply.status]
    headers = {} if reply.retry_after is None else {"retry-after": f"{reply.retry_after:g}"}
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, reply.status, headers)


async def _spoken(body: Body, reply: Reply) -> AsyncIterator[str]:
    for number, delta in enumerate(_deltas(reply)):
        if number == reply.cut_after:
            break
        await asyncio.sleep(reply.pause_s if number >= reply.pause_from else 0)
        yield _event(_chunk(body, delta))
    if reply.cut_after is not None:
        if reply.cut == "broken":
            raise _BrokenOff
        return
    yield _event(_chunk(body, {}, _finish_reason(reply)))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield _event(_envelope(body, "chat.completion.chunk") | {"choices": [], "usage": _usage(body, reply)})
    yield "data: [DONE]\n\n"


def _finish_reason(reply: Reply) -> str:
    return "tool_calls" if reply.tool else reply.finish_reason


def _deltas(reply: Reply) -> Iterator[Body]:
    for piece in reply.pieces:
        yield {"content": piece}
    if reply.tool:
        yield {"tool_calls": [_tool_call(*reply.tool) | {"index": 0}]}


def _tool_call(name: str, arguments: Mapping[str, Any]) -> Body:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def _envelope(body: Body, kind: str) -> Body:
    return {"id": "chatcmpl-1", "object": kind, "created": 1700000000, "model": body["model"]}


def _chunk(body: Body, delta: Body, finish_reason: str | None = None) -> Body:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return _envelope(body, "chat.completion.chunk") | {"choices": [choice]}


def _completion(body: Body, reply: Reply) -> Body:
    message: Body = {"role": "assistant", "content": reply.text}
    if reply.tool:
        message["tool_calls"] = [_tool_call(*reply.tool)]
    choice = {"index": 0, "message": message, "finish_reason": _finish_reason(reply)}
    return _envelope(body, "chat.completion") | {"choices": [choice], "usage": _usage(body, reply)}


def _usage(body: Body, reply: Reply) -> Body:
    """Count a token for each word sent, and one for each piece said."""
    sent = sum(len(_text(message.get("content")).split()) for message in body["messages"])
    said = len(reply.pieces)
    return {"prompt_tokens": sent, "completion_tokens": said, "total_tokens": sent + said}


def _event(data: Body) -> str:
    return f"data: {json.dumps(data)}\n\n"
