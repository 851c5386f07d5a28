"""The commands `follow` and `digest`, and what `index` does for topics."""

import json
import shutil
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.article import Article
from tests.rag.cli.test_commands import rag
from tests.rag.conftest_answers import newsroom


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """Return a copy of the newsroom, to be changed."""
    return Path(shutil.copytree(newsroom(tmp_path_factory.getbasetemp() / "newsroom"), tmp_path / "data"))


def test_a_topic_is_followed_told_and_removed(data: Path, tmp_path: Path) -> None:
    added = rag("follow", "add", "Selmouth harbour toll", "--language", "en", "--data", data)
    assert (added.exit_code, added.stdout.startswith("Following 1: Selmouth harbour toll.")) == (0, True)
    assert rag("digest", "--data", data).exit_code == 1
    with Archive(data / "archive.sqlite3") as archive:
        body = "The Selmouth harbour toll rises to 15 crowns in May."
        archive.put(Article("toll-again", "Selmouth harbour toll rises again", body, language="en"))
    indexed = rag("index", "--json", "--data", data)
    assert json.loads(indexed.stdout)["topics"] == 1
    (listed,) = json.loads(rag("follow", "list", "--json", "--data", data).stdout)
    assert (listed["id"], listed["unseen"], listed["filters"]["languages"]) == (1, 1, ["en"])
    page = tmp_path / "digest.html"
    written = rag("digest", "--since", "yesterday", "--out", page, "--data", data)
    assert (written.exit_code, written.stderr) == (0, f"Written to {page}.\n")
    assert "The Selmouth harbour toll rises to 15 crowns in May." in page.read_text()
    told = rag("digest", "--format", "json", "--data", data)
    assert [a["article_id"] for a in json.loads(told.stdout)["topics"][0]["articles"]] == ["toll-again"]
    assert rag("digest", "--data", data).exit_code == 1
    assert rag("follow", "address", "--data", data).stdout.startswith("/feed/")
    assert rag("follow", "remove", 1, "--data", data).exit_code == 0
    assert rag("follow", "remove", 1, "--data", data).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["digest", "--since", "never"], "names no day"),
        (["digest", "--format", "pdf"], "choose one of md, html, atom, json"),
        (["digest", "--out", "digest.pdf"], "end the name in .md"),
        (["follow", "add", " "], "question"),
    ],
)
def test_wrong_use_is_told_in_one_line(data: Path, arguments: list[str], said: str) -> None:
    done = rag(*arguments, "--data", data)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr
