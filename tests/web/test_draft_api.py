"""Drafts checked over HTTP, by the real assistant."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Assistant, Settings
from tests.rag.conftest_answers import newsroom
from tests.rag.drafts.conftest import DRAFT
from tests.shared_embedder import shared_embedder
from tests.web.conftest import served
from tests.web.test_api import call


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data: Path = newsroom(tmp_path_factory.mktemp("api") / "newsroom")
    with served(lambda: Assistant(Settings(data_dir=data, llm=""), embedder=shared_embedder())) as address:
        yield address


def test_a_draft_gets_a_report_with_passages_and_offsets(url: str) -> None:
    name, data = call(url, "verify", DRAFT, 60, "", "", "")
    assert name == "complete"
    assert isinstance(data, list)
    (report,) = data
    assert report["counts"]["supported"] == 1
    claim = report["checked"][0]["claim"]
    assert report["text"][claim["start"] : claim["end"]] == claim["text"]
    assert report["checked"][0]["passages"][0]["article_id"] == "library"


def test_limits_and_filters_hold(url: str) -> None:
    _, data = call(url, "verify", DRAFT, 0, "2024-01-01", "", "Coast Wire")
    assert isinstance(data, list)
    assert (len(data[0]["checked"]), data[0]["left_out"]) == (1, 4)
    assert {p["outlet"] for p in data[0]["checked"][0]["passages"]} <= {"Coast Wire"}
    assert call(url, "verify", "a" * 20_001, 60, "", "", "")[0] == "error"
