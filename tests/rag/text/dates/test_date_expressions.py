from datetime import UTC, datetime

import pytest

from rag.text.dates.calendar_spans import Span
from rag.text.dates.date_expressions import find_dates

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)


def test_the_most_exact_form_takes_the_words() -> None:
    (found,) = find_dates("He left on 3 May 2023.", NOW)
    assert (found.form, found.start, found.end) == ("day", 11, 21)
    assert found.span == Span(datetime(2023, 5, 3, tzinfo=UTC), datetime(2023, 5, 4, tzinfo=UTC))


def test_a_date_without_a_year_is_never_ahead_of_now() -> None:
    assert [d.span.since for d in find_dates("on 16 May, and on 15 May", NOW)] == [
        datetime(2023, 5, 16, tzinfo=UTC),
        datetime(2024, 5, 15, tzinfo=UTC),
    ]


def test_counted_dates_know_their_unit() -> None:
    assert [(d.form, d.unit, d.relative) for d in find_dates("last month, a week ago, in 2016", NOW)] == [
        ("calendar", "month", True),
        ("ago", "week", True),
        ("year", "day", False),
    ]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("on 25/12/2017", (2017, 12, 25), (2017, 12, 26)),
        ("on 7/9/2017", (2017, 7, 9), (2017, 9, 8)),
        ("in mid-March 2018", (2018, 3, 11), (2018, 3, 21)),
    ],
)
def test_slashes_and_parts_of_months(text: str, since: tuple[int, int, int], until: tuple[int, int, int]) -> None:
    (found,) = find_dates(text, datetime(2020, 1, 1, tzinfo=UTC))
    assert (found.span.since, found.span.until) == (datetime(*since, tzinfo=UTC), datetime(*until, tzinfo=UTC))
