"""`move`, `backup` and `restore` as they are typed."""

import json
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

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


def test_a_database_may_be_named_by_keywords(data: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named = make_conninfo("", **conninfo_to_dict(database))
    moved = corpus("move", "--to", named, "--data", data)
    assert moved.stdout.splitlines()[-1] == f"Name it by NEWSDESK_DATABASE to use it; {data} is as it was."
    monkeypatch.setenv("NEWSDESK_DATABASE", named)
    assert list_ids(data) == ["harbour", "n00001"]


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


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:secret@db/news",
        "Postgres:/ann:secret@db/news",
        "host=db password = secret",
        "pg://ann:secret@db",
    ],
)
def test_an_address_is_neither_shown_nor_written_as_a_folder(
    data: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (
        ("backup", address, "--data", data),
        ("restore", address, "--data", data),
        ("list", "--data", address),
    ):
        done = corpus(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("a folder is needed, and an address was given")
    moved = corpus("move", "--to", address, "--data", data)
    assert (moved.returncode, moved.stdout, "secret" in moved.stderr) == (2, "", False)
    assert list(tmp_path.iterdir()) == [data]
