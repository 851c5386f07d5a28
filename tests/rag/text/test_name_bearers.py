"""What an article tells of the bearer of a name."""

from datetime import UTC, datetime

import pytest

from corpus import Article
from rag.text.name_bearers import describe_bearer, find_mentions


def read(name: str, body: str, work: bool = False) -> dict[str, str]:
    """Return what a text of 2024 tells of the bearer of a name, by kind."""
    article = Article("a", "", body, published_at=datetime(2024, 3, 5, tzinfo=UTC))
    return {kind: trait.said or trait.label for kind, trait in describe_bearer(name, article, work).traits.items()}


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("Ida Rask", "Ida Rask, 41, a baker, won. Rask wept.", {"born": "41"}),
        ("Ida Rask", "Ida Rask, a baker from Orlo, won. Rask wept.", {"phrase": "a baker from Orlo"}),
        (
            "Ida Rask",
            "The master baker Ida M. Rask won. Rask wept.",
            {"whole": "Ida M. Rask", "phrase": "master baker"},
        ),
        ("Ida Rask", "After the prize Ida Rask wept. Last summer Ida Rask lost.", {}),
        ("Ida Rask", "Ida Rask, a baker and Nils Holt won.", {}),
        ("Orlo", "Rain fell in Orlo, Fenland, on Monday.", {"place": "Fenland"}),
        ("Orlo", "Rain fell in Orlo, Fenton and Kells.", {}),
        (
            "Orlo",
            "Orlo (Fenland) is a town in Fenland.",
            {"bracket": "Fenland", "phrase": "a town in Fenland", "place": "Fenland"},
        ),
        (
            "Law 9",
            "Ministers praised Danish Law 9, which would cut taxes.",
            {"place": "Danish", "phrase": ", which would cut taxes"},
        ),
    ],
)
def test_what_stands_around_a_name_is_read(name: str, body: str, told: dict[str, str]) -> None:
    assert read(name, body) == told


def test_of_a_work_year_and_maker_are_read() -> None:
    told = {"phrase": "a 1997 novel by Ida Rask", "year": "a 1997 novel by Ida Rask", "maker": "Ida Rask"}
    assert read("The Mill", "The Mill is a 1997 novel by Ida Rask.", work=True) == told


def test_a_name_is_found_in_capitals_and_without_points() -> None:
    text = "H.R. 1 is HR 1. THE MILL burnt; The Mills did not."
    assert [text[a:b] for a, b in find_mentions("H.R. 1", text)] == ["H.R. 1", "HR 1"]
    assert [text[a:b] for a, b in find_mentions("The Mill", text)] == ["THE MILL"]


def test_an_article_that_writes_a_name_in_very_many_ways_tells_of_several_people() -> None:
    """Each way fits all others, as they share a given name: in a long article they would be compared for hours."""
    body = "".join(f"He met A{chr(97 + a)}{chr(97 + b)} Ida Rask. " for a in range(26) for b in range(26))
    assert read("Rask", f"{body * 20}Rask wept.") == {}


def test_the_terms_of_an_article_are_read_once_for_all_names_of_a_question() -> None:
    article = Article("a", "", "Ida Rask met Nils Holt. Rask wept. Holt left.")
    assert describe_bearer("Ida Rask", article).held is describe_bearer("Nils Holt", article).held
