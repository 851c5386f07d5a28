"""`python -m rag background` and `outlets`, as a user types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.cli.commands import app
from rag.index.embedder import Embedder
from tests.rag.story.ferry_articles import build_ferry


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    with build_ferry(tmp_path_factory.mktemp("ferry"), embedder) as assistant:
        return assistant.settings.data_dir


def rag(*arguments: object) -> Any:
    return CliRunner().invoke(app, [*map(str, arguments)], env={"NEWSDESK_LLM": ""}, prog_name="python -m rag")


def test_background_as_text_and_as_json(data: Path) -> None:
    done = rag("background", "post", "--data", data)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "Ferry Alder runs aground off Kells, 12 hurt (Eastfield Post, 12 March 2024, post)"
    assert "  - Tarn Times, 12 March 2024" in lines
    assert "  [1] Kells Ferry Company buys the Alder (Eastfield Post, 2 February 2024, launch)" in lines
    assert (
        lines.index("Earlier coverage:") < lines.index("Other reports of the same days:") < lines.index("Since then:")
    )
    record = json.loads(rag("background", "post", "--json", "--data", data).stdout)
    assert [section["place"] for section in record["sections"]] == ["earlier", "same days", "later", "undated"]


def test_outlets_as_text_and_exit_codes(data: Path) -> None:
    done = rag("outlets", "post", "--data", data)
    assert done.exit_code == 0
    assert "  Figures differ: [1] 12, [2] 15" in done.stdout.splitlines()
    assert rag("outlets", "pool", "--data", data).exit_code == 1
    missing = rag("outlets", "Who won the 2015 Rugby World Cup?", "--data", data)
    assert (missing.exit_code, missing.stderr.count("\n")) == (2, 1)
