"""Chips of what narrows a search, and what is left when one is undone."""

from rag.model import Filters
from web.filters.filter_bar import describe_filters, parse_filters
from web.markup.chips import name_filters, remove_filter


def test_each_author_section_and_collection_is_a_chip_of_its_own() -> None:
    filters = Filters(authors=("Jane Doe", "Roe: J"), sections=("Business",), collections=("Bridges",), owner="anna")
    assert name_filters(filters) == [
        ("collections:Bridges", "collection Bridges"),
        ("authors:Jane Doe", "by Jane Doe"),
        ("authors:Roe: J", "by Roe: J"),
        ("sections:Business", "section Business"),
    ]
    assert remove_filter(filters, "authors:Roe: J").authors == ("Jane Doe",)
    assert remove_filter(filters, "collections:Bridges").collections == ()
    assert remove_filter(filters, "owner:anna") == filters


def test_the_form_and_its_summary_name_them() -> None:
    chosen = parse_filters({"authors": ["Jane Doe", "Roe"], "sections": ["Business"], "collections": ["Bridges"]})
    assert (chosen.authors, chosen.sections, chosen.collections) == (("Jane Doe", "Roe"), ("Business",), ("Bridges",))
    summary = "Any outlet · Any time · collection Bridges · 2 authors · section Business"
    assert describe_filters(chosen) == summary
