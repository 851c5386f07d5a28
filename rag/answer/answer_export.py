"""Write an answer to a file: JSON with all that made it, or Markdown to be read and passed on."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.article import Article
from corpus.cli.display import to_line
from corpus.errors import InputError
from corpus.text.days import format_day
from rag.model import Answer, Citation

_MARKUP = re.compile(r"[\\`*_\[\]<>#&|~!$^{}@]")
_ADDRESS = re.compile(r"(?<=\w)(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_OPENING = re.compile(r"^(?=[-+=:])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")
_HEADING = re.compile(r"\*\*([^*]+)\*\*")


def export(answer: Answer, file: Path) -> None:
    """Write an answer, as Markdown or as JSON by the ending of the name; a file that is there is replaced.

    Raises:
        InputError: The name ends in neither .md nor .json, or the file cannot be written.
    """
    check_file_name(file)
    text = to_json(answer) if file.suffix.lower() == ".json" else to_markdown(answer)
    try:
        file.write_text(text, "utf-8", "replace")
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror}); give another place") from error


def check_file_name(file: Path) -> None:
    """Raise if the name of a file does not say what to write.

    Raises:
        InputError: It ends in neither .md nor .json.
    """
    if file.suffix.lower() not in {".md", ".json"}:
        raise InputError(f"{file}: exported are Markdown and JSON; end the name in .md or .json")


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
    if answer.citations:
        blocks.append(f"*{_write_dates(answer)}*")
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
    return "\n\n".join([*blocks, "---", _write_provenance(answer)]) + "\n"


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
    places = " and ".join(f"{citation.start} to {citation.end}" for citation in citations)
    where = f"article {escape_markdown(article.id)}, characters {places}"
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


def _write_dates(answer: Answer) -> str:
    earliest, latest = answer.as_of
    span = "undated" if not latest else f"of {format_day(earliest)}"
    if earliest and latest and earliest.date() != latest.date():
        span = f"from {format_day(earliest)} to {format_day(latest)}"
    newest = (
        f" The newest article in the archive is of {format_day(answer.archive_until)}." if answer.archive_until else ""
    )
    return f"The evidence is {span}.{newest}"


def _write_provenance(answer: Answer) -> str:
    asked = f"Asked on {format_day(answer.asked_at)}. " if answer.asked_at else ""
    searched = [f"searched as: {answer.standalone}"] if answer.standalone not in {"", answer.question} else []
    facts = [f"status: {answer.status}", f"model: {answer.model}", *searched]
    facts += [f"{name}: {version}" for name, version in answer.versions.items()]
    return asked + escape_markdown("; ".join(facts))
