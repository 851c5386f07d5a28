"""IPTC 7901, the text of teleprinters that agencies still send: a header, keywords, the headline, the story."""

import re
from collections.abc import Iterator
from itertools import dropwhile, takewhile

from corpus.article import Article
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.encoding import decode_text
from corpus.readers.refusal import ReadOptions, Refusal

# Service and number, priority, category, words: "gaz062 4 i 211 ...". Controls before it are dropped with decoding.
_HEADER = re.compile(r"\s*(?P<key>[a-z]{2,6}\d{3,5})\s+[1-9]\s+[a-z]{1,3}\s+\d{1,5}(?:\s[^\n]{0,200})?(?:\n|$)")
_TIME = re.compile(r"(?P<day>\d\d)(?P<time>\d{4})\s?(?P<zone>[A-Z]{3,4})?\s+(?P<month>[A-Za-zä]{3,4})\s+(?P<year>\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN = {"mrz": "mar", "mär": "mar", "mai": "may", "okt": "oct", "dez": "dec"}
_UTC = ("", "GMT", "UTC")
_LONGEST_HEADLINE = 6  # Lines.


def is_wire(text: str) -> bool:
    """Return whether a text begins with the header of a message."""
    return bool(_HEADER.match(text[:1000].replace("\r", "")))


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of a message."""
    text = decode_text(document.read(options.limits.page_bytes))
    yield from convert_drafts(document.name, build_draft(text), options)


def build_draft(text: str) -> Draft:
    """Return the draft of a message; its headline ends with " =" where the agency marks it so."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    header = _HEADER.match(text)
    lines = [line.strip() for line in text[header.end() if header else 0 :].split("\n")]
    ends = [number for number, line in enumerate(lines[:40]) if line.endswith("=") and line.strip("= ")]
    if ends:
        above = list(takewhile(_is_headline, reversed(lines[: ends[0]])))[: _LONGEST_HEADLINE - 1]
        title, rest = " ".join([*reversed(above), lines[ends[0]].rstrip("= ")]), lines[ends[0] + 1 :]
    else:
        rest = list(dropwhile(lambda line: not _is_headline(line), lines))
        title, rest = (rest or [""])[0], rest[1:]
    published, rest = _take_time(rest)
    return Draft(title=title, body="\n".join(rest), published=published)


def _is_headline(line: str) -> bool:
    """Return whether a line is none of keywords ("Harbour-pier/") or notes in brackets."""
    return bool(line) and not line.endswith("/") and not (line.startswith("(") and line.endswith(")"))


def _take_time(lines: list[str]) -> tuple[str, list[str]]:
    """Return the date in the last line ("051430 GMT Mar 24"), if there is one, and the lines before it."""
    last = next((number for number in range(len(lines) - 1, -1, -1) if lines[number]), -1)
    match = _TIME.fullmatch(lines[last]) if last >= 0 else None
    month = _GERMAN.get(name := match["month"].lower()[:3], name) if match else ""
    if match is None or month not in _MONTHS:
        return "", lines
    day = f"20{match['year']}-{_MONTHS.index(month) + 1:02}-{match['day']}"
    clock = f"T{match['time'][:2]}:{match['time'][2:]}Z" if (match["zone"] or "") in _UTC else ""
    return f"{day}{clock}", lines[:last]
