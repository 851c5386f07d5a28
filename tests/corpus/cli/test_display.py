"""A thousand hostile strings printed to a terminal, as lines, as JSON; and no table that a spreadsheet would run."""

import ast
import io
import json
import random
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from rich.console import Console

from corpus.article import Article
from corpus.cli import display
from tests.promises import RecordPromise

ROOT = Path(__file__).parents[3]
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PIECES: tuple[str, ...] = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\x1b[2J",
    "\x1b]0;x\x07",
    "\x9b31m",
    "\u202e",
    "\x00",
)
PIECES += (
    "[bold]x[/bold]",
    "[link=http://e.example]x[/link]",
    ":smile:",
    "a",
    " ",
    "\n",
    "\\",
    '"',
    "\ud800",
    "é",
    "東京",
    "|",
)


def printed(cell: str) -> str:
    """Return what a terminal gets for an article whose fields all hold a cell."""
    out = io.StringIO()
    screen = Console(file=out, force_terminal=False, highlight=False, markup=False, width=500)
    article = Article(cell, cell, cell, cell, url=cell, author=cell, category=cell, notice=cell)
    screen.print(display.build_articles_table([article], {cell: 1}))
    screen.print(display.format_article(article, (article,), (article,)))
    return out.getvalue() + display.to_line(cell)


def as_json(value: object) -> str:
    with redirect_stdout(out := io.StringIO()):
        display.print_json(value)
    return out.getvalue()


@pytest.mark.sizes(100, 1000)
def test_no_cell_steers_a_terminal(size: int, record_promise: RecordPromise) -> None:
    numbers, wrong = random.Random(size), []
    for _ in range(size):
        cell = "".join(numbers.choices(PIECES, k=numbers.randint(1, 6)))
        shown, record = printed(cell), as_json({"cell": cell})
        if STEERING.search(shown) or not record.isascii() or json.loads(record) != {"cell": cell}:
            wrong.append(cell)
    record_promise(
        "CSV, terminal", "1,000 generated strings: 0 obeyed", f"{size:,} strings: {len(wrong)}; no CSV is written"
    )
    assert wrong == []


def test_nothing_writes_a_table_for_spreadsheets() -> None:
    """Whoever adds one must put an apostrophe before cells that begin with = + - @ TAB or CR, and a test of it here."""
    files = [path for folder in ("corpus", "rag", "web", "eval") for path in (ROOT / folder).rglob("*.py")]
    names = {"writer", "DictWriter", "to_csv", "write_csv", "to_excel"}
    found = [
        f"{path.name}:{node.lineno}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in names
        and ast.unparse(node.value) in {"csv", "frame", "pandas"}
    ]
    assert found == []
