"""Answers as DOCX: each citation is a footnote with its source and the words that it rests on."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import docx
from docx.document import Document
from docx.text.paragraph import Paragraph

from corpus.references.reference import Reference, make_references
from corpus.text.characters import one_line
from corpus.text.days import format_day
from rag.answer.answer_export import describe_evidence_dates, describe_provenance, group_by_number
from rag.answer.docx_footnotes import Footnotes
from rag.model import Answer, Citation

_MARK = re.compile(r" ?\[(\d{1,4})\]")
_BULLETS = ("- ", "* ", "+ ")
_HIGHEST_HEADING = 2  # Above it stand the title and the questions.


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """Hold a question with its answer, or with what there is instead.

    Attributes:
        question: What was asked.
        answer: The answer, or None where none was made.
        text: What was written until then.
        reason: Why there is no answer.
    """

    question: str
    answer: Answer | None
    text: str = ""
    reason: str = ""


def render_docx(title: str, asked: Sequence[AnsweredQuestion]) -> bytes:
    """Return questions and answers as the bytes of a DOCX file, a single one under its question alone."""
    document = docx.Document()
    # python-docx refuses a longer title.
    document.core_properties.title = one_line(title)[:255]
    document.core_properties.author = "Newsdesk"
    document.core_properties.created = datetime.now(UTC)
    document.add_heading(one_line(title), 1)
    writer = _AnswerWriter(document)
    for one in asked:
        if len(asked) > 1 or one_line(one.question) != one_line(title):
            document.add_heading(one_line(one.question), 2)
        writer.write(one)
    writer.notes.save()
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


class _AnswerWriter:
    """Write answers into a document; an article that was cited before is named by the number of that footnote."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.notes = Footnotes(document)
        self._numbers: dict[tuple[str, int, int, int], int] = {}

    def write(self, one: AnsweredQuestion) -> None:
        answer = one.answer
        if answer is None:
            self._write_text(one.text, {}, quoted=False)
            self._add_remark(one.reason)
            return
        cited = {citations[0].n: citations for citations in group_by_number(answer.citations)}
        self._write_text(answer.text, cited, quoted=answer.model == "none")
        for claim in answer.claims:
            if claim.verdict == "flagged":
                self._add_flag("Not supported", claim.text, claim.reason)
            elif claim.verdict == "unchecked":
                self._add_flag("Not checked", claim.text)
        for note in answer.notes:
            self._add_remark(note)
        if answer.nearest:
            self.document.add_paragraph("Nearest in the archive:")
            for article in answer.nearest:
                source = describe_source(Reference("", article))
                self.document.add_paragraph(source, style="List Bullet")
        if answer.citations:
            self._add_remark(describe_evidence_dates(answer))
        self._add_remark(describe_provenance(answer))

    def _write_text(self, text: str, cited: dict[int, list[Citation]], quoted: bool) -> None:
        for line in filter(str.strip, text.splitlines()):
            paragraph, words = self._begin_paragraph(line.strip(), quoted)
            for piece, number in _split_at_marks(words, cited):
                self._add_words(paragraph, piece, quoted)
                if number:
                    self._cite(paragraph, cited[number])

    def _begin_paragraph(self, line: str, quoted: bool) -> tuple[Paragraph, str]:
        """Return a new paragraph of the kind that a line of an answer is, and the words of the line."""
        if line.startswith(_BULLETS):
            return self.document.add_paragraph(style="List Bullet"), line[2:]
        bare = line.lstrip("#")
        if not quoted and bare != line and bare.startswith(" "):
            level = max(_HIGHEST_HEADING + 1, min(len(line) - len(bare), 6))
            return self.document.add_heading("", level), bare.strip()
        paragraph = self.document.add_paragraph()
        if line.startswith("**") and line.endswith("**"):
            paragraph.paragraph_format.keep_with_next = True
        return paragraph, line

    def _add_words(self, paragraph: Paragraph, words: str, quoted: bool) -> None:
        """Add words to a paragraph; in what articles say, only a whole line is bold, our headline."""
        pieces = words.split("**")
        # With an odd number of signs one has no counterpart, so all are ordinary characters.
        if len(pieces) % 2 == 0 or (quoted and (len(pieces) != 3 or pieces[0] or pieces[2].strip())):
            pieces = [words]
        for n, piece in enumerate(pieces):
            if piece:
                paragraph.add_run(_clean(piece)).bold = bool(n % 2) or None

    def _cite(self, paragraph: Paragraph, citations: Sequence[Citation]) -> None:
        first = citations[0]
        place = first.passage.article.id, first.passage.article.version, first.start, first.end
        (reference,) = make_references((c.passage.article, c.quote) for c in citations)
        if place in self._numbers:
            self.notes.add(paragraph, f"“{one_line(reference.article.title)}”, as in note {self._numbers[place]}.")
        else:
            self._numbers[place] = self.notes.add(paragraph, f"{describe_source(reference)} {reference.note}")

    def _add_flag(self, verdict: str, words: str, reason: str = "") -> None:
        paragraph = self.document.add_paragraph()
        paragraph.add_run(f"{verdict}: ").bold = True
        paragraph.add_run(one_line(f"“{words}” {reason}"))

    def _add_remark(self, words: str) -> None:
        if words:
            self.document.add_paragraph().add_run(one_line(words)).italic = True


def describe_source(reference: Reference) -> str:
    """Return who wrote an article, its headline, outlet, date and address, as a footnote names it."""
    article = reference.article
    people = ", ".join(f"{given} {family}".strip() for family, given in reference.people)
    outlet = one_line(article.source) or "unknown outlet"
    parts = [people, f"“{one_line(article.title)}”", outlet, format_day(article.published_at), reference.url]
    return ", ".join(filter(None, parts)) + "."


def _split_at_marks(words: str, cited: dict[int, list[Citation]]) -> Iterator[tuple[str, int]]:
    """Yield the words before each citation mark with its number, and what follows the last with 0."""
    last = 0
    for match in _MARK.finditer(words):
        if int(match[1]) in cited:
            yield words[last : match.start()], int(match[1])
            last = match.end()
    yield words[last:], 0


def _clean(words: str) -> str:
    """Return words without control characters; the blanks at both ends stay, as other words follow."""
    before, behind = " " * words[:1].isspace(), " " * words[-1:].isspace()
    plain = one_line(words)
    return f"{before}{plain}{behind}" if plain else " "
