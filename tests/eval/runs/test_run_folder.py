from pathlib import Path

import pytest

from corpus.errors import InputError
from eval.measures import score
from eval.question_result import Outcome
from eval.runs import fingerprint
from eval.runs.run_folder import Manifest, RunFolder, create, list_runs, open_run
from eval.runs.run_summary import summarise
from tests.eval.records import HELD, NULL, VERDICT, answer, hits

MANIFEST = Manifest("set", "set.jsonl", ("null", "held"), "q", "d", created_at="2026-01-02T00:00:00+00:00")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create(tmp_path / "one", MANIFEST)


def test_outcomes_come_back_in_the_order_of_the_questions(run: RunFolder) -> None:
    run.append(Outcome(HELD, hits("a"), answer("x")))
    run.append(Outcome(NULL))
    again = open_run(run.path)
    assert again.manifest == MANIFEST
    assert [outcome.question.id for outcome in again.outcomes()] == ["null", "held"]
    assert again.outcomes()[1].hits == hits("a")


def test_the_last_line_of_a_question_counts_and_errors_are_asked_again(run: RunFolder) -> None:
    run.append(Outcome(HELD, error="Timeout"))
    run.append(Outcome(NULL))
    assert run.resume() == {"null"}
    run.append(Outcome(HELD, answer=answer("x")))
    assert run.resume() == {"null", "held"}
    assert [outcome.error for outcome in run.outcomes()] == ["", ""]


def test_a_torn_line_is_cut_off(run: RunFolder) -> None:
    run.append(Outcome(NULL))
    run.append(Outcome(HELD))
    file = run.path / "outcomes.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    assert [outcome.question.id for outcome in run.outcomes()] == ["null"]
    assert run.resume() == {"null"}
    run.append(Outcome(HELD))
    assert len(file.read_text().splitlines()) == 2
    assert len(run.outcomes()) == 2


def test_baselines_lie_beside(run: RunFolder) -> None:
    run.append(Outcome(NULL))
    run.append(Outcome(HELD), "bm25")
    assert run.systems == ["newsdesk", "bm25"]
    assert [outcome.question.id for outcome in run.outcomes("bm25")] == ["held"]


def test_summaries_make_a_run_complete(run: RunFolder) -> None:
    assert (run.complete, run.summaries()) == (False, {})
    outcomes = [Outcome(NULL, answer=answer("", status="not_found"))]
    run.write_summaries({"newsdesk": summarise(outcomes, score(outcomes))})
    assert run.complete
    assert open_run(run.path).summaries()["newsdesk"].figures["all"]["correct"].mean == 1.0


def test_runs_are_listed_newest_first(run: RunFolder, tmp_path: Path) -> None:
    create(tmp_path / "two", Manifest("set", "", (), "q", "d", created_at="2026-01-03T00:00:00+00:00"))
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / "run.json").write_text("{")
    assert [found.name for found in list_runs(tmp_path)] == ["two", "one"]


def test_no_run_is_made_twice_or_found_where_there_is_none(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a run already"):
        create(run.path, MANIFEST)
    with pytest.raises(InputError, match="is no run"):
        open_run(tmp_path)


def test_what_may_go_on() -> None:
    assert MANIFEST.continues(Manifest("set", "elsewhere", ("null", "held"), "q", "d", note="again"))
    assert not MANIFEST.continues(Manifest("set", "set.jsonl", ("null", "held"), "q", "other"))
    assert not MANIFEST.continues(Manifest("set", "set.jsonl", ("null", "held"), "q", "d", llm="openai:x"))


def test_fingerprints_do_not_depend_on_order() -> None:
    assert fingerprint.fingerprint_questions([HELD, NULL]) == fingerprint.fingerprint_questions([NULL, HELD])
    assert fingerprint.fingerprint_questions([HELD, NULL]) != fingerprint.fingerprint_questions([HELD, VERDICT])
