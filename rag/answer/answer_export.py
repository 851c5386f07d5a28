"""Write an answer to a file: Markdown and DOCX to be read, JSON with all that made it, or the references alone."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from corpus.article import Article
from corpus.cli.display import to_line
from corpus.errors import InputError
from corpus.references.reference import Reference, make_references
from corpus.references.reference_formats import REFERENCE_FORMATS
from corpus.text.days import format_day
from rag.model import Answer, Citation

ExportFormat = Literal["markdown", "json", "docx", "ris", "bibtex", "csl"]

# The longer ending first.
_ENDINGS: dict[str, ExportFormat] = {
    ".md": "markdown",
    ".docx": "docx",
    ".ris": "ris",
    ".bib": "bibtex",
    ".csl.json": "csl",
    ".json": "json",
}
_MARKUP = re.compile(r"[\\`*_\[\]<>#&|~!$^{}@]")
# Renderers make links of bare addresses; a backslash behind the scheme or "www" prevents that.
_ADDRESS = re.compile(r"(?<=\w)(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)
# What would make a line a list, a heading or a definition.
_OPENING = re.compile(r"^(?=[-+=:])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")
_HEADING = re.compile(r"\*\*([^*]+)\*\*")


def export(answer: Answer, file: Path) -> None:
    """Write an answer, in the form that the ending of the name says; a file that is there is replaced.

    Raises:
        InputError: The name has none of the endings, or the file cannot be written.
    """
    content = render_answer(answer, check_file_name(file))
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror}); give another place") from error


def check_file_name(file: Path) -> ExportFormat:
    """Return what the ending of a name says to write.

    Raises:
        InputError: It says nothing.
    """
    for ending, kind in _ENDINGS.items():
        if file.name.lower().endswith(ending):
            return kind
    raise InputError(f"{file}: this name does not say what to write; end it in {', '.join(_ENDINGS)}")


def render_answer(answer: Answer, kind: ExportFormat) -> bytes:
    """Return an answer as the content of a file."""
    if kind == "docx":
        from rag.answer.answer_docx import AnsweredQuestion, render_docx

        return render_docx(answer.question, [AnsweredQuestion(answer.question, answer)])
    if kind in REFERENCE_FORMATS:
        return REFERENCE_FORMATS[kind][2](list_references([answer])).encode("utf-8", "replace")
    return (to_json(answer) if kind == "json" else to_markdown(answer)).encode("utf-8", "replace")


def list_references(answers: Iterable[Answer]) -> list[Reference]:
    """Return what answers cite as references, one for each article, with the cited words."""
    return make_references((c.passage.article, c.quote) for answer in answers for c in answer.citations)


def to_json(answer: Answer) -> str:
    """Return the record of `Answer.to_record` with the prompt that was sent, as JSON."""
    prompt = [{"role": role, "text": text} for role, text in answer.prompt]
    return json.dumps(answer.to_record() | {"prompt": prompt}, ensure_ascii=False, indent=2) + "\n"


def to_markdown(answer: Answer) -> str:
    """Return question, answer, doubts, notes and numbered sources with their quotations as Markdown.

    Everything that an article, the question or a model wrote is escaped: it shows as text, never as a link, an image,
    a heading or HTML. The number of a source in the list is that of its mark `[n]`.
    """
    blocks = [f"# {escape_markdown(answer.question)}", *_write_paragraphs(answer.text)]
    if answer.periods:
        rows = [f"| {escape_markdown(period.label)} | {period.count} |" for period in answer.periods]
        blocks.append("\n".join(["| Published | Articles |", "|---|---:|", *rows]))
    if answer.citations:
        blocks.append(f"*{describe_evidence_dates(answer)}*")
    flagged = [claim for claim in answer.claims if claim.verdict == "flagged"]
    if flagged:
        blocks.append("## Not supported by what is cited")
        blocks.append(
            "\n".join(f"- {escape_markdown(claim.text)} ({escape_markdown(claim.reason)})" for claim in flagged)
        )
    unchecked = [claim for claim in answer.claims if claim.verdict == "unchecked"]
    if unchecked:
        blocks.append("## Not checked")
        blocks.append("\n".join(f"- {escape_markdown(claim.text)}" for claim in unchecked))
    if answer.notes:
        blocks.append("## Notes")
        blocks.append("\n".join(f"- {escape_markdown(note)}" for note in answer.notes))
    if answer.citations:
        blocks.append("## Sources")
        blocks.append("\n".join(map(_write_source, group_by_number(answer.citations))))
    if any(entry.n == 0 for entry in answer.entries):
        blocks.append("## All stories")
        blocks.append(
            "\n".join(f"- {format_day(e.passage.article.published_at)}: {_write_origin(e)}" for e in answer.entries)
        )
    if answer.nearest:
        blocks.append("## Nearest in the archive")
        blocks.append("\n".join(f"- {_name_of(article)}" for article in answer.nearest))
    return "\n\n".join([*blocks, "---", escape_markdown(describe_provenance(answer))]) + "\n"


def escape_markdown(text: str) -> str:
    """Return text on one line that Markdown shows as it reads."""
    plain = _MARKUP.sub(r"\\\g<0>", to_line(text, len(text) + 1))
    return _OPENING.sub(r"\\", _ADDRESS.sub(r"\\", plain))


def _write_paragraphs(text: str) -> Iterator[str]:
    for piece in filter(str.strip, text.splitlines()):
        heading = _HEADING.fullmatch(piece.strip())
        yield f"**{escape_markdown(heading[1])}**" if heading else escape_markdown(piece)


def group_by_number(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Return the citations of each number, in the order of the numbers."""
    groups: dict[int, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.n, []).append(citation)
    return [groups[n] for n in sorted(groups)]


def _write_source(citations: Sequence[Citation]) -> str:
    article = citations[0].passage.article
    spans = [f"characters {citation.start} to {citation.end}" for citation in citations if not citation.heads]
    places = " and ".join(["headline"] * (len(spans) < len(citations)) + spans)
    where = f"article {escape_markdown(article.id)}, {places}"
    number = f"{citations[0].n}. "
    quotes = " … ".join(escape_markdown(citation.quote) for citation in citations)
    lines = [f"{_write_address(article.url)}{where}", f"> {quotes}"]
    return number + _name_of(article) + "".join(f"\n\n{' ' * len(number)}{line}" for line in lines) + "\n"


def _write_address(url: str) -> str:
    """Return an address as text: it is an article's word, so no link is made of it."""
    return f"{escape_markdown(url)}, " if url else ""


def _write_origin(entry: Citation) -> str:
    outlets = dict.fromkeys([entry.passage.article.source, *(copy.source for copy in entry.passage.copies)])
    return f"{escape_markdown(entry.passage.article.title)} ({', '.join(escape_markdown(o) or 'unknown outlet' for o in outlets)})"


def _name_of(article: Article) -> str:
    outlet = escape_markdown(article.source) or "Unknown outlet"
    return f"{escape_markdown(article.title)}. {outlet}, {format_day(article.published_at)}"


def describe_evidence_dates(answer: Answer) -> str:
    """Say of which time the evidence of an answer is, and up to when the archive reaches."""
    earliest, latest = answer.as_of
    span = "undated" if not latest else f"of {format_day(earliest)}"
    if earliest and latest and earliest.date() != latest.date():
        span = f"from {format_day(earliest)} to {format_day(latest)}"
    newest = (
        f" The newest article in the archive is of {format_day(answer.archive_until)}." if answer.archive_until else ""
    )
    return f"The evidence is {span}.{newest}"


def describe_provenance(answer: Answer) -> str:
    """Say when an answer was asked for, and what made it."""
    asked = f"Asked on {format_day(answer.asked_at)}. " if answer.asked_at else ""
    searched = [f"searched as: {answer.standalone}"] if answer.rephrased else []
    facts = [f"status: {answer.status}", f"model: {answer.model}", *searched]
    facts += [f"{name}: {version}" for name, version in answer.versions.items()]
    return asked + "; ".join(facts)
