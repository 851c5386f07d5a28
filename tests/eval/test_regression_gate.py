from pathlib import Path

import pytest

from corpus.errors import InputError
from eval.regression_gate import Floors, find_failures, measure_limits, read_floors, write_floors
from eval.statistics import Estimate


def figures(correct: float, refused: float) -> dict[str, Estimate]:
    return {
        "correct": Estimate(correct, 0, 1, 9),
        "false refusals": Estimate(refused, 0, 1, 9),
        "words": Estimate(30, 1, 90, 9),
    }


def test_limits_lie_a_little_below_and_ceilings_above() -> None:
    assert measure_limits(figures(0.8, 0.1)) == {"correct": 0.78, "false refusals": 0.12}
    assert measure_limits(figures(0.01, 0.99)) == {"correct": 0.0, "false refusals": 1.0}


def test_what_misses_its_limit_is_named() -> None:
    floors = Floors("q", "d", {"correct": 0.78, "false refusals": 0.12, "R@10": 0.9})
    assert find_failures(floors, figures(0.78, 0.12)) == ["R@10: not measured any more (limit 0.900)"]
    assert find_failures(floors, figures(0.77, 0.13) | {"R@10": Estimate(0.9, 0, 1, 9)}) == [
        "correct: 0.770, limit 0.780",
        "false refusals: 0.130, limit 0.120",
    ]


def test_limits_get_easier_only_when_told(tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    write_floors(file, "starter", Floors("q", "d", {"correct": 0.8, "false refusals": 0.1}))
    write_floors(file, "other", Floors("q2", "d2", {"correct": 0.5}))
    with pytest.raises(InputError, match=r"correct: 0.800 -> 0.700; false refusals: 0.100 -> none"):
        write_floors(file, "starter", Floors("q", "d", {"correct": 0.7}))
    write_floors(file, "starter", Floors("q", "d", {"correct": 0.9, "false refusals": 0.05}))
    write_floors(file, "starter", Floors("q", "d", {"correct": 0.7}), lower=True)
    assert read_floors(file, "starter") == Floors("q", "d", {"correct": 0.7})
    assert read_floors(file, "other") == Floors("q2", "d2", {"correct": 0.5})
    assert read_floors(file, "third") is None


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "gate.json").write_text("[]")
    with pytest.raises(InputError, match="cannot be read"):
        read_floors(tmp_path / "gate.json", "starter")
    assert read_floors(tmp_path / "none.json", "starter") is None
