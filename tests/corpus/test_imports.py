"""What a command loads: libraries for a format, for fetching or for vectors only where they are needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

READERS = {"docx", "feedparser", "frontmatter", "markdown_it", "pyarrow", "pypdf", "trafilatura", "warcio"}
FETCHING = {"httpcore", "httpx", "protego"}
HEAVY = READERS | FETCHING | {"dateparser", "datasketch", "numpy", "py3langid"}
RUN = (
    "import sys\nfrom corpus.cli.commands import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
    "sys.stderr.write('\\n' + ' '.join(sys.modules))"
)
ARTICLE = {"id": "one", "title": "Ferry cancelled", "body": "The ferry is cancelled.", "published_at": "2024-05-01"}


def loaded(*words: str) -> set[str]:
    """Run a command in a process of its own and return which packages it imported."""
    done = subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "one.jsonl").write_text(json.dumps(ARTICLE), "utf-8")
    loaded("add", str(tmp_path / "one.jsonl"), "--no-index", "--data", str(tmp_path / "data"))
    return tmp_path / "data"


def test_commands_that_only_read_the_archive_load_nothing_else(data: Path) -> None:
    for words in (("list",), ("stats",), ("show", "one"), ("feed", "list")):
        assert loaded(*words, "--data", str(data)) & HEAVY == set(), words


def test_help_loads_no_reader() -> None:
    assert loaded("--help") & (HEAVY - {"markdown_it"}) == set()  # Rich brings markdown-it along for help.


def test_a_reader_is_loaded_with_the_first_file_of_its_format(data: Path) -> None:
    page = data.parent / "page.html"
    page.write_text(
        "<html><title>Bridge opens</title><p>The bridge over the river opens on Monday.</p></html>", "utf-8"
    )
    lines = loaded("add", str(data.parent / "one.jsonl"), "--no-index", "--data", str(data))
    assert lines & (READERS | FETCHING) == set()
    html = loaded("add", str(page), "--no-index", "--data", str(data))
    assert html & READERS == {"trafilatura"}
