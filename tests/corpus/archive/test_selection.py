"""What each field of a selection lets through."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.archive.selection import EVERYTHING, Selection
from tests.corpus.archive_items import HARBOUR, at, numbered

ITEMS = (
    HARBOUR,
    replace(numbered(1), title="Élection à Nantes", language="fr", published_at=at(10), feed="https://f.example/rss"),
    replace(numbered(2), published_at=None),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    file: Path = tmp_path_factory.mktemp("selection") / "archive.sqlite3"
    with Archive(file if request.param == "sqlite" else request.getfixturevalue("postgres").make_schema()) as opened:
        for article in ITEMS:
            opened.put(article)
        yield opened


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (EVERYTHING, ["n00001", "harbour", "n00002"]),
        (Selection(ids=("harbour", "n00002", "none")), ["harbour", "n00002"]),
        (Selection(url="https://post.example/harbour"), ["harbour"]),
        (Selection(outlets=("Daily Number",)), ["n00001", "n00002"]),
        (Selection(since=at(8)), ["n00001", "harbour"]),
        (Selection(since=at(8, 10)), ["n00001"]),
        (Selection(until=at(10)), ["harbour"]),
        (Selection(feeds=("https://f.example/rss",)), ["n00001"]),
        (Selection(languages=("fr", "de")), ["n00001"]),
        (Selection(undated=True), ["n00002"]),
        (Selection(words="éLECTION"), ["n00001"]),
        (Selection(words="HARBOUR", outlets=("Daily Number",)), []),
    ],
)
def test_selection(archive: Archive, selection: Selection, ids: list[str]) -> None:
    assert [article.id for article in archive.articles(selection)] == ids
    assert archive.count(selection) == len(ids)
    assert bool(selection) == (selection != EVERYTHING)


def test_order_and_pages(archive: Archive) -> None:
    assert [article.id for article in archive.articles(order="oldest")] == ["harbour", "n00001", "n00002"]
    assert [article.id for article in archive.articles(limit=1, offset=1)] == ["harbour"]
