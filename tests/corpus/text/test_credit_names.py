"""Bylines and outlets: what is a name, and what only stands where one should."""

import pytest

from corpus.text.credit_names import clean_byline, clean_outlet, first_byline


@pytest.mark.parametrize(
    ("byline", "outlet"),
    [
        ("Harbour Gazette", "The Harbour Gazette"),
        ("Harbour Gazette Online", "Harbour Gazette"),
        ("The Harbour Gazette staff", "Harbour Gazette"),
        ("Harbour Gazette", "www.harbourgazette.com"),
        ("Redaktion", "Bote"),
        ("News Desk", "Gazette"),
        ("Staff Writer", "Gazette"),
        ("info@gazette.example", "Gazette"),
        ("12", "Gazette"),
    ],
)
def test_the_outlet_its_desks_and_addresses_are_no_authors(byline: str, outlet: str) -> None:
    assert clean_byline(byline, outlet) == ""


@pytest.mark.parametrize(
    ("byline", "kept"),
    [
        ("Jane Doe, Gazette Online", "Jane Doe"),
        ("Web Desk and Ann Lee", "Ann Lee"),
        ("Jane Press", "Jane Press"),
        ("Agence France-Presse", "Agence France-Presse"),
        ("Gazette Sports Desk", "Gazette Sports Desk"),
        ("李明", "李明"),
        ("D.C.", "D.C."),
    ],
)
def test_names_stay(byline: str, kept: str) -> None:
    assert clean_byline(byline, "Gazette") == kept


def test_what_was_refused_is_not_taken_in_another_spelling() -> None:
    assert first_byline(["gazette.example", "Gazette", "Ann Lee"], "Gazette") == "Ann Lee"


@pytest.mark.parametrize(
    ("written", "name"),
    [("https://www.gazette.example/news", "gazette.example"), ("© 2024 Gazette", ""), ("@gazette", ""), ("AP", "AP")],
)
def test_an_outlet_is_a_name_or_a_host(written: str, name: str) -> None:
    assert clean_outlet(written) == name
