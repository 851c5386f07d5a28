"""A crowd of users of the page: each asks over HTTP as programs do, from an address of its own, in a process apart."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_S = 300.0
"""So long a question is waited for on any machine."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a user got for a question.

    Attributes:
        question: What was asked.
        seconds: How long it took to be answered or refused.
        answer: The record of the answer, or None.
        refusal: Why there is none, as the user reads it, or "".
        status: The HTTP status.
    """

    question: str
    seconds: float
    answer: dict[str, Any] | None
    refusal: str
    status: int


async def ask(client: httpx.AsyncClient, question: str) -> Heard:
    """Ask one question; what is no answer is noted, whatever it is."""
    started = time.monotonic()

    def heard(answer: dict[str, Any] | None, refusal: str, status: int) -> Heard:
        return Heard(question, time.monotonic() - started, answer, refusal, status)

    try:
        joined = await client.post("/gradio_api/call/ask", json={"data": [question, "", "", ""]})
        if joined.status_code != 200:
            return heard(None, joined.text, joined.status_code)
        event = joined.json()["event_id"]
        async with client.stream("GET", f"/gradio_api/call/ask/{event}") as stream:
            kind = ""
            async for line in stream.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind == "complete":
                    return heard(json.loads(value)[0], "", 200)
                elif name == "data" and kind == "error":
                    return heard(None, value, 200)
        return heard(None, "the stream ended", 0)
    except httpx.HTTPError as error:
        return heard(None, repr(error), 0)


async def use(
    client: httpx.AsyncClient, questions: Sequence[str], until: float, pause_s: float, tell: Callable[[Heard], object]
) -> list[Heard]:
    """Ask one question after the other, with a pause between two; begin again at the first until it is time to go."""
    found: list[Heard] = []
    while len(found) < len(questions) or time.monotonic() < until:
        if found:
            await asyncio.sleep(pause_s)
        found.append(await ask(client, questions[len(found) % len(questions)]))
        tell(found[-1])
    return found


async def gather(
    url: str,
    questions: Sequence[Sequence[str]],
    seconds: float = 0,
    pause_s: float = 0,
    tell: Callable[[Heard], object] = lambda heard: None,
) -> list[Heard]:
    """Let a user for each list of questions ask at the same time; `tell` hears of each answer and refusal at once."""
    until = time.monotonic() + seconds
    async with AsyncExitStack() as clients:
        users = []
        for n, asked in enumerate(questions):
            transport = httpx.AsyncHTTPTransport(local_address=f"127.1.{n // 250}.{1 + n % 250}")
            client = httpx.AsyncClient(base_url=url, transport=transport, timeout=PATIENCE_S)
            users.append(use(await clients.enter_async_context(client), asked, until, pause_s, tell))
        return [heard for found in await asyncio.gather(*users) for heard in found]


def run(url: str, questions: Sequence[Sequence[str]], seconds: float, pause_s: float) -> list[Heard]:
    """Run a crowd in this process."""
    return asyncio.run(gather(url, questions, seconds, pause_s))


def start(
    url: str, questions: Sequence[Sequence[str]], seconds: float = 0, pause_s: float = 0
) -> "Future[list[Heard]]":
    """Run a crowd in a process of its own.

    Args:
        url: The page.
        questions: What each user asks, in order, at least once.
        seconds: How long they go on asking.
        pause_s: How long a user waits before the next question.
    """
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    found = pool.submit(run, url, questions, seconds, pause_s)
    pool.shutdown(wait=False)
    return found


def percentile(heard: Sequence[Heard], share: float) -> float:
    """Return the seconds within which a share of the questions was answered or refused."""
    ordered = sorted(one.seconds for one in heard)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
