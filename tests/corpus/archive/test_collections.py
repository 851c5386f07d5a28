"""Collections: picked by hand or by a filter, own and shared, and without what the archive has lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.archive.collections import LONGEST_NAME, Collections
from corpus.archive.condition import read_selection, write_selection
from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.errors import InputError


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        for n in range(6):
            opened.put(
                Article(f"a{n}", f"Title {n}", f"Body of {n}.", f"Wire {n % 2}", category="Business" if n < 3 else "")
            )
        yield opened


def held(archive: Archive, *names: str, owner: str = "") -> set[str]:
    return set(archive.list_ids(Selection(collections=names, owner=owner)))


def test_articles_are_picked_and_go_with_the_archive(archive: Archive) -> None:
    collections = Collections(archive)
    collections.create("Bridges")
    assert collections.add("bridges", ["a1", "a2", "a1"]) == 2
    assert collections.add("Bridges", ["a2", "a3"]) == 1
    assert held(archive, "Bridges") == {"a1", "a2", "a3"}
    archive.remove(Selection(ids=("a2",)))
    assert (held(archive, "BRIDGES"), collections.find("Bridges").articles) == ({"a1", "a3"}, 2)
    assert collections.remove("Bridges", ["a1", "a5"]) == 1
    assert held(archive, "Bridges") == {"a3"}
    collections.delete("Bridges")
    assert (held(archive, "Bridges"), collections.list_all(), archive.count()) == (set(), [], 5)


def test_a_filter_stays_live(archive: Archive) -> None:
    collections = Collections(archive)
    collections.create("Money", Selection(sections=("business",), outlets=("Wire 0",)))
    assert held(archive, "Money") == {"a0", "a2"}
    archive.put(Article("new", "New", "Body of the new one.", "Wire 0", category="Business"))
    assert held(archive, "Money") == {"a0", "a2", "new"}
    assert collections.find("money").articles == 3
    with pytest.raises(InputError, match="is a filter"):
        collections.add("Money", ["a1"])


def test_several_collections_are_one_scope_and_other_filters_hold_in_it(archive: Archive) -> None:
    collections = Collections(archive)
    collections.create("One")
    collections.add("One", ["a4", "a5"])
    collections.create("Two", Selection(outlets=("Wire 0",)))
    assert held(archive, "One", "Two") == {"a0", "a2", "a4", "a5"}
    assert archive.list_ids(Selection(collections=("One", "Two"), outlets=("Wire 1",))) == ["a5"]
    assert held(archive, "Three") == set()


def test_each_user_has_the_own_ones_and_the_shared(archive: Archive) -> None:
    shared, anna, ben = (Collections(archive, owner) for owner in ("", "anna", "ben"))
    shared.create("Bridges")
    shared.add("Bridges", ["a0"])
    anna.create("Mine")
    anna.add("Mine", ["a1"])
    assert [c.name for c in anna.list_all()] == ["Bridges", "Mine"]
    assert [c.name for c in ben.list_all()] == ["Bridges"]
    assert (held(archive, "Mine", owner="ben"), held(archive, "Bridges", owner="ben")) == (set(), {"a0"})
    with pytest.raises(InputError, match="is shared"):
        anna.add("Bridges", ["a1"])
    with pytest.raises(InputError, match="no collection called “Mine”; there are: Bridges"):
        ben.delete("Mine")
    anna.create("bridges")
    anna.add("Bridges", ["a2"])
    assert (held(archive, "Bridges", owner="anna"), held(archive, "Bridges", owner="ben")) == ({"a2"}, {"a0"})


def test_names_and_articles_that_are_none_are_refused(archive: Archive) -> None:
    collections = Collections(archive)
    collections.create("  Two\n words ")
    for name, reason in ((" ", "needs a name"), ("x" * (LONGEST_NAME + 1), "at most 80"), ("two WORDS", "already")):
        with pytest.raises(InputError, match=reason):
            collections.create(name)
    with pytest.raises(InputError, match="no article nope; nothing was added"):
        collections.add("Two words", ["a1", "nope"])
    assert held(archive, "Two words") == set()


def test_their_number_and_that_of_their_articles_is_bounded(archive: Archive) -> None:
    collections = Collections(archive, "anna", most=2, most_picked=3)
    Collections(archive).create("Shared")
    collections.create("One")
    collections.create("Two")
    with pytest.raises(InputError, match="there are 2 collections, which is the most"):
        collections.create("Three")
    assert collections.add("One", ["a0", "a1"]) == 2
    with pytest.raises(InputError, match="at most 3 articles; nothing was added"):
        collections.add("One", ["a2", "a3"])
    assert collections.add("One", ["a0", "a2"]) == 1
    assert held(archive, "One", owner="anna") == {"a0", "a1", "a2"}
    assert [c.name for c in collections.list_all()] == ["One", "Shared", "Two"]
    collections.delete("Two")
    collections.create("Three")


def test_the_own_ones_that_are_picked_by_hand_tell_whether_they_hold_an_article(archive: Archive) -> None:
    shared, anna = Collections(archive), Collections(archive, "anna")
    shared.create("Bridges")
    shared.add("Bridges", ["a0"])
    for name in ("mine", "Empty"):
        anna.create(name)
    anna.create("Live", Selection(outlets=("Wire 0",)))
    anna.add("mine", ["a0"])
    assert anna.list_picked("a0") == {"Empty": False, "mine": True}
    assert anna.list_picked("nothing") == {"Empty": False, "mine": False}


def test_a_selection_is_read_as_it_was_written() -> None:
    chosen = Selection(outlets=("Wire 0",), since=datetime(2024, 1, 1, tzinfo=UTC), authors=("Jane Doe",), undated=True)
    assert read_selection(write_selection(chosen)) == chosen
    assert write_selection(Selection()) == "{}"


def test_an_archive_of_the_version_before_gets_collections(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with Archive(path) as old:
        old.put(Article("a", "Title", "Body."))
        for table in ("collected", "collections"):
            old.connection.execute(f"DROP TABLE {table}")
        old.connection.execute("DROP INDEX articles_category")
        old.connection.execute("PRAGMA user_version = 6")
    with Archive(path) as opened:
        Collections(opened).create("Bridges")
        assert Collections(opened).add("Bridges", ["a"]) == 1
