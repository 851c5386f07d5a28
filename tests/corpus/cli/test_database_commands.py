"""The commands with the archive in a database: NEWSDESK_DATABASE is all that differs."""

import json
from pathlib import Path

import pytest

from corpus.archive.engine.postgresql_schema import MIGRATIONS
from tests.corpus.archive_items import HARBOUR, numbered
from tests.corpus.cli.test_commands import corpus, write
from tests.postgresql import PostgresServer


@pytest.fixture
def data(postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name an empty database, and return the folder of this machine."""
    monkeypatch.setenv("NEWSDESK_DATABASE", postgres.make_schema())
    return tmp_path / "data"


def test_articles_are_added_listed_counted_and_removed(data: Path, tmp_path: Path) -> None:
    nothing = corpus("list", "--data", data)
    assert (nothing.returncode, nothing.stdout) == (2, "")
    assert "no archive in the database postgres at 127.0.0.1" in nothing.stderr
    source = write(tmp_path / "in.jsonl", HARBOUR, numbered(1), numbered(2))
    tried = corpus("add", source, "--dry-run", "--json", "--data", data)
    assert json.loads(tried.stdout)["added"] == 3
    assert corpus("list", "--data", data).returncode == 2  # Nothing was made.
    added = corpus("add", source, "--no-index", "--json", "--data", data)
    assert json.loads(added.stdout)["added"] == 3
    again = corpus("add", source, "--no-index", "--json", "--data", data)
    assert json.loads(again.stdout)["unchanged"] == 3
    assert not (data / "archive.sqlite3").exists()
    elsewhere = tmp_path / "another machine"
    listed = json.loads(corpus("list", "--json", "--data", elsewhere).stdout)
    assert {article["id"] for article in listed} == {"harbour", "n00001", "n00002"}
    removed = corpus("remove", "n00001", "--yes", "--no-index", "--json", "--data", elsewhere)
    assert json.loads(removed.stdout)["removed"] == 1
    counted = json.loads(corpus("stats", "--json", "--data", data).stdout)
    assert (counted["articles"], counted["pending"]) == (2, 2)
    assert counted["bytes"]["archive"] > 0


def test_feeds_and_corrections_are_shared(data: Path, tmp_path: Path) -> None:
    corpus("add", write(tmp_path / "in.jsonl", HARBOUR), "--no-index", "--data", data)
    assert corpus("feed", "add", "https://post.example/rss", "--data", data).returncode == 0
    assert "https://post.example/rss" in corpus("feed", "list", "--data", tmp_path / "other").stdout
    assert (
        corpus("correct", "harbour", "--title", "Harbour", "--no-index", "--data", tmp_path / "other").returncode == 0
    )
    assert json.loads(corpus("show", "harbour", "--json", "--data", data).stdout)["title"] == "Harbour"


def test_upgrade_says_what_it_did(data: Path) -> None:
    newest = max(MIGRATIONS)
    assert (
        f"The tables are of version {newest} now; they were of version 0." in corpus("upgrade", "--data", data).stdout
    )
    assert f"The tables are up to date (version {newest})." in corpus("upgrade", "--data", data).stdout


def test_a_database_that_does_not_answer_is_one_line(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSDESK_DATABASE", "postgresql://ann:s3cret-word@127.0.0.1:1/news")
    failed = corpus("list", "--data", data)
    assert failed.returncode == 2
    assert failed.stderr.startswith("the database news at 127.0.0.1:1: does not answer (")
    assert failed.stderr.count("\n") == 1
    assert "s3cret-word" not in failed.stderr
