"""What a command loads: libraries for a format, for fetching or for vectors only where they are needed."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.corpus.cli.test_commands import corpus

READERS = {"docx", "feedparser", "frontmatter", "markdown_it", "pyarrow", "pypdf", "trafilatura", "warcio"}
FETCHING = {"httpcore", "httpx", "protego"}
HEAVY = READERS | FETCHING | {"dateparser", "datasketch", "numpy", "py3langid"}
RUN = """
import json, sys
from corpus.cli.commands import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit:
        pass
    sys.stderr.write("\\nloaded " + " ".join(sys.modules) + "\\n")
"""
ARTICLE = {"id": "one", "title": "Ferry cancelled", "body": "The ferry is cancelled.", "published_at": "2024-05-01"}


def loaded(*commands: Sequence[object]) -> list[set[str]]:
    """Run commands in one process of their own, and return which packages are imported after each."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    done = subprocess.run([sys.executable, "-c", RUN, words], capture_output=True, text=True, check=True)
    lines = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("loaded ")]
    assert len(lines) == len(commands)
    return [{name.partition(".")[0] for name in line} for line in lines]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "one.jsonl").write_text(json.dumps(ARTICLE), "utf-8")
    corpus("add", tmp_path / "one.jsonl", "--no-index", "--data", tmp_path / "data")
    return tmp_path / "data"


def test_commands_that_only_read_the_archive_load_nothing_else(data: Path) -> None:
    commands = ["list"], ["stats"], ["show", "one"], ["feed", "list"]
    found = loaded(*[[*words, "--data", data] for words in commands])
    assert [(*words, *names & HEAVY) for words, names in zip(commands, found, strict=True)] == [*map(tuple, commands)]


def test_help_loads_no_reader() -> None:
    (found,) = loaded(["--help"])
    assert found & (HEAVY - {"markdown_it"}) == set()  # Rich brings markdown-it along for help.


def test_a_reader_is_loaded_with_the_first_file_of_its_format(data: Path) -> None:
    page = data.parent / "page.html"
    page.write_text(
        "<html><title>Bridge opens</title><p>The bridge over the river opens on Monday.</p></html>", "utf-8"
    )
    files = (data.parent / "one.jsonl", page)
    lines, html = loaded(*[["add", file, "--no-index", "--data", data] for file in files])
    assert lines & (READERS | FETCHING) == set()
    assert html & READERS == {"trafilatura"}
