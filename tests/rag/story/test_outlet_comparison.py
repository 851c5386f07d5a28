"""How outlets tell one story: rows of verbatim sentences, and only certain differences."""

import json

import pytest

from corpus.archive.collections import Collections
from corpus.errors import InputError
from rag import Assistant, Filters
from rag.story.outlet_comparison import OutletComparison


@pytest.fixture(scope="module")
def found(ferry: Assistant) -> OutletComparison:
    return ferry.compare_outlets("post")


def test_each_outlet_has_one_report_and_copies_are_named_with_it(found: OutletComparison) -> None:
    assert [report.article.id for report in found.reports] == ["post", "herald", "wire"]
    assert found.reports[0].outlets == ("Eastfield Post", "Tarn Times")


def test_figures_that_certainly_differ_are_named(found: OutletComparison) -> None:
    groups = dict(found.groups)
    (row,) = groups["Where they differ"]
    kinds = {difference.kind: difference for difference in row.differences}
    assert set(kinds) == {"figures"}
    written = {n: found.reports[n].article.body[a:b] for n, (a, b) in kinds["figures"].spans.items()}
    assert written == {0: "12", 1: "15"}  # "More than 10" contradicts neither.


def test_a_quotation_names_the_reports_that_use_it(found: OutletComparison) -> None:
    (row,) = dict(found.groups)["Quotations, and who uses them"]
    assert [bool(cell) for cell in row.cells] == [True, True, False]


def test_every_cell_is_verbatim_and_has_the_number_of_its_report(found: OutletComparison) -> None:
    for row in (*found.rows, *found.quotations):
        for n, cell in enumerate(row.cells, 1):
            if cell:
                assert cell.n == n
                assert cell.quote in found.reports[n - 1].article.body


def test_a_question_leads_to_the_story(ferry: Assistant) -> None:
    found = ferry.compare_outlets("How many passengers were injured when the ferry Alder ran aground?")
    assert {report.article.id for report in found.reports} == {"post", "herald", "wire"}


def test_filters_hold_for_every_other_report(ferry: Assistant) -> None:
    found = ferry.compare_outlets("post", Filters(outlets=("Eastfield Post", "Coast Wire")))
    assert [report.article.id for report in found.reports] == ["post", "wire"]


def test_a_collection_and_a_section_hold_too(ferry: Assistant) -> None:
    collections = Collections(ferry.archive)
    collections.create("Read")
    collections.add("Read", ["post", "herald"])
    found = ferry.compare_outlets("post", Filters(collections=("read",)))
    collections.delete("Read")
    assert [report.article.id for report in found.reports] == ["post", "herald"]
    with pytest.raises(InputError, match="in a section called “Nowhere”"):
        ferry.compare_outlets("post", Filters(sections=("Nowhere",)))


@pytest.mark.parametrize(
    ("name", "note"),
    [
        (
            "pool",
            "The archive holds no report of another outlet on this event, as far as names, meaning and days tell.",
        ),
        ("undated", "This article is undated, so which reports are of the same days cannot be told."),
    ],
)
def test_one_report_alone_says_why(ferry: Assistant, name: str, note: str) -> None:
    found = ferry.compare_outlets(name)
    assert (len(found.reports), found.groups, found.notes) == (1, (), (note,))


def test_what_the_archive_does_not_hold_is_an_error(ferry: Assistant) -> None:
    with pytest.raises(InputError, match="nothing that answers this question"):
        ferry.compare_outlets("Who won the 2015 Rugby World Cup?")


def test_a_record_is_plain_json(found: OutletComparison) -> None:
    record = json.loads(json.dumps(found.to_record()))
    assert record["reports"][0]["copies"][0]["outlet"] == "Tarn Times"
