"""The command `correct`, and what `show` and `list` tell of it."""

import json
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from tests.corpus.archive_items import HARBOUR
from tests.corpus.cli.test_commands import corpus


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        archive.put(HARBOUR)
    return tmp_path


def test_an_article_is_corrected_and_the_correction_undone(data: Path) -> None:
    values = [
        "--title",
        "Basin to be dredged",
        "--outlet",
        "Echo",
        "--date",
        "2024-01-07",
        "--author",
        "",
        "--by",
        "ann",
    ]
    done = corpus("correct", "harbour", *values, "--section", "Ports", "--no-index", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the source wrote: “Harbour to be dredged”" in done.stdout
    assert [r["title"] for r in json.loads(corpus("list", "--json", "--data", data).stdout)] == ["Basin to be dredged"]
    shown = corpus("show", "harbour", "--data", data).stdout
    assert "Headline corrected by ann on" in shown
    record = json.loads(corpus("show", "harbour", "--json", "--data", data).stdout)
    assert (record["source"], record["author"], record["category"]) == ("Echo", "", "Ports")
    assert record["published_at"] == "2024-01-07T00:00:00+00:00"
    assert [(e["field"], e["original"], e["by"]) for e in record["edits"]] == [
        ("title", "Harbour to be dredged", "ann"),
        ("source", "Eastfield Post", "ann"),
        ("author", "Jo Brand", "ann"),
        ("published_at", "2024-01-08 09:00 UTC", "ann"),
        ("category", "", "ann"),
    ]
    undone = corpus("correct", "harbour", "--undo", "--no-index", "--json", "--data", data)
    assert json.loads(undone.stdout)["edits"] == []
    with Archive(data / "archive.sqlite3") as archive:
        assert archive.get("harbour") == HARBOUR


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["harbour"], "name what to correct"),
        (["harbour", "--title", "New", "--undo"], "name what to correct"),
        (["harbour", "--title", " "], "Headline: it is empty; write one."),
        (["harbour", "--date", "last week"], "Date: 'last week' is not a date; write it as"),
        (["nowhere", "--title", "New"], "no article 'nowhere'"),
    ],
)
def test_what_cannot_be_corrected_is_named(data: Path, arguments: list[object], said: str) -> None:
    done = corpus("correct", *arguments, "--no-index", "--data", data)
    assert done.returncode == 2
    assert said in done.stderr
