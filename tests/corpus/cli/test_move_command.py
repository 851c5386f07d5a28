"""`move`, `backup` and `restore` as they are typed."""

import json
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from tests.corpus.archive_items import HARBOUR, numbered, store_all
from tests.corpus.cli.test_commands import corpus
from tests.postgresql import PostgresServer


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Archive(tmp_path / "data" / "archive.sqlite3") as archive:
        archive.put(HARBOUR)
        archive.put(numbered(1))
        store_all(archive)
    return tmp_path / "data"


@pytest.fixture
def database(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an empty database, which no setting names yet."""
    monkeypatch.setenv("NEWSDESK_DATABASE", "")
    return postgres.make_schema()


def list_ids(data: Path) -> list[str]:
    return [article["id"] for article in json.loads(corpus("list", "--json", "--data", data).stdout)]


def test_an_archive_is_moved_to_a_database_and_back(
    data: Path, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = corpus("move", "--to", database, "--data", data)
    assert moved.stdout.splitlines() == [
        f"Copied to the database postgres at {database.split('@')[1].partition('/')[0]}: 104 rows, among them 2 articles, 2 chunks.",
        "Both hold as many rows in each table, and 20 random searches found the same in both.",
        f"Name it by NEWSDESK_DATABASE to use it; {data} is as it was.",
    ]
    assert list_ids(data) == ["harbour", "n00001"]
    monkeypatch.setenv("NEWSDESK_DATABASE", database)
    assert list_ids(tmp_path) == ["harbour", "n00001"]
    back = corpus("move", "--to", tmp_path / "back", "--json")
    assert json.loads(back.stdout)["rows"]["articles"] == 2
    again = corpus("move", "--to", database)
    assert (again.returncode, again.stdout) == (2, "")
    assert "holds something already" in again.stderr
    monkeypatch.setenv("NEWSDESK_DATABASE", "")
    assert list_ids(tmp_path / "back") == ["harbour", "n00001"]


def test_a_backup_of_either_form_is_restored_into_either(
    data: Path, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    assert corpus("backup", kept, "--data", data).returncode == 0
    assert list_ids(kept) == ["harbour", "n00001"]
    refused = corpus("restore", kept, "--data", data)
    assert (refused.returncode, "holds something already" in refused.stderr) == (2, True)
    monkeypatch.setenv("NEWSDESK_DATABASE", database)
    assert corpus("restore", kept, "--data", data).returncode == 0
    assert corpus("backup", tmp_path / "from database").returncode == 0
    monkeypatch.setenv("NEWSDESK_DATABASE", "")
    assert corpus("restore", tmp_path / "from database", "--data", tmp_path / "new").returncode == 0
    assert list_ids(tmp_path / "new") == ["harbour", "n00001"]
    assert "no archive in" in corpus("restore", tmp_path / "nowhere", "--data", tmp_path / "empty").stderr


def test_nothing_is_made_where_there_is_no_archive(tmp_path: Path) -> None:
    assert corpus("move", "--to", tmp_path / "to", "--data", tmp_path / "from").returncode == 2
    assert corpus("backup", tmp_path / "to", "--data", tmp_path / "from").returncode == 2
    assert list(tmp_path.iterdir()) == []
