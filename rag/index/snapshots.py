"""Copies of both indexes that another folder can begin from, so that nothing is indexed twice."""

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from corpus.errors import IndexInUseError, InputError
from rag.index.generations import Generations, State, seal
from rag.index.index_folder import convert_write_errors
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pending_articles import Progress


def write_snapshot(indexes: OwnedIndexes, target: Path, progress: Progress | None = None) -> State:
    """Write both indexes, up to date and sealed, into a new folder; return their state.

    Files that nobody has open are copied once they are up to date. Those of a page that is running are left alone: the
    snapshot is then made from the archive's vectors, which takes as long as a rebuild.

    Args:
        indexes: The indexes of the archive, not open.
        target: The folder, which must not exist yet or be empty.
        progress: Called while indexes are made.

    Raises:
        InputError: The folder holds something.
        IndexUnavailableError: The indexes or the folder cannot be written, or another embedder made them.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: holds something already; give a new folder")
    if target.resolve().is_relative_to(indexes.folder.path.resolve()):
        raise InputError(f"{target}: lies within the folder of the indexes, which cleans up; give a folder elsewhere")
    with convert_write_errors(target):
        target.mkdir(parents=True, exist_ok=True)
        try:
            indexes.open()
        except IndexInUseError:
            return _build(indexes, target, progress)
        indexes.close()
        return _copy_closed(indexes, target) or _build(indexes, target, progress)


def restore_snapshot(indexes: OwnedIndexes, source: Path) -> State:
    """Put the indexes of a snapshot in the place of those that are there; return their state.

    What changed in the archive since then is applied when the indexes are opened next.

    Args:
        indexes: The indexes of the archive, not open.
        source: What `write_snapshot` wrote.

    Raises:
        InputError: It is no snapshot, is damaged, or is of another archive or another embedder.
        IndexUnavailableError: Another process owns the indexes (`IndexInUseError`), or they cannot be written.
    """
    state = _read_snapshot(indexes, source)
    folder = indexes.folder
    with convert_write_errors(folder.path):
        folder.acquire()
        try:
            return _copy(Generations(source).path(state.generation), folder.generations, state)
        finally:
            folder.release()


def _read_snapshot(indexes: OwnedIndexes, source: Path) -> State:
    """Return the state of a snapshot that this archive can begin from."""
    found = Generations(source)
    state = found.state()
    if state is None or not state.seal or not found.path(state.generation).is_dir():
        raise InputError(f"{source}: no snapshot; `rag index snapshot PATH` writes one")
    if indexes.folder.is_foreign(state):
        raise InputError(f"{source}: made from another archive, or from a later state of this one")
    if state.profile != indexes.store.profile:
        raise InputError(
            f"{source}: made with the embedder {state.profile}, but the settings name {indexes.store.profile}; "
            "set NEWSDESK_EMBEDDER to the same one"
        )
    if seal(found.path(state.generation)) != state.seal:
        raise InputError(f"{source}: damaged, its checksum is another; copy it again")
    return state


def _copy_closed(indexes: OwnedIndexes, target: Path) -> State | None:
    """Copy indexes as they were closed; None if another process has opened them meanwhile."""
    folder = indexes.folder
    try:
        folder.acquire()
    except IndexInUseError:
        return None
    try:
        state = folder.generations.state()
        if state is None or not state.seal:
            return None
        return _copy(folder.generations.path(state.generation), Generations(target), state)
    finally:
        folder.release()


def _copy(generation: Path, into: Generations, state: State) -> State:
    """Copy the files of a generation as the next one of a folder, record its state, and drop the others."""
    number = into.choose_number()
    fresh = into.path(number).with_name(f"{into.path(number).name}.new")
    try:
        shutil.copytree(generation, fresh)
        fresh.rename(into.path(number))
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    copied = replace(state, generation=number)
    into.save(copied)
    into.retire(number, keep=False)
    return copied


def _build(indexes: OwnedIndexes, target: Path, progress: Progress | None) -> State:
    made = OwnedIndexes(indexes.store.archive, indexes.embedder, target, indexes.folder.owner, indexes.dense_kind)
    try:
        with closing(made):
            made.open(rebuild=True, progress=progress)
    finally:
        for name in ("owner", "owner.lock"):
            (target / name).unlink(missing_ok=True)
    state = made.folder.generations.state()
    if state is None or not state.seal:
        raise InputError(f"{target}: could not be closed cleanly; check the disk and write the snapshot again")
    return state
