"""Particulars corrected here: shown and found everywhere, kept through whatever arrives, and undone."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from corpus.archive.article_editing import edit_article, undo_edits
from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.archive.edits import EditedField, list_edits
from corpus.archive.engine import Place
from corpus.archive.revisions import list_revisions
from corpus.archive.selection import Selection
from corpus.errors import InputError
from tests.corpus.archive_items import HARBOUR, at, numbered, store_all, whole

NEWER = replace(HARBOUR, body=HARBOUR.body.replace("14 million", "41 million"), updated_at=at(9))


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        opened.put(HARBOUR)
        yield opened


def notes(archive: Archive) -> list[str]:
    """Return what is told of the edits, today's date as "today"."""
    today = f"{datetime.now(UTC):%-d %b %Y}"
    return [edit.note.replace(today, "today") for edit in list_edits(archive.connection, "harbour")]


def test_what_was_corrected_is_shown_and_found_and_the_original_is_kept(archive: Archive) -> None:
    edited = edit_article(
        archive,
        "harbour",
        {
            "title": " Harbour  to be deepened ",
            "source": "Lowmoor Echo",
            "author": "",
            "published_at": "2024-01-10 23:30 -08:00",
            "category": "Ports",
        },
        "ann",
    )
    zone = timezone(timedelta(hours=-8))
    assert edited == replace(
        HARBOUR,
        title="Harbour to be deepened",
        source="Lowmoor Echo",
        author="",
        published_at=datetime(2024, 1, 10, 23, 30, tzinfo=zone),
        category="Ports",
    )
    assert archive.get("harbour") == archive.get("harbour", 1) == edited
    assert list(archive.articles(Selection(outlets=("Lowmoor Echo",), words="DEEPENED", sections=("Ports",)))) == [
        edited
    ]
    assert archive.count(Selection(outlets=("Eastfield Post",))) == archive.count(Selection(words="dredged")) == 0
    assert (archive.days(), archive.count_by("author")) == ({"2024-01-10": 1}, {})
    assert archive.versions("harbour") == [edited]
    assert archive.versions("harbour", edited=False) == [HARBOUR]
    assert notes(archive) == [
        "Headline corrected by ann on today; the source wrote: “Harbour to be dredged”",
        "Outlet corrected by ann on today; the source wrote: “Eastfield Post”",
        "Byline corrected by ann on today; the source wrote: “Jo Brand”",
        "Date corrected by ann on today; the source wrote: “2024-01-08 09:00 UTC”",
        "Section corrected by ann on today; the source gave none",
    ]
    assert undo_edits(archive, "harbour", ["title"]).title == HARBOUR.title
    assert len(notes(archive)) == 4
    assert undo_edits(archive, "harbour") == archive.get("harbour") == HARBOUR
    assert notes(archive) == []


def test_an_edit_stays_when_the_article_is_added_again(archive: Archive) -> None:
    edited = edit_article(
        archive,
        "harbour",
        {"title": "Basin to be dredged", "source": "Post of Eastfield", "published_at": "2023-01-01"},
    )
    assert archive.put(HARBOUR) == archive.put(HARBOUR, live=True) == "unchanged"
    assert archive.put(replace(HARBOUR, author="", feed="https://post.example/rss")) == "unchanged"
    assert archive.put(replace(HARBOUR, id="by-address")) == "unchanged"
    assert archive.put(replace(HARBOUR, id="twin", url="")) == "unchanged"
    assert archive.get("harbour") == edited
    # Another text at the address, of a later day, which only its words could tell from a page that changes daily.
    assert archive.put(replace(NEWER, id="again", published_at=at(12))) == "updated"


def test_an_edit_wins_over_a_newer_text_until_it_is_undone(archive: Archive) -> None:
    edit_article(archive, "harbour", {"title": "Harbour to be deepened", "published_at": ""}, "ann")
    newer = replace(NEWER, title="Northern basin to be dredged", author="Jo Brand and Cy Vance")
    assert archive.put(newer) == "updated"
    shown = archive.get("harbour")
    assert shown == replace(newer, title="Harbour to be deepened", published_at=None, version=2)
    assert notes(archive) == [
        "Headline corrected by ann on today; the source wrote: “Northern basin to be dredged”",
        "Date corrected by ann on today; the source wrote: “2024-01-08 09:00 UTC”",
    ]
    assert archive.versions("harbour") == [HARBOUR, shown]
    assert archive.put(newer) == archive.put(HARBOUR) == "unchanged"
    assert undo_edits(archive, "harbour") == replace(newer, version=2)


def test_what_the_source_changed_is_told_without_the_edits(archive: Archive) -> None:
    edit_article(archive, "harbour", {"title": "Another headline"})
    assert list_revisions(archive) == []
    archive.put(NEWER)
    (found,) = list_revisions(archive)
    assert (found.before, found.after) == (HARBOUR, replace(NEWER, version=2))
    assert [piece.text for piece in found.list_changes() if piece.side != "same"] == ["14", "41"]
    assert found.shown.title == "Another headline"


def test_an_earlier_text_joins_the_history_and_the_edit_stays(archive: Archive) -> None:
    archive.put(replace(NEWER, updated_at=at(20)))
    store_all(archive)
    edited = edit_article(archive, "harbour", {"author": "A. Sousa"})
    late = replace(HARBOUR, body="A text in between.", updated_at=at(12))
    assert archive.put(late) == "updated"
    assert archive.get("harbour") == replace(edited, version=3)
    assert archive.get("harbour", 2) == replace(late, version=2)
    assert ChunkStore(archive, "test").progress() == (1, 1)


def test_the_indexes_hear_of_it_and_a_heading_that_changes_is_embedded_again(archive: Archive) -> None:
    store = store_all(archive)
    at_first = store.last_change()
    edit_article(archive, "harbour", {"author": "A. Sousa", "published_at": "2024-01-08 10:00Z"})
    assert store.changes(at_first, 9) == (at_first + 1, ["harbour"])
    assert store.progress() == (1, 1)
    (stale,) = store.read_embedded(["harbour"])
    edit_article(archive, "harbour", {"title": "Harbour to be deepened"})
    assert store.progress() == (0, 1)
    assert store.store([whole(stale.article)]) == 0  # Read before the edit: its vector holds the old heading.
    assert store.progress() == (0, 1)
    store_all(archive)
    assert [chunk.heading for chunk in store.chunks(["harbour"]).values()] == [
        "Harbour to be deepened | Eastfield Post | 8 January 2024"
    ]


def test_only_what_differs_is_an_edit(archive: Archive) -> None:
    last = ChunkStore(archive, "test").last_change
    edit_article(archive, "harbour", {"title": "Another", "author": "Jo Brand"}, "ann")
    before = last()
    edit_article(archive, "harbour", {"title": "Another", "published_at": "2024-01-08 09:00 UTC"}, "bob")
    assert notes(archive) == ["Headline corrected by ann on today; the source wrote: “Harbour to be dredged”"]
    assert last() == before
    edit_article(archive, "harbour", {"title": "A third"}, "bob")
    assert notes(archive) == ["Headline corrected by bob on today; the source wrote: “Harbour to be dredged”"]
    assert edit_article(archive, "harbour", {"title": HARBOUR.title}, "bob") == HARBOUR
    assert notes(archive) == []
    edit_article(archive, "harbour", {"published_at": "2024-01-08 10:00+01:00"})  # The same instant in another zone.
    assert archive.versions("harbour", edited=False) == [HARBOUR]
    assert len(notes(archive)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("title", " \u200b ", "Headline: it is empty; write one"),
        ("title", "One\nheadline", "Headline: it holds control characters"),
        ("source", "Eastfield\x1b[31m Post", "Outlet: it holds control characters"),
        ("author", "x" * 201, "Byline: 201 characters are too many; write at most 200"),
        ("category", "x" * 101, "Section: 101 characters"),
        ("published_at", "soon", "Date: 'soon' is not a date"),
        ("published_at", "03/04/2017", "is not a date"),
        ("published_at", "2024-01-08 09:00", "has no zone"),
        ("published_at", f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}", "lies in the future"),
        ("published_at", "0001-01-01T00:00+23:59", "is not a date"),
    ],
)
def test_a_value_that_is_none_is_refused_and_nothing_changes(
    archive: Archive, field: EditedField, typed: str, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        edit_article(archive, "harbour", {"author": "Somebody", field: typed})
    assert archive.get("harbour") == HARBOUR
    assert notes(archive) == []


def test_invisible_characters_are_left_out(archive: Archive) -> None:
    assert edit_article(archive, "harbour", {"source": "East\u202efield\ud800 Post\u200b"}).source == "Eastfield Post"


def test_an_article_that_is_not_there_is_named(archive: Archive) -> None:
    with pytest.raises(InputError, match="no article 'nope'; find its id"):
        edit_article(archive, "nope", {"title": "New"})
    with pytest.raises(InputError, match="no article 'nope'; find its id"):
        undo_edits(archive, "nope")
    assert list_edits(archive.connection, "nope") == []


def test_edits_go_with_their_article(archive: Archive) -> None:
    archive.put(numbered(1))
    edit_article(archive, "harbour", {"title": "Another"})
    archive.remove(Selection(ids=("harbour",)))
    assert archive.connection.execute("SELECT count(*) FROM edits").fetchone()[0] == 0
    assert archive.put(HARBOUR) == "added"
    assert archive.get("harbour") == HARBOUR


def test_an_archive_of_version_7_is_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with Archive(path) as archive:
        archive.put(HARBOUR)
    connection = sqlite3.connect(path)
    connection.executescript("DROP TABLE edits; PRAGMA user_version=7;")
    connection.close()
    with Archive(path) as archive:
        assert edit_article(archive, "harbour", {"title": "Another"}) == replace(HARBOUR, title="Another")
        assert archive.versions("harbour", edited=False) == [HARBOUR]


def test_what_the_source_corrects_too_is_an_edit_no_longer(archive: Archive) -> None:
    edit_article(archive, "harbour", {"title": "Harbour to be deepened", "category": "Ports"}, "ann")
    archive.put(replace(NEWER, title="Harbour to be deepened"))
    assert notes(archive) == ["Section corrected by ann on today; the source gave none"]
    archive.put(replace(NEWER, title="Harbour is deeper", updated_at=at(10)))
    shown = archive.get("harbour")
    assert shown is not None
    assert (shown.title, shown.category) == ("Harbour is deeper", "Ports")
