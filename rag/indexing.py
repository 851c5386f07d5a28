"""Bring the indexes up to date from the command line, beside a page that may own them."""

from typing import Any

from corpus.archive import Archive
from corpus.errors import IndexUnavailableError
from rag.embedder import Embedder
from rag.indexes import Indexes, Progress
from rag.settings import Settings

_PATIENCE_S = 600.0  # Another process that embeds the same articles is waited for.


def index(settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Embed what is pending and apply it; a process that owns the indexes applies it instead, and is named.

    Returns:
        `embedded` and `applied` (articles), `owner` (None if this process applied), `chunks`.
    """
    with Archive(settings.archive_path) as archive:
        indexes = _indexes(settings, archive)
        embedded = indexes.embed_pending(progress, _PATIENCE_S)
        record: dict[str, Any] = {"embedded": embedded, "applied": 0, "owner": None, "chunks": indexes.store.count()}
        try:
            before = indexes.applied()
            indexes.open()
        except IndexUnavailableError:
            owner = indexes.named_owner()
            if not owner:
                raise
            return record | {"owner": owner}
        record["applied"] = indexes.catch_up() + indexes.store.last_change() - before
        indexes.close()
        return record


def rebuild_index(settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Make both indexes anew; only chunks that the embedder of the settings never saw are embedded."""
    with Archive(settings.archive_path) as archive:
        indexes = _indexes(settings, archive)
        embedded = indexes.embed_pending(progress, _PATIENCE_S)
        indexes.open(anew=True)
        record = {"embedded": embedded, "rebuilt": True, "chunks": indexes.dense.count(), "owner": None}
        indexes.close()
        return record


def check_index(settings: Settings) -> dict[str, Any]:
    """Compare every chunk id; `sound` is False if anything differs, `owner` names a process that has them open."""
    with Archive(settings.archive_path) as archive:
        indexes = _indexes(settings, archive)
        try:
            indexes.open()
        except IndexUnavailableError as error:
            owner = indexes.named_owner()
            return {"sound": bool(owner), "owner": owner or None, "problem": "" if owner else str(error)}
        differences = {name: len(ids) for name, ids in indexes.differences().items()}
        record = {"sound": not differences, "owner": None, "differences": differences, "chunks": indexes.dense.count()}
        indexes.close()
        return record


def _indexes(settings: Settings, archive: Archive) -> Indexes:
    return Indexes(archive, Embedder(settings.embedder), settings.data_dir / "index", "python -m rag index")
