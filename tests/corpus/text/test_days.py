"""Days of filters: what people write, and what is written for them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from corpus.errors import InputError
from corpus.text.days import DayStyle, format_day, format_published, is_day, parse_period, parse_published, parse_time

SEVENTH = datetime(2017, 9, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected", "bare"),
    [
        ("2017-09-07", SEVENTH, True),
        (" 20170907\n", SEVENTH, True),
        ("2017-09-07T18:00", SEVENTH + timedelta(hours=18), False),
        ("2017-09-07T18:00+02:00", SEVENTH + timedelta(hours=16), False),
        ("2017-09-07 18:00Z", SEVENTH + timedelta(hours=18), False),
    ],
)
def test_a_day_or_an_instant_is_read_in_utc(text: str, expected: datetime, bare: bool) -> None:
    assert (parse_time(text), is_day(text)) == (expected, bare)


@pytest.mark.parametrize("text", ["", "soon", "2017-13-01", "1599-12-31", "9999-12-31", "0001-01-01T00:00+23:59"])
def test_what_is_not_a_date_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(InputError, match="write it as 2017-09-01"):
        parse_time(text)


def test_the_last_day_of_a_period_belongs_to_it_and_its_last_instant_does_not() -> None:
    assert parse_period(None, None) == (None, None)
    assert parse_period("2017-09-07", "2017-09-07") == (SEVENTH, SEVENTH + timedelta(days=1))
    assert parse_period(None, "2017-09-07T18:00") == (None, SEVENTH + timedelta(hours=18))


@pytest.mark.parametrize(
    ("style", "written"), [("long", "7 September 2017"), ("short", "7 Sep 2017"), ("iso", "2017-09-07")]
)
def test_a_day_is_written_for_prose_for_small_places_and_for_tables(style: DayStyle, written: str) -> None:
    assert format_day(SEVENTH + timedelta(hours=23), style) == written
    assert format_day(date(2017, 9, 7), style) == written
    assert format_day(datetime(2017, 9, 7, 23, tzinfo=timezone(timedelta(hours=-5))), style) == written
    assert (format_day(None, style), format_day(None, style, unknown="?")) == ("undated", "?")


@pytest.mark.parametrize(
    ("typed", "expected", "written"),
    [
        ("2017-09-07", SEVENTH, "2017-09-07"),
        ("7 September 2017", SEVENTH, "2017-09-07"),
        ("2017-09-07T18:00Z", SEVENTH + timedelta(hours=18), "2017-09-07 18:00 UTC"),
        ("2017-09-07 18:00 +02:00", SEVENTH + timedelta(hours=16), "2017-09-07 18:00+02:00"),
        ("2017-09-06 22:00:05.5-08:00", SEVENTH + timedelta(hours=6, seconds=5), "2017-09-06 22:00:05-08:00"),
        (" ", None, ""),
    ],
)
def test_a_date_of_publication_is_written_as_it_is_read(typed: str, expected: datetime | None, written: str) -> None:
    found = parse_published(typed)
    assert (found, format_published(found), parse_published(written)) == (expected, written, expected)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("yesterday", "is not a date; write it as 2017-09-01 or 2017-09-01 18:00"),
        ("1599-12-31", "is not a date"),
        ("2017-09-07 18:00", "has no zone"),
        ("2017-09-09", "lies in the future"),
    ],
)
def test_a_date_of_publication_has_its_zone_and_lies_in_the_past(typed: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_published(typed, now=SEVENTH + timedelta(hours=23))
    assert parse_published("2017-09-08", now=SEVENTH + timedelta(hours=1)) == SEVENTH + timedelta(days=1)
