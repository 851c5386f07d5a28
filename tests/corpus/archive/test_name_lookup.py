"""Authors and sections are found however they are written, and filters on them hold exactly."""

from collections.abc import Iterator

import pytest

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.name_lookup import NameLookup
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.errors import InputError

BYLINES = {
    "a1": "By Jane Doe",
    "a2": "JANE DOE and José Roe",
    "a3": "Roe, José",
    "a4": "Janet Doe-Smith",
    "a5": "",
    "a6": "Anna Smith, Chief Reporter",
    "a7": "Bob Smith",
}
SECTIONS = {"a1": "Business", "a2": "business", "a3": "News / Sport", "a4": "Sports", "a6": "Big Business"}


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        for name, byline in BYLINES.items():
            opened.put(
                Article(name, f"Title {name}", f"Body of {name}.", author=byline, category=SECTIONS.get(name, ""))
            )
        yield opened


def selected(archive: Archive, **wanted: tuple[str, ...]) -> set[str]:
    selection = Selection(**wanted)  # type: ignore[arg-type]
    found = {article.id for article in archive.articles(selection)}
    assert archive.count(selection) == len(found)
    assert set(archive.list_ids(selection)) == found
    return found


def test_authors_are_selected_in_any_writing_and_no_other(archive: Archive) -> None:
    assert selected(archive, authors=("jane doe",)) == {"a1", "a2"}
    assert selected(archive, authors=("Jose Roe",)) == {"a2", "a3"}
    assert selected(archive, authors=("Jane Doe", "Bob Smith")) == {"a1", "a2", "a7"}
    assert selected(archive, authors=("Doe",)) == set()
    assert selected(archive, authors=("Jane Doe",), sections=("Business",), ids=("a2", "a5")) == {"a2"}


def test_sections_are_selected_with_their_levels(archive: Archive) -> None:
    assert selected(archive, sections=("Business",)) == {"a1", "a2"}
    assert selected(archive, sections=("sports",)) == {"a3", "a4"}


def test_names_are_found_as_the_archive_writes_them(archive: Archive) -> None:
    authors = NameLookup(archive.count_by("author"), "author")
    sections = NameLookup(archive.count_by("category"), "section")
    wanted = {
        "JANE DOE": "Jane Doe",
        "by jose roe": "José Roe",
        "Roe": "José Roe",
        "Smith": "",
        "doe, jane": "Jane Doe",
    }
    assert {name: authors.find(name) for name in wanted} == wanted
    assert (sections.find("Sports"), sections.find("BUSINESS"), sections.find("World")) == ("Sport", "Business", "")
    assert authors.counts["Jane Doe"] == 2
    assert authors.resolve(["Roe", "José Roe"]) == ("José Roe",)
    with pytest.raises(InputError, match=r"No article in this archive is by “Jane Dow”; nearest: Jane Doe"):
        authors.resolve(["Jane Dow"])
    with pytest.raises(InputError, match="in a section called “Gardening”"):
        sections.resolve(["Gardening"])


def test_an_empty_archive_has_nobody() -> None:
    nobody = NameLookup({}, "author")
    assert (bool(nobody), nobody.find("Jane Doe"), nobody.longest) == (False, "", 0)
    assert nobody.describe_missing("Jane Doe") == "No article in this archive is by “Jane Doe”"
