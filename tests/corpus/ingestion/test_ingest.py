"""Batches: one bad item never stops them, limits and trial runs do what they say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.article import Article
from corpus.ingestion.ingest import SHOWN, ingest
from corpus.readers import Refusal
from tests.corpus.archive_items import HARBOUR, at, numbered


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        yield opened


def test_each_outcome_is_counted_and_told_after_it_happened(archive: Archive) -> None:
    changed = replace(HARBOUR, body=HARBOUR.body.replace("14", "41"), updated_at=at(9))
    told: list[tuple[str, str, int]] = []

    def tell(item: Article | Refusal, outcome: str) -> None:
        told.append((item.id if isinstance(item, Article) else item.item, outcome, archive.count()))

    items: list[Article | Refusal]
    items = [HARBOUR, HARBOUR, Refusal("a.txt", "empty"), changed, Refusal("b.txt", "cut", kept=True), numbered(1)]
    summary = ingest(archive, items, progress=tell)
    assert (summary.added, summary.updated, summary.unchanged, summary.lost, summary.changed) == (2, 1, 1, 1, 3)
    assert told == [
        ("harbour", "added", 1),
        ("harbour", "unchanged", 1),
        ("a.txt", "refused", 1),
        ("harbour", "updated", 1),
        ("b.txt", "kept", 1),
        ("n00001", "added", 2),
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (replace(HARBOUR, id="bad", body="half a pair: \ud800"), "cannot be stored"),
        (replace(HARBOUR, id="bad", published_at=datetime.min.replace(tzinfo=UTC)), ""),
        (replace(numbered(7), id="n00001", source="Another Outlet"), "belongs to another article"),
    ],
)
def test_a_bad_article_is_refused_and_the_rest_goes_in(archive: Archive, bad: Article, reason: str) -> None:
    summary = ingest(archive, [numbered(1), bad, numbered(2)])
    assert summary.added + summary.lost == 3
    assert archive.get("n00002") == numbered(2)
    assert all(reason in refusal.reason for refusal in summary.refused)


def test_limit_counts_what_changed_so_that_a_rerun_goes_on(archive: Archive) -> None:
    items = [numbered(n) for n in range(5)]
    assert [ingest(archive, items, limit=2).changed for _ in range(4)] == [2, 2, 1, 0]


def test_since_passes_over_older_and_undated_ones(archive: Archive) -> None:
    items = [HARBOUR, replace(numbered(1), published_at=at(10)), replace(numbered(2), published_at=None)]
    summary = ingest(archive, items, since=at(9))
    assert (summary.added, summary.skipped) == (1, 2)
    assert [article.id for article in archive.articles()] == ["n00001"]


def test_a_trial_says_what_would_happen_and_writes_nothing(archive: Archive) -> None:
    archive.put(numbered(1))
    changed = replace(numbered(1), title="Number one")
    items = [numbered(1), HARBOUR, HARBOUR, changed, replace(HARBOUR, id="twin", url="")]
    trial = ingest(archive, items, dry_run=True)
    assert archive.count() == 1
    real = ingest(archive, items)
    assert (trial.added, trial.updated, trial.unchanged) == (real.added, real.updated, real.unchanged) == (1, 1, 3)


def test_a_trial_needs_no_archive() -> None:
    assert ingest(None, [HARBOUR, HARBOUR], dry_run=True).to_record() == {
        "added": 1,
        "updated": 0,
        "unchanged": 1,
        "skipped": 0,
        "refused": 0,
        "reasons": [],
    }


def test_only_the_first_reasons_are_given(archive: Archive) -> None:
    record = ingest(archive, (Refusal(f"{n}.txt", "empty") for n in range(50))).to_record()
    assert record["refused"] == 50
    assert [reason["item"] for reason in record["reasons"]] == [f"{n}.txt" for n in range(SHOWN)]
