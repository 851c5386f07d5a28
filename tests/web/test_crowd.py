"""Many users at once: a full queue refuses, nobody gets another's answer, and articles come in meanwhile."""

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made_articles import write_articles
from corpus.archive.database import Archive
from rag import Assistant, Settings
from rag.model import Answer
from tests.promises import RecordPromise
from tests.rag.wire_items import numbered
from tests.shared_embedder import shared_embedder
from tests.waiting import wait_until
from tests.web import crowd
from tests.web.conftest import ROOT, Newsroom, served
from tests.web.crowd import Heard, percentile
from web.event_data import WAITING_QUESTIONS

AT_WORK = 8
"""Questions of programs that are answered at the same time."""


def questions_of(users: int) -> list[list[str]]:
    return [[f"What did speaker {n} say?"] for n in range(users)]


def crossed(heard: Sequence[Heard]) -> list[str]:
    """Return the questions that got the answer to another one."""
    return [one.question for one in heard if one.answer is not None and one.answer["question"] != one.question]


# The queue


def test_a_full_queue_refuses_at_once_and_everybody_in_it_is_answered(build: Callable[..., Newsroom]) -> None:
    gate = threading.Event()

    class WaitingAssistant(Assistant):
        """Answer only when the queue is full."""

        def ask(self, *arguments: Any, **options: Any) -> Answer:
            gate.wait(crowd.PATIENCE_S)
            return super().ask(*arguments, **options)

    refused: list[Heard] = []

    def note(heard: Heard) -> None:
        if heard.answer is None:
            refused.append(heard)
        if len(refused) == 3:
            gate.set()

    room = AT_WORK + WAITING_QUESTIONS
    with served(lambda: build().open(kind=WaitingAssistant)) as url:
        heard = asyncio.run(crowd.gather(url, questions_of(room + 3), tell=note))
    assert [(one.status, "Queue is full" in one.refusal) for one in refused] == [(503, True)] * 3
    assert len([one for one in heard if one.answer]) == room
    assert crossed(heard) == []


ANSWER_S = 0.3
"""How long each answer takes where clients come faster than they are answered, so that the queue fills up."""


@pytest.mark.sizes(None, 60)
def test_two_hundred_clients_are_answered_or_refused(
    build: Callable[..., Newsroom], size: int, record_promise: RecordPromise
) -> None:
    class SlowAssistant(Assistant):
        """Take as long as an answer does."""

        def ask(self, *arguments: Any, **options: Any) -> Answer:
            time.sleep(ANSWER_S)
            return super().ask(*arguments, **options)

    with served(lambda: build().open(kind=SlowAssistant)) as url:
        heard = crowd.start(url, questions_of(200), size, 1).result()
        alive = crowd.run(url, questions_of(1), 0, 0)
    answered, refused = [one for one in heard if one.answer], [one for one in heard if one.status == 503]
    lost = [one for one in heard if one.answer is None and one.status != 503]
    unclear = [one for one in refused if "Queue is full" not in one.refusal]
    record_promise(
        "cost and queue abuse",
        "200 clients for 60 s, queue of 64: 0 crashes, refusals clear and within 1 s",
        f"200 clients for {size} s: {len(answered)} answered, {len(refused)} refused (p50 {percentile(refused, 0.5):.2f} s,"
        f" p95 {percentile(refused, 0.95):.2f} s), {len(lost)} lost, {len(crossed(heard))} crossed",
    )
    assert (lost, unclear, crossed(heard)) == ([], [], [])
    assert alive[0].answer
    assert percentile(refused, 0.95) <= 1


# The whole product


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an archive of fifty towns, each with a word of its own, and its indexes."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("towns"), llm="")
    with Archive(settings.archive_path) as archive:
        for n in range(50):
            archive.put(numbered(n))
    with Assistant(settings, embedder=shared_embedder()) as assistant:
        assistant.sync()
    return settings.data_dir


@contextmanager
def page_over(folder: Path) -> Iterator[tuple[str, Assistant]]:
    """Serve the page over the whole product, following the archive."""
    with Assistant(Settings(data_dir=folder, llm=""), "the page", embedder=shared_embedder()) as assistant:
        assistant.start()
        with served(lambda: assistant) as url:
            yield url, assistant


def town_question(n: int) -> str:
    return f"What did the council of town{n % 50} say about bridge{n % 50}?"


def substance(answer: dict[str, object]) -> tuple[object, ...]:
    """Return what an answer says and cites, without how long it took."""
    return tuple(
        json.dumps(answer[name], sort_keys=True) for name in ("question", "status", "text", "citations", "claims")
    )


def memory_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


@pytest.mark.sizes(15, 500)
def test_each_of_fifty_users_gets_the_answer_to_his_question(
    towns: Path, size: int, record_promise: RecordPromise
) -> None:
    users = min(50, size // 3)
    asked = [[town_question(user * 7 + n) for n in range(size // users)] for user in range(users)]
    with page_over(towns) as (url, assistant):
        alone = {
            question: substance(assistant.ask(question).to_record()) for question in {q for one in asked for q in one}
        }
        warm = crowd.start(url, asked[:users], 0, 0).result()
        before = memory_mb()
        heard = crowd.start(url, asked).result()
        grown = memory_mb() - before
    lost = [one for one in [*warm, *heard] if one.answer is None]
    other = [one.question for one in [*warm, *heard] if one.answer and substance(one.answer) != alone[one.question]]
    record_promise(
        "many users",
        "50 users, 500 questions: 0 crossed answers, memory flat",
        f"{users} users, {len(heard)} questions twice: {len(other)} crossed or other than alone, {len(lost)} lost,"
        f" p50 {percentile(heard, 0.5):.1f} s, p95 {percentile(heard, 0.95):.1f} s, {grown:+.0f} MB in the second round",
    )
    assert (other, lost) == ([], [])


@contextmanager
def adding(folder: Path, made: Path) -> Iterator["subprocess.Popen[str]"]:
    """Add a file to the archive of a page that runs, as a user would."""
    command = [sys.executable, "-m", "corpus", "add", str(made), "--data", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSDESK_")}
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def seconds_to_be_found(assistant: Assistant, n: int, users: "Future[list[Heard]]") -> float:
    """Commit an article, and return how long it takes until a question finds it."""
    assistant.archive.put(numbered(n))
    started = time.monotonic()
    while not any(p.article.id == f"n{n:03d}" for p in assistant.search(f"bridge{n}", 3)):
        assert time.monotonic() - started < crowd.PATIENCE_S
        time.sleep(0.05)
    return time.monotonic() - started


@pytest.mark.sizes(20, 10_000)
def test_articles_come_in_while_twenty_users_ask(
    towns: Path, tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    users, seconds = (20, size * 0.06) if size > 20 else (4, 0)
    asked = [[town_question(user + 20 * n) for n in range(3)] for user in range(users)]
    waited: list[float] = []
    write_articles(tmp_path / "made.jsonl", size, most=6, seed=size)
    with page_over(towns) as (url, assistant), adding(towns, tmp_path / "made.jsonl") as child:
        heard_later = crowd.start(url, asked, seconds, 1)
        while len(waited) < 2 or (not heard_later.done() and child.poll() is None):
            waited.append(seconds_to_be_found(assistant, 500_000 + len(waited), heard_later))
        err = child.communicate()[1]
        heard = heard_later.result()
        assert child.returncode == 0, err
        wait_until(lambda: len(set(assistant.progress())) == 1)
        assert assistant.progress()[1] >= 50 + size
    errors = [one for one in heard if one.answer is None]
    record_promise(
        "ingest beside chat",
        "20 users x 10 min beside 10,000 articles: 0 errors, a new article answerable 5 s after its commit",
        f"{users} users, {len(heard)} questions beside {size:,} articles: {len(errors)} errors, p95 {percentile(heard, 0.95):.1f} s;"
        f" {len(waited)} new articles found after {sorted(waited)[len(waited) // 2]:.1f} s, {max(waited):.1f} s at most",
    )
    assert (errors, crossed(heard)) == ([], [])
    assert size == 20 or max(waited) <= 5
