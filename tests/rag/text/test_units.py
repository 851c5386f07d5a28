import pytest

from rag.text.units import (
    fold_words,
    list_currency_signs,
    list_scales,
    list_unit_names,
    load_locale,
    size,
)


def test_units_of_one_dimension_can_be_compared() -> None:
    assert size("hour") == ("time", 3600)
    assert size("mile")[0] == size("kilometer")[0] == "length"
    assert size("EUR") == ("EUR", 1.0)


@pytest.mark.parametrize(
    ("language", "name", "unit"),
    [
        ("en", ("us", "dollars"), "USD"),
        ("en", ("kilometers",), "kilometer"),
        ("en", ("kilometres",), "kilometer"),
        ("de", ("us", "dollar"), "USD"),
        ("de", ("tage",), "day"),
        ("fr", ("jours",), "day"),
        ("es", ("por", "ciento"), "percent"),
        ("en", ("renminbi",), "CNY"),
    ],
)
def test_units_have_the_names_of_their_language(language: str, name: tuple[str, ...], unit: str) -> None:
    assert unit in list_unit_names(language)[name]


def test_dollars_may_be_of_many_countries() -> None:
    assert {"USD", "CAD", "AUD"} <= list_unit_names("en")[("dollars",)]
    assert {"USD", "CAD", "AUD"} <= list_currency_signs("en")["$"]
    assert list_currency_signs("en")["US$"] == list_currency_signs("en")["USD"] == {"USD"}


def test_scales_of_several_languages() -> None:
    assert list_scales("en")["bn"] == 1e9
    assert list_scales("de")["millionen"] == list_scales("de")["mio"] == 1e6
    assert list_scales("fr")["milliards"] == 1e9


def test_names_are_compared_without_hyphens_and_full_stops() -> None:
    assert fold_words("US-Dollar") == fold_words("U.S. dollar") == ("us", "dollar")


def test_an_unknown_language_is_read_as_english() -> None:
    assert load_locale("xx").language == load_locale("").language == "en"
