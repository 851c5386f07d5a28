"""Measure the page on an archive that is built: `python -m benchmarks.page_speed DATA`.

Prints how long `python app.py` takes until the page answers, and what the time of its imports goes to; after how long the
first words of an answer without a model stand on the page, in headless Chromium (which must be on the PATH); and what 20
users wait who ask at once over the HTTP API.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.page_server import FLAGS, serve_page
from benchmarks.starter import QUESTIONS

ROOT = Path(__file__).parents[1]
_USERS, _EACH = 20, 3  # Questions a user.
_FIRST_WORDS = 20  # Questions asked in the browser.
_PATIENCE_S = 120.0
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*([\w]+)")
# Asks, and resolves with the milliseconds until words stand in the answer and until it is whole.
_ASK = """question => new Promise(resolve => {
  const talk = document.querySelector('#talk'), before = talk.querySelectorAll('.turn').length;
  let first = 0; const start = performance.now();
  const look = () => {
    const turn = talk.querySelectorAll('.turn')[before];
    if (!first && turn?.querySelector('.a')?.innerText.trim()) first = performance.now() - start;
    if (turn?.querySelector('.asof')) { watch.disconnect(); resolve([first, performance.now() - start]); }
  };
  const watch = new MutationObserver(look); watch.observe(talk, {childList: true, subtree: true, characterData: true});
  document.querySelector('#ask').click();
})"""


def main(data: Path) -> None:
    """Print the figures."""
    _print("page up after `python app.py`, s", [_start(data) for _ in range(3)])
    print("of the time of imports:", ", ".join(f"{name} {s:.1f} s" for name, s in _imports(data)))
    questions = [
        record["question"]
        for line in QUESTIONS.read_text("utf-8").splitlines()
        if not (record := json.loads(line)).get("history") and record["type"] != "null"
    ]
    from rag import Assistant, Settings

    with serve_page(lambda: Assistant(Settings(data_dir=data, llm=""))) as url:
        first, whole = _browsed(url, questions[:_FIRST_WORDS])
        _print("first words on the page, ms", first)
        _print("whole answer on the page, ms", whole)
        _crowd(url, questions)


def _print(what: str, values: Sequence[float]) -> None:
    print(f"{what}: median {statistics.median(values):.1f}, most {max(values):.1f}, {len(values)} times", flush=True)


@contextlib.contextmanager
def _application(data: Path, **environment: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port), "--data", str(data)]
    variables = {**os.environ, "NEWSDESK_LLM": "", **environment}
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        yield f"http://127.0.0.1:{port}", process
        process.terminate()


def _start(data: Path) -> float:
    begin = time.perf_counter()
    with _application(data) as (url, _):
        _await(url)
        return time.perf_counter() - begin


def _imports(data: Path) -> list[tuple[str, float]]:
    """Return the packages whose own modules take longest to import, with seconds."""
    with _application(data, PYTHONPROFILEIMPORTTIME="1") as (url, process):
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(line.decode() for line in process.stderr or ()))
        reader.start()
        _await(url)
        process.terminate()
        reader.join()
    spent: Counter[str] = Counter()
    for line in lines:
        if match := _IMPORT.match(line):
            spent[match[2]] += int(match[1])
    return [(name, microseconds / 1e6) for name, microseconds in spent.most_common(8)]


def _await(url: str) -> None:
    end = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {_PATIENCE_S:.0f} s")


def _browsed(url: str, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Ask in a browser; return milliseconds until the first words, and until the whole answer."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("Chromium is not on the PATH: install it, on Debian by `apt-get install chromium`")
    first, whole = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for question in questions:
            page = browser.new_page()
            page.goto(url)
            page.wait_for_selector("#welcome [data-act=ask]")
            page.fill("#box textarea", question)
            page.wait_for_timeout(500)
            first_ms, whole_ms = page.evaluate(_ASK, question)
            first.append(first_ms)
            whole.append(whole_ms)
            page.close()
        browser.close()
    return first, whole


def _crowd(url: str, questions: Sequence[str]) -> None:
    """Let users ask at once, each one question after the other."""
    from gradio_client import Client

    def user(number: int) -> tuple[list[float], int]:
        client, waits, errors = Client(url, verbose=False), [], 0
        ready.wait()
        for question in questions[number * _EACH : (number + 1) * _EACH]:
            start = time.perf_counter()
            try:
                client.predict(question, "", "", "", api_name="/ask")
            except Exception:
                errors += 1
            waits.append(time.perf_counter() - start)
        return waits, errors

    ready = threading.Barrier(_USERS)
    with ThreadPoolExecutor(_USERS) as pool:
        found = list(pool.map(user, range(_USERS)))
    waits = [wait for some, _ in found for wait in some]
    print(f"{_USERS} users at once, {len(waits)} questions: {sum(errors for _, errors in found)} errors, "
          f"median {statistics.median(waits):.1f} s, most {max(waits):.1f} s")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
