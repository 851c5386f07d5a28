from datetime import UTC, datetime

import pytest

from rag.text.dates.question_period import find_dates, find_periods

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
        ("on 25/12/2017", "2017-12-25", "2017-12-26"),
        ("on 7/9/2017", "2017-07-09", "2017-09-08"),
        ("in mid-March 2018", "2018-03-11", "2018-03-21"),
        ("in the first week of March 2018", "2018-03-01", "2018-03-08"),
        ("in the 2nd week in March 2018", "2018-03-08", "2018-03-15"),
        ("in the last week of February 2018", "2018-02-22", "2018-03-01"),
        ("in the second half of March 2018", "2018-03-16", "2018-04-01"),
        ("in the fourth week of the trial in March 2018", "2018-03-01", "2018-04-01"),
        ("before 2023", "", "2023-01-01"),
        ("after 2023", "2024-01-01", ""),
        ("between March and May 2018", "2018-03-01", "2018-06-01"),
        ("between December and February 2018", "2017-12-01", "2018-03-01"),
        ("between 31 December and 3 February 2018", "2017-12-31", "2018-02-04"),
        ("from December to February", "2023-12-01", "2024-03-01"),
        ("on 7 and 9 October 2023", "2023-10-07", "2023-10-10"),
        ("this morning", "2024-05-15", "2024-05-16"),
        ("last night", "2024-05-14", ""),
        ("earlier this month", "2024-05-01", "2024-06-01"),
        ("late last year", "2023-09-01", "2024-01-01"),
        ("at the weekend", "2024-05-11", "2024-05-13"),
        ("as of Feb. 27, 2024", "", "2024-02-28"),
        ("in march", "2024-03-01", "2024-04-01"),
        ("on Monday, 3 April 2023", "2023-04-03", "2023-04-04"),
        ("on 16 May", "2023-05-16", "2023-05-17"),
        ("on 15 May", "2024-05-15", "2024-05-16"),
    ],
)
def test_times_cover_what_the_calendar_says(text: str, since: str, until: str) -> None:
    assert [(p.since, p.until) for p in find_periods(text, NOW)] == [(day(since), day(until))]


@pytest.mark.parametrize(
    ("text", "since", "until", "said"),
    [
        ("Was geschah im März 2018?", "2018-03-01", "2018-04-01", "im März 2018"),
        ("Wer trat am 9. Juli 2017 zurück?", "2017-07-09", "2017-07-10", "am 9. Juli 2017"),
        ("im März 2018", "2018-03-01", "2018-04-01", "im März 2018"),
        ("letzte Woche", "2024-05-06", "2024-05-13", "letzte Woche"),
        ("Was wurde gestern beschlossen?", "2024-05-14", "", "gestern"),
        ("Was änderte sich seit März 2018?", "2018-03-01", "", "seit März 2018"),
        ("en mars 2018", "2018-03-01", "2018-04-01", "en mars 2018"),
        ("Que s'est-il passé la semaine dernière ?", "2024-05-06", "2024-05-13", "la semaine dernière"),
        ("Qui a démissionné avant mars 2018 ?", "", "2018-03-01", "avant mars 2018"),
        ("el 9 de julio de 2017", "2017-07-09", "2017-07-10", "el 9 de julio de 2017"),
        ("¿Qué pasó el mes pasado?", "2024-04-01", "2024-05-01", "el mes pasado"),
        ("Cosa è successo nel marzo 2018?", "2018-03-01", "2018-04-01", "nel marzo 2018"),
        ("Chi si è dimesso la settimana scorsa?", "2024-05-06", "2024-05-13", "settimana scorsa"),
    ],
)
def test_plain_dates_of_other_languages(text: str, since: str, until: str, said: str) -> None:
    assert [(p.since, p.until, p.words) for p in find_periods(text, NOW)] == [(day(since), day(until), said)]


def test_the_weekend_is_the_one_that_has_begun() -> None:
    (found,) = find_periods("at the weekend", datetime(2024, 5, 18, 9, tzinfo=UTC))
    assert (found.since, found.until) == (day("2024-05-18"), day("2024-05-20"))


def test_what_lies_ahead_is_no_time_of_an_article() -> None:
    assert find_periods("What will happen tomorrow, next week and in April 2017?", NOW)[0].words == "in April 2017"


def test_a_planet_and_a_clinic_are_no_months() -> None:
    assert [p.words for p in find_periods("What did the Mayo Clinic say about May, Heute and Mars 2020?", NOW)] == [
        "2020"
    ]


def test_an_element_alone_is_a_date_without_a_preposition() -> None:
    assert find_dates("May", NOW) == []
    (found,) = find_dates("May", NOW, bare=True)
    assert (found.span.since, found.span.until) == (day("2024-05-01"), day("2024-06-01"))


def test_dates_know_whether_they_are_counted_from_now() -> None:
    found = find_dates("last month, a week ago, last summer, in 2016", NOW)
    assert [date.relative for date in found] == [True, True, True, False]


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
        "the 2023-24 season",
        "published by USA Today",
    ],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert [p.words for p in find_periods(text, NOW) if p.words != "2020"] == []


def test_the_past_days_end_now() -> None:
    (found,) = find_periods("over the past three days", NOW)
    assert (found.since, found.until) == (datetime(2024, 5, 12, 12, tzinfo=UTC), NOW)
    assert found.words == "over the past three days"


def test_two_dates_that_are_no_range_stay_two() -> None:
    assert [p.words for p in find_periods("the article of 3 May 2023 and the one of 4 May 2023", NOW)] == [
        "of 3 May 2023",
        "of 4 May 2023",
    ]
