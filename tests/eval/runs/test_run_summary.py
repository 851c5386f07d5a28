from dataclasses import replace

import pytest

from eval.measures import score
from eval.reports.markdown_tables import cost_rows
from eval.runs.run_summary import StageCost, summarise, summary_from_record
from eval.statistics import Estimate
from tests.eval.records import HELD, NULL, VERDICT, answer, outcome

OUTCOMES = [
    outcome(HELD, answer("3 billion", ["b#0"])),
    outcome(VERDICT, answer("", status="not_found")),
    outcome(NULL, answer("", status="not_found")),
]


def test_figures_by_type_and_over_all() -> None:
    summary = summarise(OUTCOMES, score(OUTCOMES))
    assert summary.questions == {"all": 3, "number": 1, "comparison": 1, "null": 1}
    every = summary.figures["all"]
    assert every["correct"].mean == pytest.approx(2 / 3)
    assert every["correct"].n == 3
    assert (every["refusal precision"].mean, every["refusal precision"].n) == (0.5, 2)
    assert every["refusal recall"] == Estimate(1.0, 1.0, 1.0, 1)
    assert every["false refusals"].mean == 0.5
    assert "correct" in summary.figures["null"]
    assert "yes/no" not in summary.figures["null"]


def test_latency_by_stage() -> None:
    summary = summarise(OUTCOMES, score(OUTCOMES))
    assert summary.latency["answer: retrieve"].p50 == 2.0
    assert summary.latency["answer: retrieve"].n == 3


def test_requests_and_tokens_are_summed_by_stage() -> None:
    spent = {
        "plan": {"requests": 1, "input_tokens": 300, "output_tokens": 60, "total_tokens": 360},
        "write": {"requests": 1},
    }
    outcomes = [replace(one, answer={**(one.answer or {}), "stages": spent}) for one in OUTCOMES]
    summary = summarise(outcomes, score(outcomes))
    assert summary.costs == {"plan": StageCost(3, 900, 180), "write": StageCost(3, 0, 0)}
    assert cost_rows(summary)[0] == ["plan", "3", "900", "180", "", ""]
    assert summary_from_record(summary.to_record()).costs == summary.costs
    assert summarise(OUTCOMES, score(OUTCOMES)).costs == {}


def test_a_summary_comes_back_as_it_was() -> None:
    record = summarise(OUTCOMES, score(OUTCOMES)).to_record()
    assert summary_from_record(record).to_record() == record
