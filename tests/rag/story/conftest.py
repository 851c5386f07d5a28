from collections.abc import Iterator

import pytest

from rag import Assistant
from rag.index.embedder import Embedder
from tests.rag.story.ferry_articles import build_ferry


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    """Return an assistant over the story of the ferry; nobody changes it."""
    with build_ferry(tmp_path_factory.mktemp("ferry"), embedder) as assistant:
        yield assistant
