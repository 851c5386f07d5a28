"""How sure a figure is: bootstrap intervals and the paired permutation test, both with a fixed seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2_000
PERMUTATIONS = 10_000
_EXACT_UP_TO = 13  # 2 ** 13 sign patterns are fewer than PERMUTATIONS, so all are tried.


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold a mean with its 95 % bootstrap interval.

    Attributes:
        mean: Mean over the questions.
        low: Lower end of the interval.
        high: Upper end.
        n: How many questions the measure is defined for.
    """

    mean: float
    low: float
    high: float
    n: int


def estimate_mean(values: Sequence[float]) -> Estimate:
    """Return the mean of at least one value with its 95 % percentile bootstrap interval, 2,000 resamples."""
    data = np.asarray(values, dtype=np.float64)
    # Every resample of equal values has the same mean, and rounding must not widen the interval.
    if data.min() == data.max():
        return Estimate(float(data[0]), float(data[0]), float(data[0]), len(data))
    means = _weights(len(data)) @ data
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(data.mean()), float(low), float(high), len(data))


def permutation_p(differences: Sequence[float]) -> float:
    """Return the two-sided p-value that paired differences have mean zero, by flipping their signs.

    All sign patterns are tried for up to 13 differences that are not zero, else 10,000 random ones, the given one
    counted among them (so that p is never 0).
    """
    data = np.asarray([value for value in differences if value], dtype=np.float64)
    if not len(data):
        return 1.0
    observed = abs(data.sum())
    sums = np.abs(_signs(len(data)) @ data)
    # Sums of the same terms in another order differ in the last bits.
    extreme = int((sums >= observed - 1e-9 * max(1.0, observed)).sum())
    if len(data) <= _EXACT_UP_TO:
        return extreme / len(sums)
    return (extreme + 1) / (len(sums) + 1)


@lru_cache(maxsize=6)  # of up to 21 MB at 1,324 questions
def _weights(n: int) -> Floats:
    # A fixed seed: the same outcomes must give the same report.
    counts = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    weights: Floats = counts / n
    return weights


def _signs(n: int) -> Floats:
    # Up to 13 differences, all 8,192 patterns are fewer than the random ones would be.
    if n <= _EXACT_UP_TO:
        patterns = np.arange(2**n)[:, None] >> np.arange(n) & 1
    else:
        patterns = np.random.default_rng(0).integers(0, 2, size=(PERMUTATIONS, n))
    signs: Floats = (patterns * 2 - 1).astype(np.float64)
    return signs
