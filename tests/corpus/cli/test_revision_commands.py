"""The commands `diff` and `corrections`."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from tests.corpus.archive_items import HARBOUR, at, numbered
from tests.corpus.cli.test_commands import corpus


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("revised")
    with Archive(folder / "archive.sqlite3") as archive:
        archive.put(HARBOUR)
        corrected = HARBOUR.body.replace("14 million", "41 million\x1b[31m")
        archive.put(replace(HARBOUR, body=corrected, notice="Corrects the cost.", updated_at=at(9)))
        archive.put(numbered(1))
    return folder


def test_a_diff_shows_words_and_the_notice(data: Path) -> None:
    done = corpus("diff", "harbour", "--data", data)
    assert done.returncode == 0
    assert "Correction notice: Corrects the cost." in done.stdout
    assert "The work costs [-14-]{+41+} million{+[31m+} crowns" in done.stdout
    assert "\x1b" not in done.stdout
    assert "version 1 (2024-01-08) to 2 (2024-01-09)" in done.stderr


def test_a_diff_as_json_backwards(data: Path) -> None:
    done = corpus("diff", "harbour", "--from", 2, "--to", 1, "--json", "--data", data)
    record = json.loads(done.stdout)
    assert (record["from"], record["to"], record["notice"]) == (2, 1, "")
    assert [p["text"] for p in record["body"] if p["side"] == "added"] == ["14"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no article 'nowhere'"),
        (["n00001"], "has one version only"),
        (["harbour", "--to", 7], "no version 7 of 'harbour'; there are 1, 2"),
    ],
)
def test_what_cannot_be_compared_is_named(data: Path, arguments: list[object], said: str) -> None:
    done = corpus("diff", *arguments, "--data", data)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_corrections_of_a_week(data: Path) -> None:
    (record,) = json.loads(corpus("corrections", "--json", "--data", data).stdout)
    assert (record["id"], record["version"], record["notice"]) == ("harbour", 2, "Corrects the cost.")
    done = corpus("corrections", "--since", "2017-01-01", "--data", data)
    assert "Corrects the cost." in done.stdout
    assert "1 changed since 1 January 2017" in done.stderr
    assert "0 changed" in corpus("corrections", "--until", "2017-01-01", "--since", "2016-01-01", "--data", data).stderr
