import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from rag import Assistant, Settings
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes
from rag.index.owned_indexes import OwnedIndexes
from tests.rag.both_records import RECORDS, settle
from tests.rag.conftest_answers import newsroom
from tests.rag.owner import OwnerProcess
from tests.rag.wire_items import WIRES, numbered, starter_articles
from tests.rag.word_embedder import WordEmbedder
from tests.shared_embedder import shared_embedder


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Return an assistant over the newsroom of `conftest_answers`; open for one module, since a folder has one owner."""
    settings = Settings(data_dir=newsroom(tmp_path_factory.getbasetemp() / "newsroom"))
    with Assistant(settings, embedder=shared_embedder()) as opened:
        yield opened


@pytest.fixture(scope="module", params=RECORDS)
def newsroom_on_both_records(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    """Return an assistant over the newsroom, once in a file and once in a database."""
    folder = newsroom(tmp_path_factory.getbasetemp() / "newsroom")
    with Assistant(settle(request, folder), embedder=shared_embedder()) as opened:
        yield opened


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """Return a data folder, closed, whose 14 articles the embedder that ships embedded; copy it, do not write to it."""
    data = tmp_path_factory.mktemp("indexed")
    with Archive(data / "archive.sqlite3") as archive:
        for article in (*starter_articles(), *WIRES):
            assert archive.put(article) == "added"
        indexes = OwnedIndexes(archive, embedder, data / "index", "the fixture")
        indexes.open()
        assert indexes.embed_pending() == 14
        assert indexes.catch_up() == 14
        indexes.close()
    return data


@pytest.fixture
def data(indexed: Path, tmp_path: Path) -> Path:
    """Return a copy of the indexed data folder for one test."""
    return Path(shutil.copytree(indexed, tmp_path / "data"))


@pytest.fixture
def indexes(data: Path, embedder: Embedder) -> Iterator[Indexes]:
    """Own the indexes of a copy, for one test."""
    with Archive(data / "archive.sqlite3") as archive:
        opened = OwnedIndexes(archive, embedder, data / "index", "the test")
        opened.open()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def reading(indexed: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Indexes]:
    """Own the indexes of a copy that nobody changes, for one module."""
    data = Path(shutil.copytree(indexed, tmp_path_factory.mktemp("reading") / "data"))
    with Archive(data / "archive.sqlite3") as archive:
        opened = OwnedIndexes(archive, embedder, data / "index", "the test")
        opened.open()
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder, closed, with 30 short articles and vectors that need no model; copy it."""
    data = tmp_path_factory.mktemp("towns")
    with Archive(data / "archive.sqlite3") as archive:
        for n in range(30):
            archive.put(numbered(n))
        indexes = OwnedIndexes(archive, WordEmbedder(), data / "index", "the fixture")
        indexes.open()
        indexes.embed_pending()
        indexes.catch_up()
        indexes.close()
    return data


@pytest.fixture
def town_data(towns: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder of towns for one test."""
    return Path(shutil.copytree(towns, tmp_path / "towns"))


@pytest.fixture
def owner() -> Iterator[Callable[[Path], OwnerProcess]]:
    """Start a process that owns the indexes of a data folder and follows the archive."""
    started: list[OwnerProcess] = []

    def start(data: Path) -> OwnerProcess:
        started.append(OwnerProcess(data))
        return started[-1]

    yield start
    for process in started:
        process.end()
