"""Write a checked draft to a file: Markdown, HTML and DOCX to be read, JSON for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import InputError
from corpus.text.days import format_day
from rag.answer.answer_export import escape_markdown
from rag.drafts.draft_report import VERDICTS, CheckedClaim, DraftReport, FoundPassage, describe_counts
from rag.question.filter_values import phrase_names

_TEMPLATES = Path(__file__).with_name("templates")
_ENDINGS = (".md", ".html", ".docx", ".json")


def check_report_name(file: Path) -> None:
    """Raise if the name of a file does not say what to write.

    Raises:
        InputError: It ends in none of .md, .html, .docx and .json.
    """
    if file.suffix.lower() not in _ENDINGS:
        raise InputError(
            f"{file}: written are Markdown, HTML, DOCX and JSON; end the name in .md, .html, .docx or .json"
        )


def export_report(report: DraftReport, file: Path) -> None:
    """Write a report in the form that the ending of the name tells; a file that is there is replaced.

    Raises:
        InputError: The name has another ending, or the file cannot be written.
    """
    check_report_name(file)
    try:
        file.write_bytes(render_report(report, file.suffix.lower()))
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror}); give another place") from error


def render_report(report: DraftReport, ending: str) -> bytes:
    """Return a report as the content of a file; `ending` is .md, .html, .docx or .json."""
    if ending == ".docx":
        from rag.drafts.draft_docx import render_docx

        return render_docx(report)
    render = {".md": render_markdown, ".html": render_html, ".json": render_json}[ending]
    return render(report).encode("utf-8", "replace")


def render_json(report: DraftReport) -> str:
    """Return a report as JSON; offsets of claims are those of `text`, offsets of passages those of the article."""
    return json.dumps(report.to_record(), ensure_ascii=False, indent=2) + "\n"


def render_html(report: DraftReport) -> str:
    """Return a report as one HTML page without scripts, links or anything that is fetched; all text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.filters["day"] = format_day
    template = environment.get_template("draft_report.html")
    return template.render(
        report=report, verdicts=VERDICTS, summary=describe_counts(report), basis=describe_basis(report)
    )


def render_markdown(report: DraftReport) -> str:
    """Return a report as Markdown; what the draft and the articles say is escaped and shows as text."""
    blocks = ["# Checked draft", escape_markdown(describe_counts(report)), escape_markdown(describe_basis(report))]
    blocks += [f"*{escape_markdown(note)}*" for note in report.notes]
    blocks += ["## The draft", *_write_draft(report), "## The claims"]
    for one in report.checked:
        blocks += _write_claim(one)
    if report.passed_over:
        blocks.append("## Passed over")
        blocks.append("\n".join(f"- {escape_markdown(p.text)} ({p.reason})" for p in report.passed_over))
    return "\n\n".join(blocks) + "\n"


def describe_basis(report: DraftReport) -> str:
    """Return what a report was made from, in a sentence or two."""
    newest = f", the newest of {format_day(report.archive_until)}" if report.archive_until else ""
    judged = "by rules alone" if report.model == "none" else f"by rules and by {report.model}"
    filters = report.filters
    narrowed = [
        f"since {filters.since:%Y-%m-%d %H:%M} UTC" if filters.since else "",
        f"before {filters.until:%Y-%m-%d %H:%M} UTC" if filters.until else "",
        f"by {', '.join(filters.outlets)}" if filters.outlets else "",
        phrase_names(filters),
    ]
    only = f" Searched were only articles {' '.join(filter(None, narrowed))}." if filters else ""
    day = f" on {format_day(report.checked_at)}" if report.checked_at else ""
    return f"Checked{day} {judged} against {report.articles:,} articles{newest}.{only}"


def describe_source(passage: FoundPassage) -> str:
    """Return headline, outlet and date of a passage."""
    return f"{passage.title}. {passage.outlet or 'Unknown outlet'}, {format_day(passage.published_at)}"


def _write_draft(report: DraftReport) -> Iterator[str]:
    """Yield the paragraphs of the draft, each claim in bold with its number and verdict behind it."""
    text = ""
    for piece, one in report.split():
        if one:
            text += f"**{escape_markdown(piece)}** [{one.claim.number}: {VERDICTS[one.verdict].lower()}]"
        else:
            lines = piece.split("\n")
            # Escaping strips each line, and its words must not run into the bold ones.
            text += "\n".join(
                (" " if line[:1] == " " else "") + escape_markdown(line) + (" " if line[-1:] == " " else "")
                for line in lines
            )
    yield from (line.strip() for line in text.split("\n") if line.strip())


def _write_claim(one: CheckedClaim) -> Iterator[str]:
    about = f" (of: {', '.join(map(escape_markdown, one.claim.about))})" if one.claim.about else ""
    yield f"### {one.claim.number}. {VERDICTS[one.verdict]}"
    yield f"{escape_markdown(one.claim.text)}{about}"
    if one.reason:
        yield f"*{escape_markdown(one.reason)}*"
    for passage in one.passages:
        words = "".join(_write_piece(text, marked) for text, marked in passage.split())
        place = f"article {escape_markdown(passage.article_id)}, from character {passage.start}"
        yield f"> {passage.number}. {escape_markdown(describe_source(passage))} ({place})\n>\n> {words}"


def _write_piece(text: str, marked: bool) -> str:
    escaped = escape_markdown(text)
    before, behind = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{before}**{escaped}**{behind}" if marked and escaped else f"{before}{escaped}{behind}"
