"""A run of the evaluation that the page starts: one at a time, watched, stopped, and gone on with."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.runs.run_folder import list_runs
from rag.index.embedder import Embedder
from tests.waiting import wait_until
from tests.web.conftest import EQUIFAX, Newsroom, starter_articles
from web.eval.eval_process import EvalProcess, EvalRunError, OfferedSet, find_offered_sets

QUESTION = {"question": "Equifax?", "answer": "143 million", "evidence": [{"article_id": EQUIFAX, "quote": "Equifax"}]}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """Return a data folder with an article, and a set of its own about it."""
    folder = tmp_path_factory.mktemp("measured")
    article = next(article for article in starter_articles() if article.id == EQUIFAX)
    Newsroom.build(folder, embedder, [article])
    (folder / "sets").mkdir()
    rows = [json.dumps(QUESTION | {"id": str(n)}) for n in range(10)]
    (folder / "sets" / "mine.jsonl").write_text("\n".join([*rows, "{broken"]), encoding="utf-8")
    (folder / "sets" / "empty.jsonl").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def process(tmp_path: Path) -> Iterator[EvalProcess]:
    made = EvalProcess(tmp_path / "runs")
    yield made
    made.stop()


def own_set(data: Path) -> OfferedSet:
    return next(found for found in find_offered_sets(data) if found.data)


def test_the_sets_that_ship_and_own_ones_are_offered(data: Path) -> None:
    keys = [found.key for found in find_offered_sets(data)]
    assert "shipped starter" in keys
    assert [key for key in keys if key.startswith("own")] == ["own mine"]
    assert not any(found.data for found in find_offered_sets(None))


def test_a_run_is_watched_stopped_and_gone_on_with(
    data: Path, embedder: Embedder, process: EvalProcess, tmp_path: Path
) -> None:
    assert process.look() is None
    with Newsroom(data, embedder).own():  # As the page does, meanwhile.
        process.start(own_set(data), sample=False, llm="")
        with pytest.raises(EvalRunError, match="under way already"):
            process.start(own_set(data), sample=False, llm="")
        wait_until(lambda: (seen := process.look()) and seen.done > 0)
        process.stop()
        stopped = process.look()
        assert stopped is not None
        assert stopped.stage in {"stopped", "done"}
        assert stopped.total == 10
        assert any("mine.jsonl:11" in line for line in stopped.lines)
        process.start(own_set(data), sample=False, llm="")
        wait_until(lambda: (seen := process.look()) and seen.stage != "running")
    ended = process.look()
    assert ended is not None
    assert (ended.stage, ended.done) == ("done", 10)
    assert list_runs(tmp_path / "runs")[0].complete


def test_a_run_that_fails_says_why(data: Path, process: EvalProcess) -> None:
    process.start(OfferedSet("gone", data / "gone.jsonl", 1), sample=True, llm="")
    wait_until(lambda: (seen := process.look()) and seen.stage != "running")
    failed = process.look()
    assert failed is not None
    assert failed.stage == "failed"
    assert "gone.jsonl does not exist" in failed.lines[-1]
