"""The regression gate: floors for the measures of a set, tied to the fingerprint of questions and articles."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from eval.measures.measure_catalogue import MEASURES
from eval.statistics import Estimate

# The gate asks whether something broke, not whether something moved: a floor lies this far below what was measured.
SLACK = 0.02
SLACK_OF_CLAIMS = 0.01  # Rules are deterministic, so these move only where the rules do.
GATED = (
    "nDCG@10", "R@10", "Success@1", "AllGold@10", "correct", "refusal precision", "refusal recall", "false refusals", "cautions",
    "citation precision", "citation recall", "claims supported", "verbatim quotes", "failed",
)  # fmt: skip
GATED_CLAIMS = ("false alarms", "caught of kinds known to rules")
GATED_EVIDENCE = ("all gold in the prompt by rules", "all gold in the prompt by plans")
_CEILINGS = frozenset({"false alarms"})  # Measures of claims are not in `MEASURES`.


@dataclass(frozen=True, slots=True)
class Floors:
    """Hold what a set must reach.

    Attributes:
        question_fingerprint: Of the questions that the floors were measured on.
        data_fingerprint: Of the articles.
        limits: By measure; a floor, or a ceiling where less is better.
    """

    question_fingerprint: str
    data_fingerprint: str
    limits: Mapping[str, float]


def read_floors(path: Path, set_name: str) -> Floors | None:
    """Return the floors of a set, or None when it has none.

    Raises:
        InputError: The file is there but cannot be read.
    """
    if not path.is_file():
        return None
    try:
        entry = json.loads(path.read_text("utf-8")).get(set_name)
        return Floors(**entry) if entry else None
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path} cannot be read ({error}). Restore it, or write it again: --update") from error


def find_failures(floors: Floors, figures: Mapping[str, Estimate]) -> list[str]:
    """Return a sentence for each measure that misses its limit or is no longer measured."""
    failures = []
    for name, limit in floors.limits.items():
        figure = figures.get(name)
        if figure is None:
            failures.append(f"{name}: not measured any more (limit {limit:.3f})")
        elif _is_worse(name, figure.mean, limit):
            failures.append(f"{name}: {figure.mean:.3f}, limit {limit:.3f}")
    return failures


def measure_limits(figures: Mapping[str, Estimate]) -> dict[str, float]:
    """Return limits a little worse than what was measured."""
    limits = {}
    for name in (*GATED, *GATED_CLAIMS, *GATED_EVIDENCE):
        if name in figures:
            slack = SLACK_OF_CLAIMS if name in GATED_CLAIMS else SLACK
            step = slack if _is_lower_better(name) else -slack
            # The slack absorbs differences between processors and library versions, which move single questions.
            limits[name] = round(min(1.0, max(0.0, figures[name].mean + step)), 3)
    return limits


def find_lowered(old: Floors, new: Mapping[str, float]) -> list[str]:
    """Return a sentence for each limit that would get easier, or go."""
    return [
        f"{name}: {limit:.3f} -> {new[name]:.3f}" if name in new else f"{name}: {limit:.3f} -> none"
        for name, limit in old.limits.items()
        if name not in new or _is_worse(name, new[name], limit)
    ]


def write_floors(path: Path, set_name: str, floors: Floors, lower: bool = False) -> None:
    """Write the floors of a set into the gate's file, keeping those of other sets.

    Raises:
        InputError: A limit would get easier and `lower` is not set.
    """
    old = read_floors(path, set_name)
    if old and not lower and (easier := find_lowered(old, floors.limits)):
        raise InputError(f"These limits would get easier: {'; '.join(easier)}. Add --lower if that is intended.")
    content: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    content[set_name] = {
        "question_fingerprint": floors.question_fingerprint,
        "data_fingerprint": floors.data_fingerprint,
        "limits": dict(floors.limits),
    }
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def _is_lower_better(name: str) -> bool:
    """Return whether less of a measure is better."""
    return name in _CEILINGS or (name in MEASURES and MEASURES[name].rising is False)


def _is_worse(name: str, value: float, limit: float) -> bool:
    # Limits are written with three digits, so a value equal to one must not fail by its last bits.
    return value > limit + 1e-9 if _is_lower_better(name) else value < limit - 1e-9
