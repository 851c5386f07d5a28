"""The background of an article and the comparison of outlets as plain text, safe for a terminal."""

from collections.abc import Iterator

from corpus.article import Article
from corpus.cli.display import to_line
from corpus.text.days import format_day
from rag.model import Citation
from rag.story.background import Background, CoverageSection
from rag.story.correction_links import CorrectionLink
from rag.story.name_mentions import NameMention
from rag.story.outlet_comparison import ComparedRow, OutletComparison

CORRECTIONS = {"notice": "It carries a notice", "corrects": "It corrects", "corrected by": "Corrected by"}
"""What the directions of a correction are called."""

_QUOTE = 400  # Characters of a sentence that are shown.


def write_background(background: Background) -> str:
    """Return what the archive has on an article."""
    article = background.article
    lines = [f"{to_line(article.title)} ({_describe_origin(article)}, {article.id})"]
    if background.written:
        lines += ["", to_line(background.written.text, len(background.written.text) + 1)]
        lines += [f"! Not supported: {to_line(c.text, 300)}" for c in background.written.claims if not c.supported]
        lines += [
            f"  [{c.n}] {_describe_origin(c.passage.article)}: {to_line(c.quote, _QUOTE)}"
            for c in background.written.citations
        ]
    if background.copies:
        lines += ["", "The same text elsewhere:", *(f"  - {_describe_origin(copy)}" for copy in background.copies)]
    if background.corrections:
        lines += ["", "Corrections:", *map(_write_correction, background.corrections)]
    for section in background.sections:
        lines += ["", *_write_section(section)]
    if background.names:
        lines += ["", "Names, and where each was last mentioned:", *map(_write_name, background.names)]
    if background.questions:
        lines += ["", "Questions that the archive answers:", *(f"  - {to_line(q)}" for q in background.questions)]
    return "\n".join([*lines, *(f"\nNote: {to_line(note, 600)}" for note in background.notes)])


def _write_section(section: CoverageSection) -> Iterator[str]:
    more = (
        f" ({len(section.entries)} of {section.found} stories, the nearest)"
        if section.found > len(section.entries)
        else ""
    )
    yield f"{section.heading}{more}:"
    for entry in section.entries:
        article, copies = entry.passage.article, entry.passage.copies
        carried = (
            f"; the same text: {', '.join(to_line(c.source, 80) or 'unknown outlet' for c in copies)}" if copies else ""
        )
        yield f"  [{entry.n}] {to_line(article.title)} ({_describe_origin(article)}, {article.id}{carried})"
        yield f"      “{to_line(entry.quote, _QUOTE)}”"


def _write_correction(link: CorrectionLink) -> str:
    other = "" if link.direction == "notice" else f" {to_line(link.article.title)} ({link.article.id})"
    return f"  - {CORRECTIONS[link.direction]}{other}: “{to_line(link.notice, _QUOTE)}”"


def _write_name(mention: NameMention) -> str:
    if mention.last is None:
        return f"  - {to_line(mention.name, 80)}: in no other article"
    article = mention.last.passage.article
    when = ", after this article" if mention.later else ""
    return f"  - {to_line(mention.name, 80)}: {_describe_origin(article)}{when}, “{to_line(mention.last.quote, 200)}” ({article.id})"


def write_comparison(comparison: OutletComparison) -> str:
    """Return how several outlets tell a story, each row with its sentences one below the other."""
    lines = []
    for n, report in enumerate(comparison.reports, 1):
        article = report.article
        outlets = ", ".join(to_line(name, 80) or "Unknown outlet" for name in report.outlets)
        lines.append(f"[{n}] {outlets}, {format_day(article.published_at)}: {to_line(article.title)} ({article.id})")
    for heading, rows in comparison.groups:
        lines += ["", f"{heading}:"]
        for row in rows:
            lines += [*_write_row(row), ""]
    return "\n".join([*lines, *(f"Note: {to_line(note, 600)}" for note in comparison.notes)])


def _write_row(row: ComparedRow) -> Iterator[str]:
    for difference in row.differences:
        told = ", ".join(
            f"[{n + 1}] {to_line(_read_body(row.cells[n], span), 80)}" for n, span in sorted(difference.spans.items())
        )
        yield (
            f"  {difference.kind.capitalize()} differ: {told}"
            if difference.kind != "attribution"
            else f"  Said by others: {told}"
        )
    for n, cell in enumerate(row.cells, 1):
        yield f"  [{n}] “{to_line(cell.quote, _QUOTE)}”" if cell else f"  [{n}] -"


def _read_body(cell: Citation | None, span: tuple[int, int]) -> str:
    return cell.passage.article.body[slice(*span)] if cell else ""


def _describe_origin(article: Article) -> str:
    return f"{to_line(article.source, 80) or 'Unknown outlet'}, {format_day(article.published_at)}"
