"""Turn text into markup: the only module that decides what is a tag and what is a character.

Headlines, bodies, outlets, URLs, questions, errors and what a model writes are text. They reach the page through `escape`,
which the templates call on every value (`web.markup.templating`).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

import markupsafe

from corpus.text import days
from corpus.text.urls import parse_url

Span = tuple[int, int]

_REL = 'rel="noopener noreferrer nofollow" target="_blank"'


def escape(text: object) -> str:
    """Return a text so that markup shows it literally, between tags and inside quoted attributes."""
    # The templates escape with the same function; a plain `str`, as `Markup` would escape what is joined to it.
    return str(markupsafe.escape(str(text)))


def render_link(url: str, text: str) -> str:
    """Return a link that opens apart and tells the other side nothing; only the text if the address is not http(s)."""
    safe = parse_url(url)
    return f'<a class="out" href="{escape(safe)}" {_REL}>{escape(text)}</a>' if safe else escape(text)


def format_day(date: date | None) -> str:
    """Write a date as "7 Sep 2017", or say that it is not known."""
    return days.format_day(date, "short", unknown="date unknown")


def render_byline(*parts: str) -> str:
    """Join what is known of an article's origin with dots, as text; what is written from right to left keeps apart."""
    return " · ".join(isolate_direction(part) for part in parts if part)


def isolate_direction(text: str) -> str:
    """Put marks around a text with letters that are written from right to left, else they draw in what follows."""
    rightward = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
    return f"\u2068{text}\u2069" if rightward else text


def merge_spans(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """Cut spans to [start, end), order them, and join those that touch."""
    result: list[Span] = []
    for a, b in sorted((max(a, start), min(b, end)) for a, b in spans):
        if a >= b:
            continue
        if result and a <= result[-1][1]:
            result[-1] = (result[-1][0], max(b, result[-1][1]))
        else:
            result.append((a, b))
    return result


def mark_spans(text: str, start: int, end: int, marks: Iterable[Span]) -> str:
    """Return `text[start:end]` with the given spans of `text` marked."""
    pieces: list[str] = []
    at = start
    for a, b in merge_spans(marks, start, end):
        pieces.append(f"{escape(text[at:a])}<mark>{escape(text[a:b])}</mark>")
        at = b
    return "".join(pieces) + escape(text[at:end])


def excerpt(text: str, within: Span, marks: Sequence[Span], margin: int = 110, least: int = 320) -> str:
    """Return a passage cut down to the neighbourhood of its marks, with "…" where something is left out.

    Args:
        text: The article's body.
        within: Where the passage stands in it.
        marks: The cited words, as offsets in the body.
        margin: Characters kept on each side of a mark, up to the next white space.
        least: Length of the excerpt of a passage without marks.
    """
    start, end = within
    spans = merge_spans(marks, start, end)
    wide = [(_word_start(text, a - margin, start), _word_end(text, b + margin, end)) for a, b in spans]
    windows = merge_spans([*wide, *spans] or [(start, _word_end(text, start + least, end))], start, end)
    pieces = [mark_spans(text, a, b, spans).strip() for a, b in windows]
    head = "… " if windows and windows[0][0] > start else ""
    tail = " …" if windows and windows[-1][1] < end else ""
    return re.sub(r"\n+", "\n", head + " … ".join(pieces) + tail)


def _word_start(text: str, at: int, least: int) -> int:
    if at <= least:
        return least
    found = re.compile(r"\s").search(text, at)
    return found.end() if found else at


def _word_end(text: str, at: int, most: int) -> int:
    if at >= most:
        return most
    cut = max(text.rfind(" ", 0, at + 1), text.rfind("\n", 0, at + 1))
    return cut if cut > 0 else at
