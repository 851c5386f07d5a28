"""Read a model's stream with limits of time, so that it can be cancelled at any moment, also while nothing comes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache
from queue import Empty, Queue
from threading import Lock, Thread
from typing import Generic, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay

from corpus.errors import ModelError
from rag.llm.chat_model import RETRY_AFTER_S, is_transient, retry_after_s

_BEAT_S = 0.25  # The caller gets a chance to stop this often while it waits.
_FINISH_S = 0.25  # Time for a request whose caller has gone to end by itself.
_STARTING = Lock()  # The first two questions at once would each start a loop, and a connection belongs to one.
_AGAIN_S = 0.5  # Time for a cancelled request to end before it is cancelled again.

Chunk = TypeVar("Chunk")


@dataclass(frozen=True, slots=True)
class _Pause:
    """Say that nothing comes for some seconds, because another try is due then."""

    seconds: float


class ModelTimeoutError(ModelError):
    """Say that the model took too long."""


@dataclass(frozen=True, slots=True)
class StreamTimeouts(Generic[Chunk]):
    """Hold the limits of one model.

    Attributes:
        name: The model, for messages.
        first_s: Seconds until the first chunk.
        next_s: Seconds between two chunks.
        total_s: Seconds for everything, further tries included.
        tries: How often a model that is busy or not reached is asked, while nothing came from it.
        has_content: Returns whether a chunk says something; servers send an empty one long before the first token.
    """

    name: str
    first_s: float
    next_s: float
    total_s: float
    tries: int
    has_content: Callable[[Chunk], bool]

    def read(self, stream: Callable[[], AsyncGenerator[Chunk]]) -> Iterator[Chunk | None]:
        """Yield the chunks of a stream, and None now and then while none comes; closing it soon cancels the request.

        The first None comes at once, when the request is on its way, so that the caller can do something else meanwhile.

        Args:
            stream: Begins the request; called again for each further try.

        Raises:
            ModelTimeoutError: A limit was reached.
            Exception: Whatever the stream raised in the end.
        """
        queue: Queue[Chunk | _Pause | BaseException | None] = Queue()
        abandoned = asyncio.Event()
        asyncio.run_coroutine_threadsafe(self._run_until_abandoned(stream, queue, abandoned), _loop())
        begun = time.monotonic()
        try:
            yield None
            yield from self._wait_for_chunks(queue, begun)
        finally:
            _loop().call_soon_threadsafe(abandoned.set)

    def _wait_for_chunks(
        self, queue: "Queue[Chunk | _Pause | BaseException | None]", begun: float
    ) -> Iterator[Chunk | None]:
        deadline = begun + self.total_s
        until, what = begun + self.first_s, f"did not begin to answer within {self.first_s:g} seconds"
        while True:
            now = time.monotonic()
            try:
                item = queue.get(timeout=max(0.0, min(_BEAT_S, until - now, deadline - now)))
            except Empty:
                now = time.monotonic()
                if now >= deadline:
                    raise ModelTimeoutError(
                        f"{self.name} was not done within {self.total_s:g} seconds; ask again"
                    ) from None
                if now >= until:
                    raise ModelTimeoutError(f"{self.name} {what}; ask again") from None
                yield None
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            if isinstance(item, _Pause):
                until = time.monotonic() + item.seconds + self.first_s
                continue
            yield item
            if not self.has_content(item):
                continue
            until, what = (
                time.monotonic() + self.next_s,
                f"stopped writing and did not go on for {self.next_s:g} seconds",
            )

    async def _run_until_abandoned(
        self,
        stream: Callable[[], AsyncGenerator[Chunk]],
        queue: "Queue[Chunk | _Pause | BaseException | None]",
        abandoned: asyncio.Event,
    ) -> None:
        """Pump until the stream ends, or is ended because its caller has gone.

        Cancelled while it closes its connection, a request that has just ended would leave it open, so it gets a moment.
        A cancellation that meets a chunk on its way may be lost in the clients' layers, so it is repeated.
        """
        pumping, leaving = asyncio.create_task(self._pump(stream, queue)), asyncio.create_task(abandoned.wait())
        await asyncio.wait({pumping, leaving}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({pumping}, timeout=_FINISH_S)
        while not pumping.done():
            pumping.cancel()
            await asyncio.wait({pumping}, timeout=_AGAIN_S)
        leaving.cancel()

    async def _pump(
        self,
        stream: Callable[[], AsyncGenerator[Chunk]],
        queue: "Queue[Chunk | _Pause | BaseException | None]",
    ) -> None:
        begun = False

        def announce_pause(state: RetryCallState) -> None:
            queue.put(_Pause(state.upcoming_sleep))

        tries = AsyncRetrying(
            retry=retry_if_exception(lambda error: not begun and is_transient(error)),
            stop=stop_after_attempt(self.tries) | stop_before_delay(self.total_s),
            wait=_wait,
            before_sleep=announce_pause,
            reraise=True,
        )
        try:
            async for attempt in tries:
                with attempt:
                    async with aclosing(stream()) as chunks:
                        async for chunk in chunks:
                            begun = begun or self.has_content(chunk)
                            queue.put(chunk)
        except Exception as error:
            queue.put(error)
        else:
            queue.put(None)


def _wait(state: RetryCallState) -> float:
    """Wait as long as the server asks, or else half a second, doubled each time."""
    asked = retry_after_s(state.outcome.exception() if state.outcome else None)
    return min(asked, RETRY_AFTER_S) if asked is not None else 0.5 * 2.0 ** (state.attempt_number - 1)


def _loop() -> asyncio.AbstractEventLoop:
    """Return the event loop that all requests of the process run on, in a thread of its own."""
    with _STARTING:
        return _start_loop()


@lru_cache(maxsize=1)
def _start_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="newsdesk-model", daemon=True).start()
    return loop
