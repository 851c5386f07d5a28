"""The archive as a model of OpenAI's protocol: `/v1/models` and `/v1/chat/completions`."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus import NewsdeskError
from corpus.errors import InputError
from rag import Assistant
from rag.model import Event
from web.accounts.sign_in import USER, client_in
from web.archive_status import indexing_note
from web.assistant.assistant_loader import AssistantLoader
from web.assistant.available_models import NONE
from web.completions.completion_objects import MODELS, VERBATIM, Completion, describe_model, write_event
from web.completions.completion_request import CompletionRequest, RequestError, read_request
from web.completions.thread_iteration import iterate_in_thread
from web.markup.waiting_time import duration
from web.openai_errors import describe_error, openai_error
from web.rate_limit import RateLimit

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Answers that are made at the same time, as many as of the endpoint `ask`."""

_PATIENCE_S = 60.0
_BUSY_S = 5
_FAILED = "Something went wrong here, and no answer was made; ask again. What the server printed says why."


class _Queue:
    """Count the questions that are being answered or wait for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0

    @property
    def full(self) -> bool:
        return self._count >= self._most

    def hold(self, answer: ASGIApp) -> "_Held":
        """Return a response that has a place in the queue from now until it is sent."""
        self._count += 1
        return _Held(answer, self._leave)

    def _leave(self) -> None:
        self._count -= 1


class _Held(Response):
    def __init__(self, answer: ASGIApp, leave: Callable[[], None]) -> None:
        super().__init__()
        self._answer = answer
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        finally:
            self._leave()


class CompletionRoutes:
    """Answer clients of OpenAI's protocol."""

    def __init__(self, loader: AssistantLoader, limit: RateLimit, waiting: int) -> None:
        """Answer with the assistant of a loader.

        Args:
            loader: Opens the assistant.
            limit: How many questions a client may ask; shared with the page.
            waiting: How many may wait for their turn; one more is refused at once.
        """
        self._loader = loader
        self._limit = limit
        self._queue = _Queue(AT_ONCE + waiting)
        self._pool = ThreadPoolExecutor(AT_ONCE, "completion")

    def add_to(self, app: FastAPI) -> None:
        """Add the routes to an application, behind what lets nobody in but who may ask."""
        app.add_api_route("/v1/models", self._list_models)
        app.add_api_route("/v1/models/{name}", self._show_model)
        app.add_api_route("/v1/chat/completions", self._complete, methods=["POST"], response_model=None)

    async def _list_models(self) -> JSONResponse:
        return JSONResponse({"object": "list", "data": [describe_model(name) for name in MODELS]})

    async def _show_model(self, name: str) -> JSONResponse:
        return JSONResponse(describe_model(name)) if name in MODELS else _refuse_model(name)

    async def _complete(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return openai_error(415, "Send the body as application/json.")
        try:
            asked = read_request(await request.body(), str(request.scope.get(USER) or ""))
        except RequestError as error:
            return openai_error(400, str(error), error.param)
        if asked.model not in MODELS:
            return _refuse_model(asked.model)
        try:
            seconds = await self._limit.state.run(self._limit.take, client_in(request.scope))
        except NewsdeskError as error:
            return openai_error(503, str(error), headers={"retry-after": str(_BUSY_S)})
        if seconds:
            problem = f"{self._limit.reason} You can ask again in {duration(seconds)}."
            return openai_error(429, problem, headers={"retry-after": str(seconds)})
        if self._queue.full:
            problem = "Too many questions are being answered; ask again in a moment."
            return openai_error(503, problem, headers={"retry-after": str(_BUSY_S)})
        if asked.stream:
            # nginx would hold the pieces back to send them together.
            headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
            stream = StreamingResponse(self._stream(asked), media_type="text/event-stream", headers=headers)
            return self._queue.hold(stream)
        return self._queue.hold(_Whole(lambda: self._answer(asked)))

    async def _answer(self, asked: CompletionRequest) -> Response:
        try:
            async with aclosing(self._events(asked)) as events:
                async for event, notes in events:
                    if event.stage == "done" and event.answer is not None:
                        return JSONResponse(Completion(asked.model).write_whole(event.answer, notes))
        except Exception as error:
            return openai_error(*_explain(error))
        return openai_error(500, _FAILED)

    async def _stream(self, asked: CompletionRequest) -> AsyncIterator[str]:
        reply, stage = Completion(asked.model), ""
        yield reply.write_start()
        try:
            async with aclosing(self._events(asked)) as events:
                async for event, notes in events:
                    if event.stage == "done" and event.answer is not None:
                        for piece in reply.write_answer(event.answer, notes, asked.usage):
                            yield piece
                        return
                    if event.stage not in {stage, "done"}:
                        yield reply.write_stage(event)
                    stage = event.stage
        except Exception as error:
            # The status went out with the first piece, so the error follows as an event.
            yield write_event(describe_error(*_explain(error)))
            return
        yield write_event(describe_error(500, _FAILED))

    async def _events(self, asked: CompletionRequest) -> AsyncGenerator[tuple[Event, tuple[str, ...]], None]:
        """Yield the steps of an answer, each with notes for the reader."""
        assistant = await self._open(asked.model)
        note = indexing_note(assistant)
        steps = iterate_in_thread(self._pool, lambda: assistant.stream(asked.question, asked.history, asked.filters))
        async with aclosing(steps):
            async for event in steps:
                yield event, (note,) if note else ()

    async def _open(self, model: str) -> Assistant:
        """Return the assistant that stands for a model.

        Raises:
            OpeningError: The archive is not open, or the model cannot be made.
        """
        await asyncio.to_thread(self._loader.wait, _PATIENCE_S)
        models = self._loader.models
        # Where no model is set, that is the choice "" already, and `NONE` is not offered.
        without = model == VERBATIM and models is not None and models.settings.llm
        assistant = self._loader.assistant_for_model(NONE if without else "")
        if assistant is None:
            raise OpeningError(self._loader.problem or "The archive is still being opened; ask again in a minute.")
        return assistant


class OpeningError(NewsdeskError):
    """Report that the archive cannot be asked yet, or not at all."""


class _Whole:
    """Send a response that takes time to make; nothing is made any more once the client has left."""

    def __init__(self, make: Callable[[], Coroutine[Any, Any, Response]]) -> None:
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering, leaving = asyncio.create_task(self._make()), asyncio.create_task(_wait_for_leaving(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                await answering.result()(scope, receive, send)
        finally:
            for task in (answering, leaving):
                task.cancel()


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refuse_model(name: str) -> JSONResponse:
    offered = " and ".join(MODELS)
    return openai_error(404, f"There is no model {name[:100]!r} here; there are {offered}.", "model", "model_not_found")


def _explain(error: Exception) -> tuple[int, str]:
    """Return the status and the reason of a failure."""
    if isinstance(error, InputError):  # Such as an author that the archive does not have.
        return 400, str(error)
    if isinstance(error, NewsdeskError):
        return 503, str(error)
    log.error("a question could not be answered", exc_info=error)
    return 500, _FAILED
