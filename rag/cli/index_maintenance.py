"""Bring the indexes up to date from the command line, also while a page owns them."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from corpus.archive.database import Archive
from corpus.errors import IndexReadOnlyError, IndexUnavailableError, NewsdeskError
from rag.follow.topic_book import FILE, TopicBook
from rag.follow.topic_watch import TopicWatch
from rag.index.embedder import Embedder
from rag.index.embedding_worker import EmbeddingWorker, Report
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pending_articles import Progress
from rag.index.snapshots import restore_snapshot, write_snapshot
from rag.retrieval.evidence_search import EvidenceSearch
from rag.retrieval.passage_search import Retriever
from rag.retrieval.sentence_ranking import PassageReader
from rag.settings import Settings

_WAIT_S = 600.0  # Another process that embeds the same articles is waited for.


def index(settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Embed what is pending and apply it; a process that owns the indexes applies it instead, and is named.

    Returns:
        `embedded` and `applied` (articles), `owner` (None if this process applied), `chunks`.
    """
    with Archive(settings.archive_place) as archive:
        indexes = _open_owned(settings, archive)
        # Before anything is embedded by the wrong one.
        indexes.folder.check_embedder()
        before = indexes.folder.applied()
        embedded = indexes.embed_pending(progress, _WAIT_S)
        record: dict[str, Any] = {"embedded": embedded, "applied": 0, "owner": None, "chunks": indexes.store.count()}
        if owner := _open_or_name_owner(indexes):
            return record | {"owner": owner}
        with closing(indexes):
            record |= {"applied": len(indexes.store.changes(before)[1]), "chunks": indexes.dense.count()}
            return record | _check_topics(settings, indexes)


def follow_archive(settings: Settings, report: Report, stop: threading.Event) -> int:
    """Embed what is pending and what arrives until `stop` is set; return how many articles that were.

    No index is opened: who answers from one brings it up to date.
    """
    with Archive(settings.archive_place) as archive:
        worker = EmbeddingWorker(archive, Embedder(settings.embedder), settings.data_dir / "index", report)
        worker.check_embedder()
        return worker.run(stop)


def rebuild_index(settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Make both indexes anew; only chunks that the embedder of the settings never saw are embedded."""
    with Archive(settings.archive_place) as archive, closing(_open_owned(settings, archive)) as indexes:
        if owner := indexes.folder.name_owner():
            raise IndexUnavailableError(
                f"{indexes.folder.path}: the index is in use by {owner}; stop that process first"
            )
        embedded = indexes.embed_pending(progress, _WAIT_S)
        indexes.open(rebuild=True, progress=progress)
        return {"embedded": embedded, "rebuilt": True, "chunks": indexes.dense.count(), "owner": None}


def check_index(settings: Settings) -> dict[str, Any]:
    """Compare every chunk id; `sound` is False if anything differs, `owner` names a process that has them open."""
    with Archive(settings.archive_place) as archive, closing(_open_owned(settings, archive)) as indexes:
        try:
            if owner := _open_or_name_owner(indexes):
                return {"sound": True, "owner": owner}
            differences = {name: len(ids) for name, ids in indexes.find_differences().items()}
            record = {"sound": not differences, "owner": None, "chunks": indexes.dense.count()}
        except IndexReadOnlyError as error:
            return {"owner": None, "chunks": indexes.store.count(), "unwritable": str(error)} | _describe_unopened(
                indexes
            )
        except IndexUnavailableError as error:
            return {"sound": False, "owner": None, "error": str(error)}
    if not differences:
        return record
    counts = " and ".join(f"{count:,} of the {name} index" for name, count in differences.items())
    return record | {"differences": differences, "error": f"the archive and the indexes differ in chunks: {counts}"}


def snapshot_index(settings: Settings, target: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write both indexes into a new folder, for another machine to begin from; `applied` numbers their last change."""
    with Archive(settings.archive_place) as archive:
        state = write_snapshot(_open_owned(settings, archive), target, progress)
    return {"snapshot": str(target), "applied": state.applied, "profile": state.profile}


def restore_index(settings: Settings, source: Path) -> dict[str, Any]:
    """Begin from the indexes of a snapshot, and apply what has changed in the archive since; nothing is embedded."""
    with Archive(settings.archive_place) as archive, closing(_open_owned(settings, archive)) as indexes:
        state = restore_snapshot(indexes, source)
        indexes.open()
        changed = len(indexes.store.changes(state.applied)[1])
        return {"restored": str(source), "applied": changed, "chunks": indexes.dense.count()}


def _check_topics(settings: Settings, indexes: OwnedIndexes) -> dict[str, Any]:
    """Look for news on the topics that are followed; say how many articles are, where there are any."""
    evidence = EvidenceSearch(Retriever(indexes), PassageReader(indexes.embedder, indexes.lexical))
    try:
        with closing(TopicBook(settings.place_of(FILE))) as book:
            found = TopicWatch(book, evidence).check()
    except NewsdeskError as error:  # The articles are indexed all the same; the next command looks again.
        return {"topics_error": str(error)}
    return {"topics": found} if found else {}


def _describe_unopened(indexes: OwnedIndexes) -> dict[str, Any]:
    """Describe indexes that cannot be opened for writing: whether they are as their owner left them."""
    if indexes.is_as_closed():
        return {"sound": True}
    error = "nothing can be written, and the files are out of date or not as their owner left them"
    return {
        "sound": False,
        "error": f"{indexes.folder.path}: {error}; free some disk space or fix the permissions of the folder",
    }


def _open_or_name_owner(indexes: OwnedIndexes) -> str:
    """Open the indexes and return ""; where another process owns them, return how it names itself."""
    try:
        indexes.open()
    except IndexUnavailableError:
        if owner := indexes.folder.name_owner():
            return owner
        indexes.open()  # The owner has just gone; where something else is wrong this says so.
    return ""


def _open_owned(settings: Settings, archive: Archive) -> OwnedIndexes:
    embedder = Embedder(settings.embedder)
    return OwnedIndexes(archive, embedder, settings.data_dir / "index", "python -m rag index", settings.dense)
