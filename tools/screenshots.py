"""Make the pictures in `docs/`: the page over the starter corpus, answering without a model, in a real browser.

`python tools/screenshots.py [FOLDER]` wants Chromium on the PATH.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.page_server import FLAGS, serve_page  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from rag import Assistant

WIDE, NARROW = (1440, 900), (390, 844)
QUESTION = "How many people did the Equifax breach affect?"
REFUSED = "Who won the 2015 Rugby World Cup?"
STORY = "Equifax"
ADDED = """---
title: Harbour council votes for a second ferry
date: 2024-11-04
source: Eastfield Gazette
---

The harbour council of Eastfield voted on Monday for a second ferry, the harbour master Ana Sousa said.
"""


def open_assistant(folder: Path) -> "Assistant":
    """Open an assistant over the fully indexed starter corpus, which follows its archive."""
    from rag import Assistant
    from rag.settings import read_local_settings

    assistant = Assistant.from_settings(read_local_settings(folder, llm=""))
    assistant.load_starter()
    assistant.sync()
    assistant.start()
    return assistant


def runs_in(folder: Path) -> Path:
    """Measure a part of the questions that ship, twice: as they are and with fewer passages; return where the runs lie."""
    runs = folder / "eval-runs"
    command = [sys.executable, "-m", "eval", "run", str(ROOT / "eval" / "sets" / "starter.jsonl"), "--sample", "40"]
    command += ["--out", str(runs), "--no-baselines", "--name"]
    for name, passages in (("few-passages", "2"), ("usual", "12")):
        environment = {**os.environ, "NEWSDESK_PASSAGES": passages, "NEWSDESK_LLM": ""}
        subprocess.run([*command, name], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    return runs


@contextlib.contextmanager
def opened(browser: "Browser", url: str, size: tuple[int, int], scheme: str) -> "Iterator[Page]":
    """Open the page in a window of a size, light or dark."""
    dark = scheme == "dark"
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light", device_scale_factor=1
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("#welcome [data-act=ask]")
    yield page
    context.close()


def ask(page: "Page", question: str) -> None:
    """Ask a question and wait until it is answered and nothing moves any more."""
    page.fill("#box textarea", question)
    page.click("#ask")
    page.wait_for_selector("#talk .turn:last-child .asof")
    page.wait_for_selector("#stop", state="hidden")
    page.wait_for_timeout(600)


def take(browser: "Browser", url: str, folder: Path) -> None:
    """Take every picture."""
    for name, size, scheme in (("page", WIDE, "light"), ("dark", WIDE, "dark"), ("narrow", NARROW, "light")):
        with opened(browser, url, size, scheme) as page:
            page.wait_for_timeout(400)
            if name == "page":
                page.screenshot(path=folder / "start.png")
            ask(page, QUESTION)
            page.click("#talk .n")
            page.mouse.move(0, 0)
            page.wait_for_timeout(600)
            page.screenshot(path=folder / f"{name}.png", full_page=name == "narrow")
            if name == "page":
                page.click("#cards .card .read")
                page.wait_for_selector(".sheet mark")
                page.wait_for_timeout(400)
                page.screenshot(path=folder / "reader.png")
    with opened(browser, url, WIDE, "light") as page:
        ask(page, REFUSED)
        page.screenshot(path=folder / "refusal.png")
    with opened(browser, url, WIDE, "light") as page:
        take_tabs(page, folder)


def take_tabs(page: "Page", folder: Path) -> None:
    """Take a picture of each further tab."""
    page.get_by_role("tab", name="Archive").click()
    page.wait_for_selector("#articles .articles")
    with tempfile.TemporaryDirectory() as made:
        story = Path(made) / "ferry.md"
        story.write_text(ADDED, "utf-8")
        page.set_input_files("#drop input[type=file]", story)
        page.wait_for_selector("#progress :text('You can ask about everything that was added.')")
    page.wait_for_timeout(800)
    page.screenshot(path=folder / "archive.png")
    page.get_by_role("tab", name="Timeline").click()
    page.fill("#topic input", STORY)
    page.click("#show-story")
    page.wait_for_selector("#entries .entry")
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    page.screenshot(path=folder / "timeline.png")
    page.get_by_role("tab", name="Eval").click()
    page.wait_for_selector("#runs table")
    for number in range(2):
        page.click(f"[data-act=compare] >> nth={number}")
        page.wait_for_function(f"document.querySelectorAll('#runs [aria-pressed=true]').length === {number + 1}")
    page.wait_for_selector("#comparison table")
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    page.screenshot(path=folder / "eval.png")


def main(folder: Path) -> int:
    """Take the pictures into a folder; return the exit code."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("screenshots: Chromium is not on the PATH (on Debian: sudo apt-get install chromium)", file=sys.stderr)
        return 1
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        assistant = open_assistant(data)
        url = stack.enter_context(serve_page(lambda: assistant, runs_in(data)))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        take(browser, url, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    if any(argument.startswith("-") for argument in sys.argv[1:]):
        sys.exit(__doc__)
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"))
