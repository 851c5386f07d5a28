"""Whether indexes hold every change of their archive, and until when they did."""

from dataclasses import replace
from datetime import UTC, datetime

from corpus.archive.chunk_store import ChunkStore
from rag.index.generations import State


def note_completeness(state: State, last: int, looked: float) -> State:
    """Return a state that says it was complete at a time, if it holds the last change that there was then.

    Args:
        state: What the indexes hold.
        last: The last change of the archive.
        looked: When that was looked up, in seconds since 1970.
    """
    return replace(state, complete_at=looked) if state.applied >= last else state


def find_completeness(state: State | None, store: ChunkStore) -> datetime | None:
    """Return until when indexes held every change of their archive; None where they do now, or nobody knows."""
    if state is None or not state.complete_at or state.applied >= store.last_change():
        return None
    return datetime.fromtimestamp(state.complete_at, UTC)
