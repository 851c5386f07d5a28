import pytest

from rag.text.dates.calendar_names import (
    guess_calendar_language,
    list_month_names,
    list_relative_phrases,
    list_weekday_names,
)


def test_names_of_several_languages() -> None:
    assert list_month_names()["march"] == list_month_names()["mar"] == 3
    assert list_month_names()["sept"] == 9
    assert list_month_names("de")["märz"] == 3
    assert list_month_names("fr")["août"] == 8
    assert list_weekday_names()["monday"] == 0
    assert list_weekday_names("es")["domingo"] == 6


def test_words_counted_from_now_never_lie_ahead() -> None:
    assert list_relative_phrases("de")["gestern"] == ((("gestern",), "day", -1),)
    assert list_relative_phrases("fr")["avant"] == ((("avant", "-", "hier"), "day", -2),)
    assert "morgen" not in list_relative_phrases("de")
    assert list_relative_phrases("en") == list_relative_phrases("??") == {}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Was geschah im März 2018?", "de"),
        ("en mars 2018", "fr"),
        ("¿Quién dimitió ayer?", "es"),
        ("la settimana scorsa", "it"),
        ("What did the Mars 2020 rover find?", "en"),
        ("Did Heute report on it in August?", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_that_of_the_calendar_words(text: str, language: str) -> None:
    assert guess_calendar_language(text) == language
