"""The summary of a run: each measure as a mean with its interval, over all questions and by type; latency by stage."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from eval.measures.measure_catalogue import MEASURES
from eval.measures.scoring import Scores
from eval.question_result import Outcome
from eval.statistics import Estimate, estimate_mean

ALL = "all"


@dataclass(frozen=True, slots=True)
class Latency:
    """Hold the median and the 95th percentile of a stage in milliseconds, and over how many questions."""

    p50: float
    p95: float
    n: int


@dataclass(frozen=True, slots=True)
class StageCost:
    """Hold what a stage that asks a model cost: how many requests, and the tokens of all of them."""

    requests: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Hold the figures of a run.

    Attributes:
        questions: How many questions there are, by type and under "all".
        figures: By type (and "all"), then by measure; a measure that is defined for no question is left out.
        latency: By stage.
        costs: By stage, for those that asked a model.
    """

    questions: Mapping[str, int]
    figures: Mapping[str, Mapping[str, Estimate]]
    latency: Mapping[str, Latency]
    costs: Mapping[str, StageCost] = field(default_factory=dict)

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values, figures rounded to five places."""
        return {
            "questions": dict(self.questions),
            "figures": {
                kind: {name: _round(asdict(figure)) for name, figure in figures.items()}
                for kind, figures in self.figures.items()
            },
            "costs": {stage: asdict(cost) for stage, cost in self.costs.items()},
            "latency_ms": {stage: _round(asdict(latency)) for stage, latency in self.latency.items()},
        }


def summarise(outcomes: Sequence[Outcome], scores: Scores) -> RunSummary:
    """Return the figures of the outcomes from their scores."""
    types: dict[str, list[str]] = {ALL: []}
    for outcome in outcomes:
        types[ALL].append(outcome.question.id)
        types.setdefault(outcome.question.type or "untyped", []).append(outcome.question.id)
    return RunSummary(
        questions={kind: len(ids) for kind, ids in types.items()},
        figures={kind: estimate_measures([scores[key] for key in ids]) for kind, ids in types.items()},
        latency=latencies(outcomes),
        costs=add_costs(outcomes),
    )


def estimate_measures(rows: Sequence[Mapping[str, float]]) -> dict[str, Estimate]:
    """Return each measure's estimate over the questions for which it is defined, in the order of the catalogue."""
    values = {name: [row[name] for row in rows if name in row] for name in MEASURES}
    return {name: estimate_mean(given) for name, given in values.items() if given}


def latencies(outcomes: Iterable[Outcome]) -> dict[str, Latency]:
    """Return the latency of each stage, as the answer states it ("answer: ...") and as measured from outside."""
    stages: dict[str, list[float]] = {}
    for outcome in outcomes:
        inside = (outcome.answer or {}).get("timings_ms", {})
        named = {f"answer: {stage}": ms for stage, ms in inside.items()}
        for stage, ms in (dict(outcome.timings_ms) | named).items():
            stages.setdefault(stage, []).append(float(ms))
    return {
        stage: Latency(float(np.percentile(ms, 50)), float(np.percentile(ms, 95)), len(ms))
        for stage, ms in stages.items()
    }


def add_costs(outcomes: Iterable[Outcome]) -> dict[str, StageCost]:
    """Return the requests and tokens of each stage, summed over the outcomes."""
    spent: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for stage, usage in (outcome.answer or {}).get("stages", {}).items():
            spent.setdefault(stage, Counter()).update(usage)
    return {
        stage: StageCost(sums["requests"], sums["input_tokens"], sums["output_tokens"]) for stage, sums in spent.items()
    }


def summary_from_record(record: Mapping[str, Any]) -> RunSummary:
    """Return the summary that `RunSummary.to_record` wrote."""
    return RunSummary(
        questions=record["questions"],
        figures={
            kind: {name: Estimate(**figure) for name, figure in figures.items()}
            for kind, figures in record["figures"].items()
        },
        latency={stage: Latency(**latency) for stage, latency in record["latency_ms"].items()},
        costs={stage: StageCost(**cost) for stage, cost in record.get("costs", {}).items()},
    )


def _round(values: Mapping[str, float]) -> dict[str, float]:
    return {key: round(value, 5) for key, value in values.items()}
