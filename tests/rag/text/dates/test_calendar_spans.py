from datetime import UTC, datetime

import pytest

from rag.text.dates.calendar_spans import (
    Span,
    count_back,
    intersect,
    make_current_span,
    make_months_span,
    make_season_span,
    make_weekday_span,
)

NOW = datetime(2024, 5, 15, 12, 30, tzinfo=UTC)  # A Wednesday.


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "shift", "since", "until"),
    [
        ("day", -1, at(2024, 5, 14), at(2024, 5, 15)),
        ("week", 0, at(2024, 5, 13), at(2024, 5, 20)),
        ("week", -1, at(2024, 5, 6), at(2024, 5, 13)),
        ("weekend", -1, at(2024, 5, 11), at(2024, 5, 13)),
        ("month", -5, at(2023, 12, 1), at(2024, 1, 1)),
        ("quarter", -1, at(2024, 1, 1), at(2024, 4, 1)),
        ("quarter", -2, at(2023, 10, 1), at(2024, 1, 1)),
        ("year", -1, at(2023, 1, 1), at(2024, 1, 1)),
        ("decade", 0, at(2020, 1, 1), at(2030, 1, 1)),
    ],
)
def test_units_are_counted_from_now(unit: str, shift: int, since: datetime, until: datetime) -> None:
    assert make_current_span(unit, NOW, shift) == Span(since, until)


def test_going_back_keeps_the_day_where_the_month_has_it() -> None:
    assert count_back(3, "day", NOW) == at(2024, 5, 12, 12, 30)
    assert count_back(1, "month", at(2024, 3, 31)) == at(2024, 2, 29)
    assert count_back(5000, "year", NOW) is None


def test_winter_runs_over_the_end_of_the_year() -> None:
    assert make_season_span("winter", 2019) == Span(at(2019, 12, 1), at(2020, 3, 1))


def test_a_month_before_the_calendar_begins_is_none() -> None:
    assert make_months_span(0, 5) is None
    assert make_months_span(9999, 12) is None


def test_the_end_of_a_year_is_its_last_sixth() -> None:
    end = intersect(make_months_span(2021, 1, 12), "end")
    assert end == Span(at(2021, 11, 1), at(2022, 1, 1))


def test_a_weekday_is_the_latest_one() -> None:
    assert make_weekday_span(2, NOW) == Span(at(2024, 5, 15), at(2024, 5, 16))
    assert make_weekday_span(2, NOW, previous=True) == Span(at(2024, 5, 8), at(2024, 5, 9))
    assert make_weekday_span(3, NOW) == Span(at(2024, 5, 9), at(2024, 5, 10))
