"""An answer cut into the statements that are checked one by one, each with the marks behind it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.sentences import Span
from rag.evidence import sentence_spans
from rag.marks import Marked
from rag.wording import content

_LEAD = re.compile(r"\s*(?:[-*•+–]\s+|\d{1,2}[.)]\s+|>\s*)+")
_HEADING = re.compile(r"\s*+(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$|__[^_]+__:?\s*$|(?:\|\s*+)?:?-{3,})")
_ARCHIVE = re.compile(
    r"\b(?:the\s+)?(?:archive|passages?|(?:retrieved\s+|available\s+|provided\s+|given\s+)(?:articles?|sources?|evidence|documents?))\s+"
    r"(?:(?:does|do|did|has|have|is|are|holds?|contains?|says?|offers?|gives?|provides?|mentions?|names?)\s*(?:not|n['’]t|no|nothing|none)\b)"
    r"|\b(?:I|we)\s+(?:could\s+not|cannot|can['’]t|found\s+no|do\s+not|don['’]t)\b"
    r"|\bhere\s+(?:is|are)\b|^\s*(?:in\s+(?:summary|short)|sources?|note|answer)\s*+:?\s*$",
    re.IGNORECASE,
)
_JOINT = re.compile(r"[\s,;:–—-]*(?:\b(?:and|but|while|whereas|or|yet|so|then)\b\s*)?", re.IGNORECASE)
_SHORT = 4  # Words: what is marked in less than this is part of a list ("Cuba [1], Chad [2] and Peru [3] ...").


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold one statement of an answer.

    Attributes:
        start: Offset of its first character in the text without marks.
        end: Offset behind its last.
        cited: The positions of the passages that are marked behind it, in order.
        covered_by: Without marks of its own: those of the next marked statement of the paragraph.
    """

    start: int
    end: int
    cited: tuple[int, ...]
    covered_by: tuple[int, ...] = ()


def statements(marked: Marked) -> list[Statement]:
    """Return what an answer states, in order; headings, lead-ins, questions and words about the archive are left out.

    A sentence with marks inside is cut behind each of them, where both sides are long enough to state something.
    """
    found: list[Statement] = []
    for line in re.finditer(r"[^\n]+", marked.text):
        found.extend(_of_line(marked, line.start(), line.end()))
    return found


def _of_line(marked: Marked, start: int, end: int) -> Iterator[Statement]:
    heading = _HEADING.match(marked.text[start:end])
    lead = _LEAD.match(marked.text, start, end)
    begin = lead.end() if lead else start
    line: list[Statement] = []
    for a, b in sentence_spans(marked.text[begin:end]):
        span = (begin + a, begin + b)
        line.extend(_clauses(marked, span, start if span[0] == begin else span[0] + 1))
    line = [s for s in line if s.cited or not (heading or _empty(marked.text[s.start : s.end]))]
    for i, statement in enumerate(line):
        later = next((s.cited for s in line[i + 1 :] if s.cited), ())
        yield statement if statement.cited else Statement(statement.start, statement.end, (), later)


def _clauses(marked: Marked, span: Span, since: int) -> list[Statement]:
    """Cut a sentence behind its marks; a mark counts from `since` on, which lies before the words of a line."""
    start, end = span
    inside = [(at, numbers) for at, numbers in marked.marks if since <= at <= end]
    found: list[Statement] = []
    cited: list[int] = []
    for i, (at, numbers) in enumerate(inside):
        cited.extend(numbers)
        behind = inside[i + 1][0] if i + 1 < len(inside) else at
        if _words(marked.text[start:at]) >= _SHORT and _words(marked.text[at:behind]) >= _SHORT:
            found.append(Statement(start, at, tuple(dict.fromkeys(cited))))
            joint = _JOINT.match(marked.text, at, end)
            start, cited = (joint.end() if joint else at), []
    found.append(Statement(start, end, tuple(dict.fromkeys(cited))))
    return [s for s in found if s.start < s.end]


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _empty(text: str) -> bool:
    """Tell whether an unmarked sentence states nothing that an article could hold."""
    fragment = len(content(text)) < 2 and _words(text) < 5
    return fragment or text.rstrip().endswith((":", "?")) or bool(_ARCHIVE.search(text))
