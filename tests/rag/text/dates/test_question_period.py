from datetime import UTC, datetime

import pytest

from rag.text.dates.question_period import find_periods

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)  # A Wednesday.


def day(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("in March 2018", "2018-03-01", "2018-04-01"),
        ("on 7 October 2023?", "2023-10-07", "2023-10-08"),
        ("What happened on October 7?", "2023-10-07", "2023-10-08"),
        ("the attack of Sept. 11, 2001", "2001-09-11", "2001-09-12"),
        ("on 29 February", "2024-02-29", "2024-03-01"),
        ("at 2023-12-12T22:38:05+00:00 and", "2023-12-12", "2023-12-13"),
        ("in 2016", "2016-01-01", "2017-01-01"),
        ("Q3 2021", "2021-07-01", "2021-10-01"),
        ("the first half of 2021", "2021-01-01", "2021-07-01"),
        ("the 1990s", "1990-01-01", "2000-01-01"),
        ("in the summer of 2019", "2019-06-01", "2019-09-01"),
        ("last winter", "2023-12-01", "2024-03-01"),
        ("between May and July 2017", "2017-05-01", "2017-08-01"),
        ("between 7 and 9 October 2023", "2023-10-07", "2023-10-10"),
        ("from 2014 to 2016", "2014-01-01", "2017-01-01"),
        ("2014-2016", "2014-01-01", "2017-01-01"),
        ("before 2016", "", "2016-01-01"),
        ("after March 2018", "2018-04-01", ""),
        ("since 2014", "2014-01-01", ""),
        ("from 2016 onwards", "2016-01-01", ""),
        ("until March 2018", "", "2018-04-01"),
        ("by the end of 2025", "", "2026-01-01"),
        ("as of March 2018, what", "", "2018-04-01"),
        ("It is August 2020. Can", "", "2020-09-01"),
        ("last week", "2024-05-06", "2024-05-13"),
        ("this month", "2024-05-01", "2024-06-01"),
        ("two years ago", "2022-01-01", "2023-01-01"),
        ("last Tuesday", "2024-05-14", ""),
        ("yesterday's news", "2024-05-14", "2024-05-15"),
    ],
)
def test_times_cover_what_the_calendar_says(text: str, since: str, until: str) -> None:
    assert [(p.since, p.until) for p in find_periods(text, NOW)] == [(day(since), day(until))]


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("What did The Verge article published on October 18, 2023, say?", True),
        ("What did the BBC report in March 2018?", True),
        ("Any articles from March 2018?", True),
        ("Summarise yesterday's news", True),
        ("What was announced last week?", True),
        ("As of March 2018, how many users were hit?", True),
        ("What has changed since 2014?", True),
        ("What happened on 16 December 2015?", False),
        ("Who spoke at the December 2015 conference?", False),
        ("Did Yahoo in 2016 say so?", False),
        ("What was said two years ago?", False),
        ("What did he say at his news conference on Monday?", False),
    ],
)
def test_only_words_about_publication_make_it_so(text: str, published: bool) -> None:
    assert [p.published for p in find_periods(text, NOW)] == [published]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It may not march.",
        "It cost $2000.",
        "2000 people",
        "Saturday Night Live",
        "covid-2019",
        "99 weeks",
        "q5 2020",
    ],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert [p.said for p in find_periods(text, NOW) if p.said != "2020"] == []


def test_the_past_days_end_now() -> None:
    (found,) = find_periods("over the past three days", NOW)
    assert (found.since, found.until) == (datetime(2024, 5, 12, 12, tzinfo=UTC), NOW)
    assert found.said == "over the past three days"


def test_two_dates_that_are_no_range_stay_two() -> None:
    assert [p.said for p in find_periods("the article of 3 May 2023 and the one of 4 May 2023", NOW)] == [
        "of 3 May 2023",
        "of 4 May 2023",
    ]
