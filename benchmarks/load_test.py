"""Measure answers under load: `python -m benchmarks.load_test [--users 50] [--seconds 600] [--articles 10000]`.

A page over the starter corpus is served by a process of its own. All users ask at once over the HTTP API, each question
as soon as the last one is answered, while `python -m corpus add` takes in articles made by `benchmarks.made_articles`;
before and after that one user asks alone. Each user asks about a person of an article that is his alone, so that an answer that is not
his shows. Printed are the times of one user and of all, their ratio and its limit, the memory of the page's process by
minute, and what crossed or failed.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.made_articles import write_articles
from corpus.archive.database import Archive
from corpus.article import Article

ROOT = Path(__file__).parents[1]
LIMIT = 4.0
"""The p95 of all may be at most so many times that of one user, times users per core."""

_PATIENCE_S = 300.0
_FIRST = ("Ab", "Bel", "Cor", "Dun", "Er", "Fal", "Gor", "Hal", "Ib", "Jor")
_LAST = ("aldo", "brecht", "cinda", "drova", "enko", "fonte", "gash", "holm", "ivar", "jelka")
_WORKS = ("bridge", "library", "hospital", "tunnel", "museum", "stadium", "harbour", "school", "theatre", "reservoir")


@dataclass(frozen=True, slots=True)
class Asker:
    """Hold what one user asks again and again, and the only article that may answer it."""

    article: Article
    questions: Sequence[str]


@dataclass(slots=True)
class Load:
    """Count what users saw.

    Attributes:
        waits: Seconds from a question to its answer.
        crossed: Answers that cite an article of somebody else, or are to another question.
        refused: Answers that cite nothing.
        errors: What was raised instead of an answer.
        processor_s: Seconds of processor time that the page's process took meanwhile.
    """

    waits: list[float] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    refused: int = 0
    errors: list[str] = field(default_factory=list)
    processor_s: float = 0.0

    def judge(self, asker: Asker, question: str, record: dict[str, object]) -> None:
        """Count an answer."""
        cited = {citation["article_id"] for citation in record["citations"]}  # type: ignore[attr-defined]
        if record["question"] != question or cited - {asker.article.id}:
            self.crossed.append(f"{question!r}: answered {record['question']!r} from {sorted(cited)}")
        self.refused += not cited

    def quantiles(self) -> tuple[float, float]:
        """Return the median and the 95th percentile of the waits."""
        return statistics.median(self.waits), statistics.quantiles(self.waits, n=20, method="inclusive")[-1]


@dataclass(frozen=True, slots=True)
class Report:
    """Hold the figures of a run; times in seconds, memory in MB at the end of each minute.

    Attributes:
        alone: What one user saw.
        together: What all saw.
        memory: Of the page's process.
        memory_afresh: Of a new process of the page, after all have asked it for a minute about what the archive holds in
            the end: what the index takes, which grew meanwhile, and nothing that was kept too long. 0 unless asked for.
        added: Articles that could be found in the end, of those that were added.
        ratio: The p95 of all over that of one user times users per core.
    """

    alone: Load
    together: Load
    memory: Sequence[float]
    memory_afresh: float
    added: int
    ratio: float


def askers(count: int) -> list[Asker]:
    """Return users, each with an article that no other's is like: person and town are his own."""
    return [_asker(number) for number in range(count)]


def _asker(number: int) -> Asker:
    tens, ones = number // 10 % 10, number % 10
    name = f"{_FIRST[ones]}{_LAST[tens]} {_FIRST[tens]}{_LAST[(ones + number // 100) % 10]}son"
    town, work, cost = (
        f"{_FIRST[tens]}{_FIRST[ones].lower()}{_LAST[ones]}ville",
        _WORKS[number % 10],
        1_000 + 37 * number,
    )
    body = (
        f"{name} opened the new {work} of {town} on Tuesday. The {work} in {town} cost {cost} crowns, {name} said. "
        f"{name} had promised it to the people of {town} for nine years."
    )
    article = Article(f"asker-{number}", f"{name} opens {work} in {town}", body, f"{town} Post", language="en")
    questions = (f"What did {name} open?", f"What did {name} promise to the people of {town}?")
    return Asker(article, questions)


def prepare(data: Path, users: Sequence[Asker], starter: bool) -> None:
    """Make an archive of the users' articles, and of the starter corpus if that is wanted, with its indexes."""
    from rag import Assistant, Settings

    with Archive(data / "archive.sqlite3") as archive:
        for user in users:
            archive.put(user.article)
    with Assistant(Settings(data_dir=data, llm="")) as assistant:
        if starter:
            assistant.load_starter()
        assistant.sync()


def serve(data: Path, port: int) -> None:
    """Serve the page until the process is ended; a client of the real one may ask only ten questions a minute."""
    from rag import Assistant, Settings
    from web.assistant.assistant_loader import AssistantLoader
    from web.conversations.conversation_store import FILE, ConversationStore
    from web.rate_limit import RateLimit
    from web.server.site import Server, site

    def opened() -> Assistant:
        assistant = Assistant(Settings(data_dir=data, llm=""), owner="the page")
        assistant.start()
        return assistant

    with (
        contextlib.closing(ConversationStore(data / FILE)) as conversations,
        contextlib.closing(AssistantLoader(opened).start()) as loader,
    ):
        Server(site(loader, conversations, port, limit=RateLimit(0)), "127.0.0.1", port).run()


@contextlib.contextmanager
def serving(data: Path) -> Iterator[tuple[str, int]]:
    """Serve the page in a process of its own; give its address and the number of the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(data, port))
    process.start()
    try:
        _await(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}", process.pid or 0
    finally:
        process.terminate()
        process.join()


def _await(url: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {_PATIENCE_S:.0f} s")


def ask(client: httpx.Client, question: str) -> dict[str, object]:
    """Ask over the API; return the record of the answer.

    Raises:
        RuntimeError: The page answered with an error.
    """
    begun = client.post("/gradio_api/call/ask", json={"data": [question, "", "", ""]})
    begun.raise_for_status()
    found = client.get(f"/gradio_api/call/ask/{begun.json()['event_id']}").raise_for_status().text
    event, _, data = found.strip().rpartition("data: ")
    if "event: complete" not in event:
        raise RuntimeError(found[-300:])
    record: dict[str, object] = json.loads(data)[0]
    return record


def crowd(
    url: str, process: int, users: Sequence[Asker], seconds: float, most: int | None = None, load: Load | None = None
) -> Load:
    """Let users ask at once, each one question after the other, for some seconds or until each asked `most`.

    Args:
        url: The page.
        process: The number of its process.
        users: Who ask.
        seconds: How long, at most.
        most: Questions a user, at most.
        load: What they see is added to this.
    """
    load, end, before = load or Load(), time.monotonic() + seconds, _processor(process)

    def sit(user: Asker) -> None:
        asked = 0
        with httpx.Client(base_url=url, timeout=_PATIENCE_S) as client:
            while time.monotonic() < end and (most is None or asked < most):
                question, start = user.questions[asked % len(user.questions)], time.monotonic()
                try:
                    load.judge(user, question, ask(client, question))
                except (httpx.HTTPError, RuntimeError) as error:
                    load.errors.append(f"{question!r}: {error!r}")
                load.waits.append(time.monotonic() - start)
                asked += 1

    with ThreadPoolExecutor(len(users)) as pool:
        list(pool.map(sit, users))
    load.processor_s += _processor(process) - before
    return load


@contextlib.contextmanager
def _memory(process: int) -> Iterator[list[float]]:
    """Note the memory of a process, in MB, at the end of each minute and in the end."""
    noted: list[float] = []
    done = threading.Event()

    def note() -> None:
        while not done.wait(60):
            noted.append(_resident(process))

    thread = threading.Thread(target=note)
    thread.start()
    try:
        yield noted
    finally:
        noted.append(_resident(process))
        done.set()
        thread.join()


def _resident(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _processor(process: int) -> float:
    """Return the seconds of processor time that a process took so far."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(
    data: Path,
    users: int,
    seconds: float,
    articles: int,
    alone_s: float,
    most: int | None = None,
    sentences: int = 12,
    starter: bool = True,
    afresh: bool = False,
) -> Report:
    """Serve the page, let one user and then all ask, and add articles meanwhile.

    Args:
        data: A folder for the archive.
        users: How many ask at once.
        seconds: How long all ask, at most.
        articles: How many are added meanwhile.
        alone_s: How long one asks alone, at most, before and after.
        most: Questions a user, at most; then all articles are added, whatever time that takes.
        sentences: In an added article, at most.
        starter: Whether the archive holds the starter corpus too.
        afresh: Whether a new process is measured in the end.
    """
    people, made = askers(users), data / "made.jsonl"
    prepare(data, people, starter)
    write_articles(made, articles, sentences, seed=1)
    with serving(data) as (url, process):
        crowd(url, process, people[:1], _PATIENCE_S, most=2)  # What is loaded once is no part of a question's time.
        alone = crowd(url, process, people[:1], alone_s, most)
        with _adding(made, data, whole=most is not None), _memory(process) as memory:
            together = crowd(url, process, people, seconds, most)
        added = _findable(data)
        crowd(url, process, people[:1], alone_s, most, alone)  # Again, as the machine may do other work by now.
    limit = alone.quantiles()[1] * users / (os.cpu_count() or 1)
    return Report(
        alone, together, memory, _memory_afresh(data, people) if afresh else 0, added, together.quantiles()[1] / limit
    )


def _memory_afresh(data: Path, people: Sequence[Asker]) -> float:
    """Return what a new process of the page takes, in MB, after all have asked it for a minute."""
    with serving(data) as (url, process):
        crowd(url, process, people, 60)
        return _resident(process)


@contextlib.contextmanager
def _adding(file: Path, data: Path, whole: bool) -> Iterator[None]:
    """Add articles; in the end wait until that is done, or else end it and the process that embeds for it."""
    command = [sys.executable, "-m", "corpus", "add", str(file), "--data", str(data), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True) as adding:
        try:
            yield
            if whole:
                adding.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(adding.pid, signal.SIGTERM)


def _findable(data: Path) -> int:
    from corpus.archive.chunk_store import ChunkStore
    from rag.index.embedder import Embedder

    with Archive(data / "archive.sqlite3") as archive:
        return ChunkStore(archive, Embedder().profile).progress()[0]


def main() -> None:
    """Read the options and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--alone", type=float, default=30.0, help="seconds for which one user asks alone, twice")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = run(Path(folder), options.users, options.seconds, options.articles, options.alone, afresh=True)
    for name, load in (("one user", report.alone), (f"{options.users} users", report.together)):
        p50, p95 = load.quantiles()
        print(f"{name}: p50 {p50:.2f} s, p95 {p95:.2f} s, {len(load.waits)} questions, {len(load.errors)} errors, "
              f"{load.refused} without an answer, {len(load.crossed)} crossed, processor time of the page's process "
              f"{1000 * load.processor_s / len(load.waits):.0f} ms a question")  # fmt: skip
    print(f"p95 of all over that of one times users per core: {report.ratio:.2f} (at most {LIMIT:g})")
    print("memory by minute, MB:", ", ".join(f"{memory:.0f}" for memory in report.memory))
    print(f"memory of a new process in the end, MB: {report.memory_afresh:.0f}")
    print(f"articles embedded in the end: {report.added:,}")
    for problem in [*report.together.crossed, *report.together.errors][:20]:
        print(problem)


if __name__ == "__main__":
    main()
