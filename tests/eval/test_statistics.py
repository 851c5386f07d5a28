import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from eval.statistics import estimate_mean, permutation_p


def test_equal_values_have_no_width() -> None:
    found = estimate_mean([0.5, 0.5, 0.5])
    assert (found.mean, found.low, found.high, found.n) == (0.5, 0.5, 0.5, 3)


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(3).random(300)
    reference = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=9999, rng=1).confidence_interval
    found = estimate_mean(list(values))
    assert found.mean == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=0.003)


def test_all_sign_patterns_by_hand() -> None:
    # Sums of +-1 +-1 +-1: |sum| = 3 in 2 of 8 patterns; zeros do not matter.
    assert permutation_p([1, 1, 1, 0, 0]) == 2 / 8
    # |sum| >= 1 in every pattern.
    assert permutation_p([1, -1, 1]) == 1.0
    assert permutation_p([0.0, 0.0]) == 1.0
    assert permutation_p([]) == 1.0


def test_many_differences_agree_with_scipy() -> None:
    differences = np.random.default_rng(4).normal(0.15, 1.0, 200)
    reference = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=9999, rng=2)
    assert permutation_p(list(differences)) == pytest.approx(float(reference.pvalue), abs=0.01)


def test_p_is_never_zero() -> None:
    assert permutation_p([1.0] * 40) == 1 / 10_001
