"""What the commands print: tables and articles for people, JSON for programs; nothing in it can steer a terminal."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import TextIOWrapper
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Column, Table
from rich.text import Text

from corpus.archive.edits import Edit
from corpus.article import Article
from corpus.ingestion.ingest import SHOWN, IngestSummary
from corpus.references.reference import make_references
from corpus.references.reference_formats import REFERENCE_FORMATS, ReferenceFormat
from corpus.text.days import format_day

# C0 and C1 controls but tab and line feed; marks that turn the direction of writing; line separators.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def strip_controls(text: str) -> Text:
    """Return text that is shown as it reads: no control characters, and no markup is obeyed."""
    return Text(_CONTROLS.sub("", text))


def to_line(text: str, room: int = 200) -> str:
    """Return text in one line of at most `room` characters, without control characters."""
    words = " ".join(_CONTROLS.sub(" ", text).split())
    return words if len(words) <= room else words[: room - 1] + "…"


def accept_any_text() -> None:
    """Let stdout and stderr write "?" for what their encoding lacks, and stdin read any bytes."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def console(stderr: bool = False) -> Console:
    """Return a console that neither marks up nor colours what it is given by itself; a pipe gets long lines."""
    stream = sys.stderr if stderr else sys.stdout
    # A headline may contain [bold]: article text must never be read as markup.
    return Console(stderr=stderr, highlight=False, markup=False, width=None if stream.isatty() else 200)


def print_json(value: object) -> None:
    """Print one JSON value, in ASCII, so that no terminal and no encoding minds it."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_references(kind: ReferenceFormat, cited: Iterable[tuple[Article, str]]) -> None:
    """Print articles as references, in UTF-8 whatever the terminal speaks, as the programs that read them expect.

    Args:
        kind: The format.
        cited: Articles, each with words that are cited of it, or "".
    """
    print_bytes(REFERENCE_FORMATS[kind][2](make_references(cited)).encode("utf-8", "replace"))


def print_bytes(content: bytes) -> None:
    """Write the content of a file to stdout as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def build_table(*columns: str, title: str = "") -> Table:
    """Return an empty table; a column whose name begins with "#" holds numbers."""
    grid = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        grid.add_column(column.lstrip("#"), justify="right" if column.startswith("#") else "left", overflow="fold")
    return grid


def build_articles_table(articles: Iterable[Article], copies: dict[str, int]) -> Table:
    """Return one line for each article; the last column names corrections, versions and near duplicates."""
    grid = build_table("date", "outlet", "headline", "id", "")
    for article in articles:
        marks = [
            f"version {article.version}" if article.version > 1 else "",
            "corrected" if article.notice else "",
            f"story {copies[article.id]}" if article.id in copies else "",
        ]
        cells = (
            format_day(article.published_at, "iso"),
            article.source,
            article.title,
            article.id,
            ", ".join(filter(None, marks)),
        )
        grid.add_row(*(strip_controls(cell) for cell in cells))
    return grid


def format_edits(edits: Iterable[Edit]) -> str:
    """Return a sentence for each edit of an article."""
    return " ".join(f"{edit.note}." for edit in edits)


def format_article(
    article: Article, versions: Sequence[Article], copies: Sequence[Article], edits: Sequence[Edit] = ()
) -> Group:
    """Return a whole article with its particulars, its edits, its versions and its near duplicates."""
    facts = Table.grid("", Column(overflow="fold"), padding=(0, 2))
    rows: list[tuple[str, str]] = [
        ("id", article.id),
        ("outlet", article.source or "unknown"),
        ("published", _format_instant(article.published_at)),
        ("updated", _format_instant(article.updated_at) if article.updated_at else ""),
        ("author", article.author),
        ("address", article.url),
        ("language", article.language),
        ("section", article.category),
        ("feed", article.feed),
        ("edited", format_edits(edits)),
        ("version", _format_version(article, versions)),
        ("correction", article.notice),
        ("copies", "; ".join(f"{copy.source or 'unknown outlet'}: {copy.id}" for copy in copies)),
    ]
    for name, value in rows:
        if value:
            facts.add_row(Text(name, style="dim"), strip_controls(value))
    headline = strip_controls(article.title)
    headline.stylize("bold")
    return Group(headline, facts, Text(), strip_controls(article.body))


def _format_version(article: Article, versions: Sequence[Article]) -> str:
    if len(versions) < 2:
        return ""
    known = ", ".join(f"{v.version} ({format_day(v.updated_at or v.published_at, 'iso')})" for v in versions)
    return f"{article.version} of {known}"


def _format_instant(date: datetime | None) -> str:
    if date is None:
        return "unknown"
    return date.isoformat(" ", "minutes") if date.utcoffset() else f"{date:%Y-%m-%d %H:%M} UTC"


def format_summary(summary: IngestSummary, dry_run: bool) -> str:
    """Return what became of the items, in a few lines: counts, then the first refusals with their reasons."""
    counts = f"{summary.added:,} added, {summary.updated:,} updated, {summary.unchanged:,} unchanged"
    counts += f", {summary.skipped:,} outside --since" if summary.skipped else ""
    lines = [("Would be: " if dry_run else "") + f"{counts}, {summary.lost:,} refused."]
    for refusal in summary.refused[:SHOWN]:
        mark = "note" if refusal.kept else "refused"
        lines.append(f"  {mark}: {to_line(refusal.item)}: {to_line(refusal.reason, 400)}")
    if len(summary.refused) > SHOWN:
        lines.append(f"  ... and {len(summary.refused) - SHOWN:,} more")
    return "\n".join(lines)


def build_facts_table(facts: Iterable[tuple[str, Any]], title: str = "") -> Table:
    """Return names and values in two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.title = title or None
    for name, value in facts:
        grid.add_row(Text(name, style="dim"), strip_controls(f"{value:,}" if isinstance(value, int) else str(value)))
    return grid
