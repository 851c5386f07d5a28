"""The indexes read beside whoever owns them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.errors import IndexUnavailableError
from rag.cli.commands import app
from rag.index.generations import Generations
from rag.index.owned_indexes import OwnedIndexes
from rag.index.read_only_indexes import ReadOnlyIndexes
from tests.corpus.cli.test_commands import corpus
from tests.rag.index_checks import assert_whole, found, nearest, opened, opened_second
from tests.rag.owner import OwnerProcess
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import SilentEmbedder, SilentWordEmbedder, WordEmbedder
from tests.waiting import PATIENCE_S, wait_until

Owner = Callable[[Path], OwnerProcess]


@contextmanager
def beside(data: Path) -> Iterator[ReadOnlyIndexes]:
    """Read the indexes of a data folder without owning them."""
    with Archive(data / "archive.sqlite3") as archive:
        indexes = ReadOnlyIndexes(archive, WordEmbedder(), data / "index", "the reader")
        indexes.open()
        yield indexes
        indexes.close()


def test_both_indexes_are_read_beside_an_owner_and_followed(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as owner, beside(town_data) as indexes:
        assert_whole(indexes)
        assert (indexes.progress(), indexes.folder.name_owner()) == ((30, 30), owner.folder.owner)
        owner.store.archive.put(numbered(50))
        owner.store.archive.put(numbered(1, "The council of town1 fell. Nobody spoke about ferries."), live=True)
        owner.store.archive.remove(Selection(ids=("n002",)))
        assert indexes.embed_pending() == 2
        assert indexes.catch_up() == 3
        assert indexes.progress()[0] < 30  # The owner has not applied it yet.
        owner.catch_up()
        indexes.catch_up()
        assert_whole(indexes)
        assert indexes.progress() == (30, 30)
        assert (found(indexes, "bridge50"), found(indexes, "bridge2")) == (["n050"], [])
        assert found(indexes, "ferries") == ["n001"]
        assert nearest(indexes, "Nobody spoke about ferries") == "n001@2#0"


def test_it_stands_in_no_owners_way_and_follows_the_next_one(town_data: Path) -> None:
    with beside(town_data) as indexes:
        assert indexes.folder.name_owner() == ""
        with opened(town_data, rebuild=True) as owner:
            owner.store.archive.put(numbered(50))
            assert indexes.embed_pending() == 1
            owner.catch_up()
        indexes.catch_up()
        assert found(indexes, "bridge50") == ["n050"]
        assert_whole(indexes)


def test_where_nobody_owns_them_it_brings_them_up_to_date_and_lets_go(town_data: Path) -> None:
    with Archive(town_data / "archive.sqlite3") as archive:
        archive.put(numbered(50))
    with beside(town_data) as indexes:
        assert indexes.embed_pending() == 1
        indexes.catch_up()
        assert found(indexes, "bridge50") == ["n050"]
        assert_whole(indexes)
        with opened(town_data) as owner:
            assert_whole(owner)


def test_damaged_indexes_are_repaired_first(town_data: Path) -> None:
    state = Generations(town_data / "index").state()
    assert state
    for file in (town_data / "index" / "generation-1" / "lexical").glob("*.store"):
        file.write_bytes(b"nothing")
    with beside(town_data) as indexes:
        assert_whole(indexes)


def test_an_archive_without_indexes_gets_them(town_data: Path, tmp_path: Path) -> None:
    (town_data / "index").rename(tmp_path / "aside")
    with beside(town_data) as indexes:
        assert_whole(indexes)


def test_another_embedder_is_refused_beside_an_owner_too(town_data: Path) -> None:
    with opened(town_data), Archive(town_data / "archive.sqlite3") as archive:
        indexes = ReadOnlyIndexes(archive, SilentEmbedder(), town_data / "index", "the reader")
        with pytest.raises(IndexUnavailableError, match="made with the embedder words/1, but the settings name"):
            indexes.open()


def test_a_reader_changes_no_file(town_data: Path) -> None:
    with beside(town_data) as indexes, pytest.raises(ValueError, match="open for reading only"):
        indexes.lexical.apply(("n001",), ())


def test_an_owner_waits_for_one_who_only_brings_them_up_to_date(town_data: Path) -> None:
    with opened_second(town_data) as brief, Archive(town_data / "archive.sqlite3") as archive:
        brief.open()
        leaving = threading.Timer(0.2, brief.close)
        leaving.start()
        indexes = OwnedIndexes(archive, SilentWordEmbedder(), town_data / "index", "the page")
        indexes.folder.wait_s = PATIENCE_S  # The other one may take long to close.
        indexes.open()
        leaving.join()
        assert_whole(indexes)
        indexes.close()


# The commands


def rag(*arguments: str, typed: str = "") -> Any:
    return CliRunner().invoke(app, [*arguments], input=typed, prog_name="python -m rag")


def test_ask_search_and_chat_answer_beside_a_page(owner: Owner, data: Path) -> None:
    page = owner(data)
    where = ("--data", str(data))
    answer = rag("ask", "Why did India ban TikTok?", "--json", *where)
    assert (answer.exit_code, json.loads(answer.stdout)["status"]) == (0, "answered")
    passages = rag("search", "herring", "-k", "2", "--json", *where)
    assert {passage["article_id"] for passage in json.loads(passages.stdout)} == {"herring", "undated"}
    talk = rag("chat", *where, typed="How much does the council pay for night trams?\n/quit\n")
    assert (talk.exit_code, "2.5 million crowns" in talk.stdout) == (0, True)
    with Archive(data / "archive.sqlite3") as archive:
        archive.put(numbered(50))
        second = OwnedIndexes(archive, SilentEmbedder(), data / "index", "the test")
        wait_until(lambda: second.folder.applied() >= second.store.last_change())
        wait_until(lambda: second.store.progress() == (15, 15))
    found = rag("search", "bridge50", "-k", "1", "--json", *where)
    assert [passage["article_id"] for passage in json.loads(found.stdout)] == ["n050"]
    assert told_by_doctor(data) == f"in use by the page of the test, process {page.pid}, which keeps them up to date"
    page.end()
    assert told_by_doctor(data).endswith("chunks, the same in both as in the archive")


def told_by_doctor(data: Path) -> str:
    """Return what `python -m corpus doctor` finds of the indexes."""
    checks = json.loads(corpus("doctor", "--json", "--data", data).stdout)
    return str(checks[-1]["finding"])
