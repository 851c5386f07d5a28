"""Damaged indexes are found when they are opened, moved aside, and made anew from the archive without embedding."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.archive.chunk_store import ChunkStore, Embedded
from corpus.archive.database import Archive
from corpus.article import Chunk
from rag.index.owned_indexes import OwnedIndexes
from tests.promises import RecordPromise
from tests.rag.index_checks import assert_whole, found, names, opened
from tests.rag.wire_items import WIRES, numbered
from tests.rag.word_embedder import SilentEmbedder, SilentWordEmbedder


def put_long(store: ChunkStore, n: int, numbers: np.random.Generator) -> None:
    """Put an article of 110 chunks with vectors by chance."""
    article = replace(numbered(n), body=" ".join(f"word{n}x{i}" for i in range(110)))
    store.archive.put(article)
    vectors = numbers.normal(size=(110, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chunks = tuple(Chunk(article, i, i * 5, i * 5 + 40) for i in range(110))
    assert store.store([Embedded(article, chunks, vectors)]) == 1


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with 1,210 chunks: from 1,000 on Chroma writes its graph into files."""
    data = tmp_path_factory.mktemp("long")
    numbers = np.random.default_rng(3)
    with Archive(data / "archive.sqlite3") as archive:
        store = ChunkStore(archive, "words/1")
        for n in range(11):
            put_long(store, n, numbers)
        indexes = OwnedIndexes(archive, SilentWordEmbedder(), data / "index", "the fixture")
        indexes.open()
        indexes.close()
    return data


def garbled(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 64]) + content[middle + 64 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "garbled": garbled,
}

FILES = {
    "dense/chroma.sqlite3": ("cut", "garbled"),
    "dense/*/data_level0.bin": ("garbled", "emptied"),
    "dense/*/header.bin": ("garbled",),
    "dense/*/link_lists.bin": ("garbled",),
    "dense/*/index_metadata.pickle": ("deleted",),
    "lexical/meta.json": ("deleted", "cut"),
    "lexical/*.store": ("garbled",),
    "lexical/*.idx": ("garbled",),
    "lexical/*.term": ("emptied",),
    "lexical/*.fast": ("cut",),
}
"""Files of a generation, and the damages that are tried each time; the others are tried in a campaign."""


EVERY_DAMAGE = [
    pytest.param(pattern, damage, marks=() if damage in often else pytest.mark.campaign)
    for pattern, often in FILES.items()
    for damage in (*DAMAGES, "deleted")
]


def damaged(source: Path, folder: Path, pattern: str, change: Callable[[bytes], bytes] | None) -> Path:
    """Return a copy of a data folder in which a file of the index is changed, or is not there."""
    data = Path(shutil.copytree(source, folder / "data"))
    file = next((data / "index" / "generation-1").glob(pattern))
    if change:
        file.write_bytes(change(file.read_bytes()))
    else:
        file.unlink()
    return data


def as_after_a_kill(data: Path) -> None:
    """Note the state as an owner leaves it that was killed."""
    file = data / "index" / "state.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"seal": ""}))


def assert_mended(data: Path) -> None:
    with opened(data) as indexes:
        assert_whole(indexes)
        assert indexes.dense.count() == 1210
        assert found(indexes, "word3x7")[0] == "n003"
    assert names(data) == {"generation-2", "damaged-generation-1"}


@pytest.mark.parametrize(("pattern", "damage"), EVERY_DAMAGE)
def test_damage_is_found_and_mended_from_the_archive(long: Path, tmp_path: Path, pattern: str, damage: str) -> None:
    assert_mended(damaged(long, tmp_path, pattern, DAMAGES.get(damage)))


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("dense/*/data_level0.bin", "garbled"),  # Chroma ends the process when it reads this.
        pytest.param("dense/*/index_metadata.pickle", "deleted", marks=pytest.mark.campaign),
        pytest.param("dense/chroma.sqlite3", "cut", marks=pytest.mark.campaign),
        pytest.param("lexical/*.store", "garbled", marks=pytest.mark.campaign),  # tantivy panics.
    ],
)
def test_damage_beside_a_kill_is_found_by_a_child(long: Path, tmp_path: Path, pattern: str, damage: str) -> None:
    data = damaged(long, tmp_path, pattern, DAMAGES.get(damage))
    as_after_a_kill(data)
    assert_mended(data)


WAYS: dict[str, Callable[[bytes, int, int, random.Random], bytes]] = {
    "cut": lambda content, start, end, numbers: content[:start],
    "garbled": lambda content, start, end, numbers: content[:start] + numbers.randbytes(end - start) + content[end:],
    "zeroed": lambda content, start, end, numbers: content[:start] + bytes(end - start) + content[end:],
    "longer": lambda content, start, end, numbers: content + numbers.randbytes(end - start),
    "deleted": lambda content, start, end, numbers: b"",
}


def change_by_chance(data: Path, numbers: random.Random) -> str:
    """Damage one file of the index, chosen by chance as are the way and the place; say what was done."""
    folder, content, new = data / "index" / "generation-1", b"", b""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    while new == content:  # What is zeroed may have held zeros.
        file, way = numbers.choice([path for path in files if path.suffix != ".lock"]), numbers.choice(list(WAYS))
        content = file.read_bytes()
        start = numbers.randrange(len(content))
        new = WAYS[way](content, start, min(len(content), start + numbers.choice([1, 64, 4096])), numbers)
    file.write_bytes(new)
    if way == "deleted":
        file.unlink()
    return f"{file.relative_to(folder)} {way} at {start}"


@pytest.mark.sizes(3, 100)
def test_damage_by_chance_is_found_and_mended(
    long: Path, tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    numbers, silent = random.Random(size), []
    for turn in range(size):
        data = Path(shutil.copytree(long, tmp_path / f"data{turn}"))
        done = change_by_chance(data, numbers)
        if turn % 4 == 3:
            as_after_a_kill(data)
        with opened(data) as indexes:
            assert_whole(indexes)
            assert indexes.dense.count() == indexes.lexical.count() == 1210
            assert found(indexes, "word3x7")[0] == "n003"
        if turn % 4 != 3 and names(data) != {"generation-2", "damaged-generation-1"}:
            silent.append(done)
        shutil.rmtree(data)
    record_promise(
        "damaged index",
        "100 damages, 100 rebuilt without the embedder",
        f"{size} damages (a quarter beside a kill), {len(silent)} not found, {size - len(silent)} whole afterwards",
    )
    assert silent == []


@pytest.mark.parametrize("gone", ["state.json", "generation-1", "generation-1/dense", "generation-1/lexical", "."])
def test_what_is_gone_is_made_anew(town_data: Path, gone: str) -> None:
    path = town_data / "index" / gone
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with opened(town_data) as indexes:
        assert_whole(indexes)
        assert found(indexes, "bridge7") == ["n007"]


def test_a_state_that_cannot_be_read_is_made_anew(town_data: Path) -> None:
    (town_data / "index" / "state.json").write_bytes(b'{"generation": "x"')
    with opened(town_data) as indexes:
        assert_whole(indexes)
    assert names(town_data) == {"generation-2"}


def test_rows_that_one_index_lost_are_found_at_opening(town_data: Path) -> None:
    with opened(town_data) as indexes:
        indexes.dense.apply(["n004"], ())
        assert indexes.find_differences() == {"dense": ["n004@1#0"]}
    with opened(town_data) as indexes:
        assert_whole(indexes)
    assert names(town_data) == {"generation-2", "damaged-generation-1"}


def test_a_sound_index_is_opened_as_it_is(data: Path) -> None:
    for _ in range(2):
        with opened(data, SilentEmbedder()) as indexes:
            assert_whole(indexes)
            assert indexes.store.progress() == (14, 14)
            assert {article.id for article in WIRES} <= {i.partition("@")[0] for i in indexes.dense.ids()}
    assert names(data) == {"generation-1"}
