"""Counts over time: which unit is taken, that the periods leave no gap, and that nothing is lost."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from rag.text.dates.histogram import count_periods


@pytest.mark.parametrize(
    ("first", "last", "count", "label"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), 1, "1 March 2024"),
        (date(2024, 1, 31), date(2024, 3, 1), 31, "31 January 2024"),
        (date(2020, 2, 29), date(2021, 12, 31), 23, "February 2020"),
        (date(2010, 3, 1), date(2024, 12, 31), 60, "January to March 2010"),
        (date(1960, 5, 1), date(2024, 1, 1), 65, "1960"),
        (date(1654, 5, 1), date(2024, 1, 1), 38, "1650–1659"),
        (date(1, 1, 1), date(9999, 12, 31), 10, "1–999"),
    ],
)
def test_the_shortest_unit_that_fits_is_taken(first: date, last: date, count: int, label: str) -> None:
    found = count_periods({first: 2, last: 3} if first != last else {first: 5})
    assert (len(found), found[0].label) == (count, label)
    assert sum(bar.count for bar in found) == 5
    assert found[0].first <= first
    assert found[-1].last >= last - timedelta(days=1)
    assert all(a.last + timedelta(days=1) == b.first for a, b in pairwise(found))


def test_nothing_gives_no_bars() -> None:
    assert count_periods({}) == []
