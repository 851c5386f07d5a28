"""Reports as files: what a draft or an article says is shown as text, and passages stand beside their claims."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest

from corpus.errors import InputError
from rag import Assistant
from rag.drafts.check_state import CheckState
from rag.drafts.draft_claims import DraftClaim, PassedOver
from rag.drafts.draft_export import export_report, render_html, render_markdown, render_report
from rag.drafts.draft_report import CheckedClaim, DraftReport, FoundPassage, describe_counts
from rag.model import Filters
from tests.rag.drafts.conftest import DRAFT, check_draft

HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/?a) [link](javascript:x)"


@pytest.fixture
def report() -> DraftReport:
    text = f"Heading\n\nIt rains. {HOSTILE}\n\nWhy? Sun shines."
    at = text.index("Sun")
    passage = FoundPassage(
        1, "a<b", HOSTILE, "Coast *Wire*", "http://x.example", datetime(2024, 3, 5, tzinfo=UTC), 10, "Before. It rains now.",
        ((18, 26),), True,
    )  # fmt: skip
    return DraftReport(
        text,
        (
            CheckedClaim(DraftClaim(1, 9, 18, "It rains.", ("Velm",)), "contradicted", "passage 1 says otherwise", True, (passage,)),
            CheckedClaim(DraftClaim(2, at, at + 11, "Sun shines."), "absent"),
        ),
        (PassedOver(0, 7, "Heading", "heading"),),
        filters=Filters(outlets=("Coast Wire",)),
    )  # fmt: skip


def test_the_pieces_of_a_report_are_the_draft_and_those_of_a_passage_its_text(report: DraftReport) -> None:
    assert "".join(text for text, _ in report.split()) == report.text
    (passage,) = report.checked[0].passages
    assert passage.split() == [("Before. ", False), ("It rains", True), (" now.", False)]
    overlapping = replace(passage, marks=((12, 20), (18, 26)))
    assert "".join(text for text, _ in overlapping.split()) == passage.text


def test_figures_are_told_in_a_sentence(report: DraftReport) -> None:
    assert describe_counts(report) == (
        "2 claims: 0 supported, 1 contradicted, 1 not in the archive, 0 not checked. Passed over: 1 heading."
    )


def test_html_escapes_and_fetches_nothing(report: DraftReport) -> None:
    html = render_html(report)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'src="' not in html
    assert 'href="http' not in html
    assert "default-src 'none'" in html
    assert "<mark>It rains</mark>" in html
    assert 'href="#claim-1"' in html


def test_markdown_shows_what_is_said_as_text(report: DraftReport) -> None:
    text = render_markdown(report)
    assert "**It rains.** [1: contradicted]" in text
    assert "**It rains** now" in text
    assert "<script" not in text.replace("\\<", "")
    assert "![x](" not in text


def test_docx_holds_the_draft_and_claims_beside_passages(report: DraftReport) -> None:
    document = docx.Document(io.BytesIO(render_report(report, ".docx")))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "It rains. 1" in said
    assert HOSTILE in said
    (table,) = document.tables
    assert [cell.text.split("\n")[0] for cell in table.rows[1].cells] == [
        "1",
        "Contradicted",
        f"1. {HOSTILE}. Coast *Wire*, 5 March 2024",
    ]
    assert table.rows[2].cells[2].text == "Nothing was found."


def test_json_has_offsets_and_counts(report: DraftReport) -> None:
    record = json.loads(render_report(report, ".json"))
    claim = record["checked"][0]["claim"]
    assert record["text"][claim["start"] : claim["end"]] == "It rains."
    assert record["counts"] == {"supported": 0, "contradicted": 1, "absent": 1, "unchecked": 0}
    assert record["checked"][0]["passages"][0]["marks"] == [[18, 26]]


def test_a_name_or_place_that_cannot_be_written_is_refused(report: DraftReport, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"end the name in \.md, \.html, \.docx or \.json"):
        export_report(report, tmp_path / "report.pdf")
    with pytest.raises(InputError, match="cannot be written"):
        export_report(report, tmp_path / "none" / "report.md")


def test_a_real_report_is_written_in_every_form(assistant: Assistant, tmp_path: Path) -> None:
    found = check_draft(assistant, DRAFT)
    for ending in (".md", ".html", ".docx", ".json"):
        export_report(found, tmp_path / f"report{ending}")
        assert (tmp_path / f"report{ending}").stat().st_size > 2000


def test_a_state_keeps_claims_and_leaves_out_what_was_cut(report: DraftReport, tmp_path: Path) -> None:
    state = CheckState(tmp_path / "drafts", ["text", 1])
    assert state.read() == {}
    state.add(report.checked[:1])
    with state.path.open("ab") as file:
        file.write(b'\n{"claim": {"num')
    state.add(report.checked[1:])
    assert state.read() == {1: report.checked[0], 2: report.checked[1]}
    assert CheckState(tmp_path / "drafts", ["text", 2]).read() == {}
    state.remove()
    assert list(state.path.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_stops_nothing(report: DraftReport, tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file")
    state = CheckState(tmp_path / "drafts", ["text"])
    state.add(report.checked)
    assert state.read() == {}
