"""What a search is narrowed to: read from the form, told in words."""

from datetime import UTC, datetime

import pytest

from corpus.errors import NewsdeskError
from rag.model import Filters
from web.filters.filter_bar import describe_filters, parse_filters


def test_the_form_is_read_to_the_end_of_its_last_day() -> None:
    data = {"since": "2017-09-01", "until": "2017-09-30", "outlets": ["A <b>"], "languages": [], "feeds": "x"}
    found = parse_filters(data)
    assert found == Filters(datetime(2017, 9, 1, tzinfo=UTC), datetime(2017, 10, 1, tzinfo=UTC), ("A <b>",))
    assert describe_filters(found) == "A <b> · 1 Sep 2017 – 30 Sep 2017"
    assert parse_filters({}) == Filters()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"since": "2017-09-01"}, "Any outlet · since 1 Sep 2017"),
        ({"until": "2017-09-01"}, "Any outlet · until 1 Sep 2017"),
        ({"since": "2017-09-01", "until": "2017-09-01"}, "Any outlet · 1 Sep 2017"),
        ({"outlets": ["A", "B"], "languages": ["de"]}, "2 outlets · Any time · German"),
        ({}, "Any outlet · Any time"),
    ],
)
def test_it_is_told_in_few_words(data: dict[str, object], told: str) -> None:
    assert describe_filters(parse_filters(data)) == told


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"since": "2017-09-02", "until": "2017-09-01"}, "2017-09-01 lies before 2017-09-02"),
        ({"since": "soon"}, "'soon' is not a date"),
        ({"authors": ["x" * 100_000]}, "a name of 100,000 characters cannot be searched for"),
        ({"sections": [str(n) for n in range(5_000)]}, "5,000 names of one kind were chosen; choose at most 200"),
    ],
)
def test_what_makes_no_sense_or_is_too_much_is_refused(data: dict[str, object], reason: str) -> None:
    with pytest.raises(NewsdeskError, match=reason):
        parse_filters(data)
