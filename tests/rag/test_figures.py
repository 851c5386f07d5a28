import pytest

from rag.figures import figures


def read(text: str, language: str = "en") -> list[tuple[float, str]]:
    return [(round(figure.value, 2), figure.unit) for figure in figures(text, language)]


@pytest.mark.parametrize("text", ["$1.2bn", "1.2 billion dollars", "1,200 million US dollars", "US$1,200,000,000"])
def test_forms_of_an_amount_are_one_value(text: str) -> None:
    assert read(text) == [(1_200_000_000, "USD")]


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
    assert read(text) == [(percent, "%")]


def test_range_shares_its_scale() -> None:
    assert read("3.5-5 million euros") == [(3_500_000, "EUR"), (5_000_000, "EUR")]


def test_ordinal_words_and_names_are_no_figures() -> None:
    assert read("the fourth quarter of 5G and B2B") == []
    assert read("two fourth quarter touchdowns") == [(2, "")]


def test_comma_is_decimal_where_the_language_has_it_so() -> None:
    assert read("1.200,5 Euro", "de") == [(1200.5, "EUR")]


def test_neighbouring_values_are_not_the_same() -> None:
    (one,), (other,) = figures("16 million"), figures("16,000,008")
    assert not one.holds(other)
