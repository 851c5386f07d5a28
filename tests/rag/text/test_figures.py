import pytest

from rag.text.figures import find_figures


def read(text: str, language: str = "en") -> list[tuple[float, str]]:
    return [(round(f.value, 2), next(iter(f.units)) if len(f.units) == 1 else "") for f in find_figures(text, language)]


@pytest.mark.parametrize("text", ["$1.2bn", "1.2 billion dollars", "1,200 million US dollars", "US$1,200,000,000"])
def test_forms_of_an_amount_are_one_value(text: str) -> None:
    (figure,) = find_figures(text)
    assert figure.value == 1_200_000_000
    assert "USD" in figure.units
    assert "EUR" not in figure.units


@pytest.mark.parametrize(
    ("text", "language", "value", "unit"),
    [
        ("12 million Norwegian kroner", "en", 12e6, "NOK"),
        ("112 Mio. Euro", "de", 112e6, "EUR"),
        ("3 Mrd. Euro, sagte sie", "de", 3e9, "EUR"),
        ("97 Millionen Schweizer Franken", "de", 97e6, "CHF"),
        ("1,45 milliard d'euros", "fr", 1.45e9, "EUR"),
        ("8,800 tonnes", "en", 8800, "tonne"),
        ("a 29-year-old man", "en", 29, "year"),
        ("3 percentage points", "en", 3, "percentage point"),
        ("3 Prozentpunkte", "de", 3, "percentage point"),
        ("18 bin öğrenci", "tr", 18_000, ""),
        ("48元", "zh", 48, ""),
    ],
)
def test_units_and_scales_are_read_by_the_names_of_the_language(
    text: str, language: str, value: float, unit: str
) -> None:
    assert read(text, language) == [(value, unit)]


def test_kroner_may_be_danish_or_norwegian() -> None:
    (figure,) = find_figures("12 million kroner")
    assert figure.units == {"DKK", "NOK"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("one and a half billion", 1.5e9), ("seven and a half points", 7.5), ("one hour and 18 minutes", 78)],
)
def test_compound_numbers_are_one_figure(text: str, value: float) -> None:
    assert [figure.value for figure in find_figures(text)] == [value]


def test_time_that_an_amount_is_counted_by_is_kept() -> None:
    assert [figure.per for figure in find_figures("900 euros a month, 96 euros per year")] == ["month", "year"]


def test_number_in_a_name_is_marked() -> None:
    assert [f.named for f in find_figures("Voters approved Proposition 1 and flew in a Boeing 737 for 300 miles")] == [
        True, True, False,
    ]  # fmt: skip
    assert find_figures("GPT-4, F-35 and version 5.4.6 at 9:20") == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("145.5 million", 145_500_000),
        ("145,500,000", 145_500_000),
        ("fifty-nine apps", 59),
        ("two hundred and five thousand", 205_000),
        ("half a million", 500_000),
        ("a dozen", 12),
        ("4.5m users", 4_500_000),
    ],
)
def test_counts(text: str, value: float) -> None:
    assert read(text) == [(value, "")]


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("50%", 50),
        ("half of them", 50),
        ("5 per cent", 5),
        ("two-thirds", 66.67),
        ("a third of users", 33.33),
        ("one in four", 25),
    ],
)
def test_shares_are_percent(text: str, percent: float) -> None:
    assert read(text) == [(percent, "percent")]


def test_range_shares_its_scale() -> None:
    assert read("3.5-5 million euros") == [(3_500_000, "EUR"), (5_000_000, "EUR")]


def test_ordinal_words_and_names_are_no_figures() -> None:
    assert read("the fourth quarter of 5G and B2B") == []
    assert read("two fourth quarter touchdowns") == [(2, "")]


def test_comma_is_decimal_where_the_language_has_it_so() -> None:
    assert read("1.200,5 Euro", "de") == [(1200.5, "EUR")]


def test_neighbouring_values_are_not_the_same() -> None:
    (one,), (other,) = find_figures("16 million"), find_figures("16,000,008")
    assert not one.holds(other)
