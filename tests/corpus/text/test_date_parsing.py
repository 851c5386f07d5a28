"""Dates: read with their offset, or not known; never guessed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text.date_parsing import has_zone, parse_instant

DAY = datetime(2015, 12, 16, tzinfo=UTC)
TEN = DAY.replace(hour=10)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015-12-16", DAY),
        ("20151216", DAY),
        ("2015-12-16T10:00:00Z", TEN),
        ("2015-12-16T12:00:00.123456789+02:00", TEN.replace(microsecond=123456)),
        ("2015-12-16 10:00:00 +0000", TEN),
        ("2015-12-16 10:00:00 UTC", TEN),
        ("20151216T100000Z", TEN),
        ("20151216T0500-0500", TEN),
        ("Wed, 16 Dec 2015 10:00:00 GMT", TEN),
        ("Wed, 16 Dec 2015 05:00:00 -0500", TEN),
        ("16 Dec 15 05:00 EST", TEN),
        (1450260000, TEN),
        (1450260000.0, TEN),
        (1450260000000, TEN),
        ("1450260000", TEN),
        (date(2015, 12, 16), DAY),
        (datetime(2015, 12, 16, 10), TEN),
        ("16 December 2015", DAY),
        ("Dec. 16, 2015 5:00 a.m. EST", TEN),
        ("Wednesday, December 16, 2015 at 10:00 AM", TEN),
        ("16. Dezember 2015", DAY),
        ("16 décembre 2015", DAY),
        ("16 de diciembre de 2015", DAY),
        ("16 декабря 2015 г.", DAY),
        ("2015年12月16日", DAY),
        ("١٦ ديسمبر ٢٠١٥", DAY),
        ("12/16/2015", DAY),
        ("16/12/2015", DAY),
        ("4/4/2017", datetime(2017, 4, 4, tzinfo=UTC)),
        ("16.12.2015 10:00", TEN),
        ("1890-05-03", datetime(1890, 5, 3, tzinfo=UTC)),
        ("3 May 1890", datetime(1890, 5, 3, tzinfo=UTC)),
    ],
)
def test_dates_that_are_stated(value: object, expected: datetime) -> None:
    assert parse_instant(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("", "March", "2017", "2017-03", "March 2017", "May 5", "Monday", "yesterday", "3 days ago", "10:30", "now"),
        *("03/04/2017", "3-4-2017", "2090-01-01", "3 May 2090", "0000-00-00", "2015-13-45", "1599-12-31", "12.2015"),
        *(2017, 20170301, 5, -1, True, None, float("nan"), float("inf"), 10**30, [], {}, "x" * 1000, "\ud800"),
    ],
)
def test_dates_that_are_not_known(value: object) -> None:
    assert parse_instant(value) is None


def test_two_days_ahead_is_the_most() -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC)
    assert parse_instant("2020-01-02T23:00:00Z", now) == now + timedelta(hours=47)
    assert parse_instant("2020-01-03T01:00:00Z", now) is None


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789 -/:.,TZ+adeimrMJD年月日", max_size=70) | st.text(max_size=70))
def test_any_text_gives_a_date_in_utc_or_none(text: str) -> None:
    found = parse_instant(text)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2023-12-31T22:30:00-08:00", "2023-12-31T22:30:00-08:00"),
        ("Sun, 31 Dec 2023 22:30:00 -0800", "2023-12-31T22:30:00-08:00"),
        ("2023-12-31T22:30:00Z", "2023-12-31T22:30:00+00:00"),
        ("2023-12-31T22:30:00", "2023-12-31T22:30:00+00:00"),
        ("2023-12-31", "2023-12-31T00:00:00+00:00"),
    ],
)
def test_a_date_keeps_its_offset(given: str, expected: str) -> None:
    found = parse_instant(given)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    ("given", "zoned"),
    [
        ("2023-12-31T22:30:00-08:00", True),
        ("2023-12-31T22:30:00Z", True),
        ("2023-12-31T22:30:00", False),
        ("2023-12-31", False),
        ("Sun, 31 Dec 2023 22:30:00 -0800", True),
        ("31 December 2023", False),
        (1704061800, True),
    ],
)
def test_a_zone_is_one_that_is_stated(given: object, zoned: bool) -> None:
    assert has_zone(given) == zoned
