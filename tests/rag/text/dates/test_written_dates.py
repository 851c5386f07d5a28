from datetime import date

import pytest

from rag.text.dates.written_dates import find_written_dates


@pytest.mark.parametrize(
    ("text", "form", "written"),
    [
        ("He left on 3 May 2023.", "day", "3 May 2023"),
        ("on Sept. 11, 2001", "day", "Sept. 11, 2001"),
        ("at 2023-12-12T22:38:05+00:00 and", "day", "2023-12-12T22:38:05+00:00"),
        ("on 2023-12-12, 22 people", "day", "2023-12-12"),
        ("on 7/9/2017", "either_day", "7/9/2017"),
        ("in mid-March 2018", "month", "mid-March 2018"),
        ("early in May", "month", "early in May"),
        ("at the very end of March 2018", "month", "the very end of March 2018"),
        ("the third quarter of 2021", "quarter", "third quarter of 2021"),
        ("in q3 2021", "quarter", "q3 2021"),
        ("the last half of 2021", "half", "last half of 2021"),
        ("in the summer of 2019", "season", "summer of 2019"),
        ("since last winter", "season", "last winter"),
        ("the late 1990's", "decade", "the late 1990's"),
        ("over the past three days", "past", "past three days"),
        ("in the past week", "past", "past week"),
        ("a couple of weeks ago", "ago", "a couple of weeks ago"),
        ("the day before yesterday", "counted", "the day before yesterday"),
        ("earlier this month", "counted", "earlier this month"),
        ("this morning", "counted", "this morning"),
        ("last night", "counted", "last night"),
        ("at the weekend", "counted", "weekend"),
        ("late last year", "counted", "late last year"),
        ("last Tuesday", "weekday", "last Tuesday"),
        ("before 2023", "year", "2023"),
        ("the end of 2021", "year", "the end of 2021"),
    ],
)
def test_the_most_exact_form_takes_the_words(text: str, form: str, written: str) -> None:
    (found,) = find_written_dates(text)
    assert (found.form, text[found.lead : found.end]) == (form, written)


@pytest.mark.parametrize(
    "text",
    [
        "It may not march.",
        "$2000 and covid-2019",
        "2000 people",
        "the second half of the match",
        "99 weeks",
        "q5 2020%",
        "USA Today",
        "2019-nCoV",
    ],
)
def test_words_that_only_look_like_a_date_are_none(text: str) -> None:
    assert find_written_dates(text) == ()


def test_a_verb_is_no_part_of_a_year() -> None:
    (found,) = find_written_dates("Did the war end in 2021?")
    assert (found.part, found.before) == ("", "in")


def test_unclear_days_keep_both_readings() -> None:
    (found,) = find_written_dates("on 7/9/2017")
    assert found.days == (date(2017, 7, 9), date(2017, 9, 7))


def test_the_first_day_of_a_range_has_the_month_of_the_last() -> None:
    found = find_written_dates("between the 7th and the 9th of October 2023")
    assert [(d.year, d.month, d.day) for d in found] == [(2023, 10, 7), (2023, 10, 9)]


def test_a_bare_month_needs_no_preposition_where_nothing_else_can_be_meant() -> None:
    assert find_written_dates("May") == ()
    assert [d.month for d in find_written_dates("May", bare=True)] == [5]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("im März 2018", "de", (2018, 3, None)),
        ("am 9. Juli 2017", "de", (2017, 7, 9)),
        ("en mars 2018", "fr", (2018, 3, None)),
        ("el 9 de julio de 2017", "es", (2017, 7, 9)),
        ("il 9 luglio 2017", "it", (2017, 7, 9)),
        ("en marzo", "es", (None, 3, None)),
    ],
)
def test_months_of_other_languages(text: str, language: str, expected: tuple[int | None, ...]) -> None:
    (found,) = find_written_dates(text, language)
    assert (found.year, found.month, found.day) == expected


@pytest.mark.parametrize(
    ("text", "language", "unit", "step"),
    [
        ("Was geschah vorgestern?", "de", "day", -2),
        ("letzte Woche", "de", "week", -1),
        ("l’année dernière", "fr", "year", -1),
        ("avant-hier", "fr", "day", -2),
        ("el mes pasado", "es", "month", -1),
        ("la settimana scorsa", "it", "week", -1),
    ],
)
def test_words_counted_from_now_in_other_languages(text: str, language: str, unit: str, step: int) -> None:
    (found,) = find_written_dates(text, language)
    assert (found.form, found.unit, found.step) == ("counted", unit, step)
