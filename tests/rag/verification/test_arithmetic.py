from datetime import date

import pytest

from rag.text.dates.date_mentions import find_moments
from rag.text.figures import find_figures
from rag.verification.arithmetic import follows_from, gives_value, shift_dates


def gives(text: str, claim: str, strict: bool = True) -> bool:
    (given,), (claimed,) = find_figures(text, "en"), find_figures(claim, "en")
    return gives_value(given, claimed, strict)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("147 million users", "about 150 million users"),
        ("147,600 users", "148,000 users"),
        ("4,200 died", "more than 4,000 died"),
        ("72 hours", "3 days"),
        ("14 miles", "22.5 kilometres"),
        ("a dozen boats", "12 boats"),
        ("aged 29", "29 years"),
    ],
)
def test_the_same_or_a_rounded_value_is_given(text: str, claim: str) -> None:
    assert gives(text, claim)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("182 million users", "200 million users"),
        ("147 million users", "147 billion users"),
        ("6,000 died", "more than 4,000 died"),
        ("3,900 died", "more than 4,000 died"),
        ("12 boats", "12 dollars"),
        ("12 kroner", "12 dollars"),
        ("3 percentage points", "3 percent"),
        ("900 euros a month", "900 euros a year"),
    ],
)
def test_another_value_unit_or_rate_is_not_given(text: str, claim: str) -> None:
    assert not gives(text, claim)


def test_a_missing_unit_gives_any_only_across_languages() -> None:
    assert gives("12 boats", "12 dollars", strict=False)


def follows(claim: str, text: str) -> bool:
    (claimed,) = find_figures(claim, "en")
    return follows_from(claimed, find_figures(text, "en"), find_moments(text, None, "en"))


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("8 million euros more", "38 million euros, after 30 million euros"),
        ("68 million euros together", "38 million euros, after 30 million euros"),
        ("62 percent", "89 of 144 delegations"),
        ("27 percent more", "38 million, after 30 million"),
        ("40 percent were against", "60 percent were for it"),
        ("15 million euros", "0.5 percent of 3 billion euros"),
        ("twice as many: 84 boats", "42 boats"),
        ("three years", "from 1 May 2011 to 1 May 2014"),
        ("31 days", "from 1 May 2014 to 1 June 2014"),
        ("two months", "from May 2014 to July 2014"),
    ],
)
def test_plain_arithmetic_and_the_calendar_are_followed(claim: str, text: str) -> None:
    assert follows(claim, text)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("9 million euros more", "38 million euros, after 30 million euros"),
        ("68 million euros together", "38 million euros, after 30 million kroner"),
        ("five years", "from 1 May 2011 to 1 May 2014"),
        ("31 days", "from May 2014 to June 2014"),
        ("two months", "from 2014 to 2015"),
    ],
)
def test_what_does_not_follow_is_not_accepted(claim: str, text: str) -> None:
    assert not follows(claim, text)


def test_of_many_figures_nothing_follows_since_some_two_give_almost_anything() -> None:
    many = ", ".join(f"{n * n + 100} boats" for n in range(13))
    assert follows("201 boats", "100 boats and 101 boats")
    assert not follows("201 boats", many)


def test_a_date_is_shifted_both_ways_by_each_time() -> None:
    moments, times = find_moments("on 1 May 2014", None, "en"), find_figures("two weeks", "en")
    assert set(shift_dates(moments, times)) == {date(2014, 4, 17), date(2014, 5, 15)}


def test_a_time_out_of_the_calendar_shifts_nothing() -> None:
    assert list(shift_dates(find_moments("on 1 May 2014", None, "en"), find_figures("9 million years", "en"))) == []
