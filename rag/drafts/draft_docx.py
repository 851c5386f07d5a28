"""A checked draft as DOCX: the draft with its claims marked, then a table of claims and passages side by side."""

import io
from datetime import UTC, datetime

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Cm, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from corpus.text.characters import strip_invisible
from rag.drafts.draft_export import describe_basis, describe_source
from rag.drafts.draft_report import VERDICTS, CheckedClaim, DraftReport, DraftVerdict, describe_counts

_COLOURS: dict[DraftVerdict, RGBColor] = {
    "supported": RGBColor(0x1B, 0x6B, 0x3A),
    "contradicted": RGBColor(0xA6, 0x1C, 0x1C),
    "absent": RGBColor(0x8A, 0x55, 0x00),
    "unchecked": RGBColor(0x55, 0x55, 0x55),
}
_WIDTHS = (Cm(1), Cm(9), Cm(15))


def render_docx(report: DraftReport) -> bytes:
    """Return a report as the bytes of a DOCX file; a table is used, as not every program shows comments."""
    document = docx.Document()
    document.core_properties.title = "Checked draft"
    document.core_properties.created = report.checked_at or datetime.now(UTC)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    # Turning the page does not swap its sides.
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading("Checked draft", 1)
    for line in (describe_counts(report), describe_basis(report), *report.notes):
        document.add_paragraph(_clean(line))
    document.add_heading("The draft", 2)
    _add_draft(document, report)
    document.add_heading("The claims", 2)
    _add_table(document, report)
    if report.passed_over:
        document.add_heading("Passed over", 2)
        for one in report.passed_over:
            document.add_paragraph(_clean(f"{one.text} ({one.reason})"), style="List Bullet")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _add_draft(document: Document, report: DraftReport) -> None:
    paragraph = document.add_paragraph()
    for piece, one in report.split():
        if one:
            run = paragraph.add_run(_clean(piece))
            run.font.color.rgb = _COLOURS[one.verdict]
            run.underline = one.verdict != "supported"
            mark = paragraph.add_run(f" {one.claim.number}")
            mark.font.superscript = True
            continue
        first, *others = piece.split("\n")
        paragraph.add_run(_clean(first))
        for line in filter(None, others) if any(others) else others[:1]:
            paragraph = document.add_paragraph(_clean(line))


def _add_table(document: Document, report: DraftReport) -> None:
    table = document.add_table(rows=1, cols=3, style="Table Grid")
    for cell, title in zip(table.rows[0].cells, ("", "Claim", "What the archive says"), strict=True):
        cell.paragraphs[0].add_run(title).bold = True
    for one in report.checked:
        number, claim, passages = table.add_row().cells
        number.text = str(one.claim.number)
        _fill_claim(claim, one)
        _fill_passages(passages, one)
    for row in table.rows:
        for cell, width in zip(row.cells, _WIDTHS, strict=True):
            # Word goes by the width of cells, not of columns.
            cell.width = width


def _fill_claim(cell: _Cell, one: CheckedClaim) -> None:
    run = cell.paragraphs[0].add_run(VERDICTS[one.verdict])
    run.bold = True
    run.font.color.rgb = _COLOURS[one.verdict]
    cell.add_paragraph(_clean(one.claim.text))
    if one.claim.about:
        cell.add_paragraph(_clean(f"About: {', '.join(one.claim.about)}"))
    if one.reason:
        cell.add_paragraph().add_run(_clean(one.reason)).italic = True


def _fill_passages(cell: _Cell, one: CheckedClaim) -> None:
    paragraph: Paragraph = cell.paragraphs[0]
    if not one.passages:
        paragraph.add_run("Nothing was found.")
    for n, passage in enumerate(one.passages):
        paragraph = cell.add_paragraph() if n else paragraph
        paragraph.add_run(_clean(f"{passage.number}. {describe_source(passage)}")).bold = True
        paragraph = cell.add_paragraph()
        for text, marked in passage.split():
            paragraph.add_run(_clean(text)).underline = marked


def _clean(text: str) -> str:
    return strip_invisible(text)
