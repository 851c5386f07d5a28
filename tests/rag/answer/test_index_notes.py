"""Indexes that lag behind the archive say so in the answers that rest on them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from corpus.archive.database import Archive
from rag import Assistant, Settings
from rag.answer.index_notes import note_lag
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes
from rag.index.owned_indexes import OwnedIndexes
from rag.index.read_only_indexes import ReadOnlyIndexes
from tests.rag.index_checks import opened
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import WordEmbedder

LATER = timedelta(minutes=2)


def note_later(indexes: Indexes) -> list[str]:
    """Return what is noted if nothing happens for two minutes."""
    return note_lag(indexes, UTC, datetime.now(UTC) + LATER)


def test_the_owner_of_indexes_says_since_when_they_lag(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        assert note_later(indexes) == []
        indexes.catch_up()
        before = datetime.now(UTC)
        indexes.store.archive.put(numbered(50))
        assert note_later(indexes) == []  # An article without vectors is told of elsewhere.
        indexes.embed_pending()
        until = indexes.complete_until()
        assert until is not None
        assert until <= before
        assert note_lag(indexes, UTC) == []  # A moment is no lag.
        india = timezone(timedelta(hours=5, minutes=30))
        local = until.astimezone(india)
        assert note_lag(indexes, india, before + LATER) == [
            f"Indexed up to {local:%H:%M} on {local:%-d %B %Y}; what was added since may be missing."
        ]
        indexes.catch_up()
        assert note_later(indexes) == []


def test_so_does_a_reader_beside_an_owner_that_stands_still(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as owner, Archive(town_data / "archive.sqlite3") as archive:
        reader = ReadOnlyIndexes(archive, WordEmbedder(), town_data / "index", "the reader")
        reader.open()
        assert note_later(reader) == []
        archive.put(numbered(50))
        reader.embed_pending()
        reader.catch_up()  # The vectors; the words are the owner's.
        assert len(note_later(reader)) == 1
        owner.catch_up()
        reader.catch_up()
        assert note_later(reader) == []
        reader.close()


def test_an_answer_carries_the_note(data: Path, embedder: Embedder, indexes: OwnedIndexes) -> None:
    indexes.store.archive.put(numbered(50))
    indexes.embed_pending()
    state = indexes.folder.generations.state()
    assert state is not None
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    indexes.folder.generations.save(replace(state, complete_at=hour_ago.timestamp()))
    with Assistant(Settings(data_dir=data, llm=""), embedder=embedder, read_only=True) as assistant:
        local = hour_ago.astimezone()
        note = f"Indexed up to {local:%H:%M} on {local:%-d %B %Y}; what was added since may be missing."
        assert note in assistant.ask("How much does the council pay for night trams?").notes
        assert note in assistant.ask("Who won the chess tournament of Atlantis?").notes  # Refused, all the more.
        assert note not in assistant.ask("Thank you!").notes
        indexes.catch_up()
        assistant.sync()
        assert note not in assistant.ask("How much does the council pay for night trams?").notes
