"""Filters as they are written: days, instants, outlets."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError
from rag.model import Filters
from rag.question.filter_values import LONGEST_NAME, read_filters


def test_a_last_day_is_meant_whole_and_a_last_instant_as_it_is() -> None:
    assert read_filters("2017-09-01", "2017-09-07", ["Coast Wire"]) == Filters(
        datetime(2017, 9, 1, tzinfo=UTC), datetime(2017, 9, 8, tzinfo=UTC), ("Coast Wire",)
    )
    assert read_filters(until="2017-09-07T18:00+02:00") == Filters(until=datetime(2017, 9, 7, 16, tzinfo=UTC))


def test_nothing_written_leaves_it_to_the_question() -> None:
    assert read_filters() is None
    assert read_filters(" ", "\u200b", ["\udcff", " "]) is None
    assert read_filters(outlets=["Coast\udcff  Wire"]) == Filters(outlets=("Coast Wire",))
    assert read_filters(None, None, "Coast Wire", "", None, "Bridges", "anna") == Filters(
        outlets=("Coast Wire",), collections=("Bridges",), owner="anna"
    )


@pytest.mark.parametrize("text", ["last week", "2017-13-01", "0001-01-01", "9999-12-31", "0001-01-01T00:00+23:59", "٣"])
def test_what_is_no_date_is_said(text: str) -> None:
    with pytest.raises(InputError, match=r"is not a date; write it as 2017-09-01"):
        read_filters(until=text)


@given(st.text(), st.text(), st.lists(st.text()))
def test_any_text_gives_filters_or_a_reason(since: str, until: str, outlets: list[str]) -> None:
    try:
        found = read_filters(since, until, outlets)
    except InputError as error:
        found = None
        str(error).encode()
    assert found is None or all(outlet.strip() for outlet in found.outlets)


@pytest.mark.parametrize("place", range(4))
def test_a_name_that_is_too_long_is_refused(place: int) -> None:
    def read(length: int) -> Filters | None:
        outlets, authors, sections, collections = (["x" * length] if n == place else [] for n in range(4))
        return read_filters(None, None, outlets, authors, sections, collections)

    assert read(LONGEST_NAME)
    with pytest.raises(InputError, match=r"a name of 1,000,000 characters cannot be searched for"):
        read(1_000_000)
