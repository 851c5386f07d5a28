from datetime import date

import pytest

from rag.text.dates.date_mentions import find_moments

TUESDAY = date(2010, 3, 23)


def parts(text: str, published: date | None = None) -> list[tuple[int | None, int | None, int | None]]:
    return [(moment.year, moment.month, moment.day) for moment in find_moments(text, published)]


@pytest.mark.parametrize("text", ["Dec. 3, 2015", "3 December 2015", "2015-12-03", "December 3rd, 2015"])
def test_forms_of_a_day_are_one_date(text: str) -> None:
    assert parts(text) == [(2015, 12, 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 22 March", (2010, 3, 22)),
        ("in December", (2009, 12, None)),
        ("on Monday", (2010, 3, 22)),
        ("yesterday", (2010, 3, 22)),
        ("last year", (2009, None, None)),
        ("last month", (2010, 2, None)),
        ("last week", (2010, 3, 15)),
    ],
)
def test_day_of_publication_completes_a_date(text: str, expected: tuple[int, int | None, int | None]) -> None:
    assert parts(text, TUESDAY) == [expected]


def test_words_that_look_like_dates_are_none() -> None:
    assert parts("May said that Business Today may march 2,015 people to 2000 users") == []


def test_range_gives_both_ends() -> None:
    assert parts("from 16 to 18 December 2015") == [(2015, 12, 16), (2015, 12, 18)]


def test_less_said_is_held_and_more_is_not() -> None:
    (day,), (month,), (other,) = (
        find_moments("3 December 2015"),
        find_moments("December 2015"),
        find_moments("4 December 2015"),
    )
    assert day.holds(month)
    assert not month.holds(day)
    assert not day.holds(other)
    (weekday,) = find_moments("Thursday")
    assert day.holds(weekday)
    assert not other.holds(weekday)


def test_slashes_give_a_day_where_only_one_exists() -> None:
    (clear,) = find_moments("It closed on 25/12/2017.")
    assert (clear.year, clear.month, clear.day) == (2017, 12, 25)
    (unclear,) = find_moments("It closed on 7/9/2017.")
    assert (unclear.year, unclear.month, unclear.day) == (2017, None, None)
    (mid,) = find_moments("It closed in mid-March 2018.")
    assert (mid.year, mid.month, mid.day) == (2018, 3, None)
