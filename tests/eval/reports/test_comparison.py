from pathlib import Path

import pytest

from corpus.errors import InputError
from eval.question_result import Outcome
from eval.reports.comparison import compare_runs, compare_scores, judge_outcome
from eval.reports.markdown_tables import comparison_markdown, interval, short, table
from eval.runs.run_folder import Manifest, RunFolder, create
from eval.statistics import Estimate
from tests.eval.records import HELD, NULL, VERDICT, answer, outcome


def test_changes_by_hand() -> None:
    before = {"a": {"correct": 0.0, "false refusals": 1.0}, "b": {"correct": 1.0}, "c": {"correct": 0.0}}
    after = {
        "a": {"correct": 1.0, "false refusals": 0.0},
        "b": {"correct": 0.0},
        "c": {"correct": 0.0},
        "d": {"correct": 1.0},
    }
    right, refused = compare_scores(before, after)
    assert (right.measure, right.n) == ("correct", 3)
    assert [right.a, right.b] == pytest.approx([1 / 3, 1 / 3])
    assert (right.won, right.lost, right.p) == (("a",), ("b",), 1.0)
    assert (refused.measure, refused.won, refused.lost) == ("false refusals", ("a",), ())


def make_run(path: Path, outcomes: list[Outcome], data: str = "d") -> RunFolder:
    run = create(path, Manifest("s", "s", tuple(o.question.id for o in outcomes), "q", data))
    for each in outcomes:
        run.append(each)
    return run


def test_runs_are_compared_on_the_questions_that_both_asked(tmp_path: Path) -> None:
    a = make_run(tmp_path / "a", [outcome(HELD, answer("no idea")), outcome(NULL, answer("", status="not_found"))])
    b = make_run(tmp_path / "b", [outcome(HELD, answer("3 billion")), outcome(VERDICT, answer("Yes"))], data="other")
    found = compare_runs(a, b)
    correct = next(change for change in found.changes if change.measure == "correct")
    assert (correct.n, correct.won) == (1, ("held",))
    assert found.questions == {"held": "How many accounts?"}
    assert found.warnings[0] == "The two runs used different articles."
    text = comparison_markdown(found)
    assert "| correct | .000 | 1.000 | +1.000 | 1.0000 | 1 | 0 | 1 |" in text
    assert "- held: How many accounts?" in text


def test_nothing_in_common(tmp_path: Path) -> None:
    a, b = make_run(tmp_path / "a", [Outcome(HELD)]), make_run(tmp_path / "b", [Outcome(NULL)])
    with pytest.raises(InputError, match="no question in common"):
        compare_runs(a, b)


def test_verdicts() -> None:
    assert judge_outcome(Outcome(HELD), {"correct": 1.0, "AllGold@10": 0.0}) == "right"
    assert judge_outcome(Outcome(HELD), {"judge: correct": 0.0, "correct": 1.0}) == "wrong"
    assert judge_outcome(Outcome(HELD), {"AllGold@10": 1.0}) == "right"
    assert judge_outcome(Outcome(HELD, error="x"), {}) == "wrong"
    assert judge_outcome(Outcome(HELD), {}) == ""


def test_figures_in_words() -> None:
    assert interval(Estimate(0.87, 0.851, 0.888, 10)) == ".870 [.851, .888]"
    assert interval(Estimate(1.0, 1.0, 1.0, 10)) == "1.000"
    assert interval(None) == ""
    assert short(31.25) == "31.2"
    assert table(["a|b"], [["c"]]) == "| a\\|b |\n| --- |\n| c |"
