"""Footnotes for a DOCX document, which python-docx does not write: their part, their styles, and what refers to them."""

from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from lxml import etree

# Every document with footnotes has these two, the lines above them (ECMA-376, part 1, 17.11.23 and 17.11.1).
_LINES = {-1: "separator", 0: "continuationSeparator"}


class Footnotes:
    """Collect the footnotes of a document; `save` writes them into it."""

    def __init__(self, document: Document) -> None:
        """Add the styles of footnotes to a new document."""
        self._document = document
        text = document.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        text.base_style = document.styles["Normal"]
        text.font.size = Pt(9)
        text.paragraph_format.space_after = Pt(2)
        mark = document.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True)
        mark.font.superscript = True
        self._text_style, self._mark_style = text.style_id, mark.style_id
        self._root: Any = parse_xml(f"<w:footnotes {nsdecls('w')}/>")
        for number, kind in _LINES.items():
            note = self._add_note(number)
            note.set(qn("w:type"), kind)
            run = _append(_append(note, "w:p"), "w:r")
            _append(run, f"w:{kind}")
        self.count = 0

    def add(self, paragraph: Paragraph, text: str) -> int:
        """Add a footnote that the end of a paragraph refers to; return its number.

        Args:
            paragraph: Where its mark stands.
            text: One line without control characters.
        """
        self.count += 1
        reference = self._add_mark(paragraph._p, "w:footnoteReference")
        reference.set(qn("w:id"), str(self.count))
        line = _append(self._add_note(self.count), "w:p")
        _append(_append(line, "w:pPr"), "w:pStyle").set(qn("w:val"), self._text_style)
        self._add_mark(line, "w:footnoteRef")
        words = _append(_append(line, "w:r"), "w:t")
        words.text = f" {text}"
        # Else the blank before the text would be dropped.
        words.set(qn("xml:space"), "preserve")
        return self.count

    def save(self) -> None:
        """Write the footnotes into the document, once."""
        main = self._document.part
        xml = etree.tostring(self._root, encoding="UTF-8", xml_declaration=True, standalone=True)
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml, main.package)
        main.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        # The settings name the two lines; the schema wants them before what is compatible.
        settings = self._document.settings.element
        lines = OxmlElement("w:footnotePr")
        for number in _LINES:
            _append(lines, "w:footnote").set(qn("w:id"), str(number))
        compatibility = settings.find(qn("w:compat"))
        if compatibility is not None:
            compatibility.addprevious(lines)

    def _add_note(self, number: int) -> Any:
        note = _append(self._root, "w:footnote")
        note.set(qn("w:id"), str(number))
        return note

    def _add_mark(self, line: Any, name: str) -> Any:
        run = _append(line, "w:r")
        _append(_append(run, "w:rPr"), "w:rStyle").set(qn("w:val"), self._mark_style)
        return _append(run, name)


def _append(parent: Any, name: str) -> Any:
    child = OxmlElement(name)
    parent.append(child)
    return child
