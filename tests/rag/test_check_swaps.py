from pathlib import Path

import pytest

from benchmarks.check import Outcome, judge, share
from benchmarks.claims import cases, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    articles, pairs = load(ROOT / "corpus/starter/articles.jsonl", ROOT / "eval/sets/starter.jsonl")
    return [judge(case) for case in cases(articles, pairs, seed=3, limit=60)]


def test_swapped_claims_are_caught(outcomes: list[Outcome]) -> None:
    swapped = [outcome for outcome in outcomes if outcome.case.swap]
    assert len(swapped) >= 150
    assert share(swapped) >= 0.92


def test_untouched_claims_are_supported(outcomes: list[Outcome]) -> None:
    untouched = [outcome for outcome in outcomes if not outcome.case.swap]
    assert share(untouched) >= 0.97
