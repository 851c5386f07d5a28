"""An answer cut into the statements that are checked one by one, each with the marks that belong to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.text.sentences import Span, split_sentences
from rag.text.citation_marks import Marked
from rag.text.terms import STOPWORDS, words
from rag.verification.passage_facts import PassageFacts

_LEAD = re.compile(r"\s*(?:[-*•+–]\s+|\d{1,2}[.)]\s+|>\s*|\|\s*)+")
_HEADING = re.compile(r"\s*+(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$|__[^_]+__:?\s*$|(?:\|\s*+)?:?-{3,})")
_JOINT = re.compile(r"[\s,;:–—-]*(?:\b(?:and|but|while|whereas|or|yet|so|then)\b\s*)?", re.IGNORECASE)
_SHORT = 4  # Words: what is marked in less than this is part of a list ("Cuba [1], Chad [2] and Peru [3] ...").

# What a statement about the sources begins with, its subject, and the words that say that they lack something.
_OPENING = frozenset(
    "however but and also though beyond that the this these those neither none no both any all of provided cited given "
    "retrieved available supplied i we doch aber die der das den dem diese dieses keine keiner kein weder le la les ces "
    "cet aucun aucune mais el los las estos ningún ninguno ninguna pero".split()
)
_SOURCES = frozenset(
    "passage passages article articles archive source sources excerpt excerpts text texts document documents evidence "
    "material i we passagen artikel archiv quelle quellen texte dokumente extraits archives textes fuente fuentes pasaje "
    "pasajes artículo artículos archivo".split()
)
_LACKING = frozenset(
    "not no neither nor none nothing never without cannot lack lacks silent unclear nicht kein keine keinen nichts weder "
    "ne aucun aucune rien ni ningún ninguna ninguno nada".split()
)
_TOLD = frozenset(
    "given stated mentioned provided named specified reported known available disclosed included described explained "
    "genannt angegeben erwähnt bekannt mentionné mentionnée précisé précisée indiqué mencionado indicado".split()
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold one statement of an answer.

    Attributes:
        start: Offset of its first character in the text without marks.
        end: End offset, exclusive.
        cited: The positions of the passages whose marks belong to it, in order.
        covered_by: Without marks of its own: those of the next marked statement of the paragraph.
        note: True where it speaks of what the passages or the archive lack.
        invented: The numbers of its marks that point at no passage.
        beside: The positions of the passages that other statements of its paragraph cite.
    """

    start: int
    end: int
    cited: tuple[int, ...]
    covered_by: tuple[int, ...] = ()
    note: bool = False
    invented: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()


def split_statements(marked: Marked, language: str = "en") -> list[Statement]:
    """Return what an answer states, in order; headings, heads of tables, lead-ins and questions are left out.

    A sentence with marks inside is cut after each of them, where both sides are long enough to state something. Where
    a line begins with marks and none stands at its end, each mark belongs to what follows it.
    """
    lines = [match.span() for match in re.finditer(r"[^\n]+", marked.text)]
    found: list[Statement] = []
    for i, (start, end) in enumerate(lines):
        below = marked.text[slice(*lines[i + 1])] if i + 1 < len(lines) else ""
        table_head = marked.text[start] == "|" and not below.strip("|:- \t") and below.startswith("|")
        if not table_head:
            found.extend(_split_line(marked, start, end, language))
    return found


def _split_line(marked: Marked, start: int, end: int, language: str) -> Iterator[Statement]:
    heading = _HEADING.match(marked.text[start:end])
    lead = _LEAD.match(marked.text, start, end)
    begin = lead.end() if lead else start
    line = list(
        _split_led_line(marked, begin, end, language) or _split_followed_line(marked, start, begin, end, language)
    )
    line = [_mark_note(marked.text, replace(s, invented=_find_invented(marked, s))) for s in line]
    line = [
        s
        for s in line
        if s.cited or s.invented or s.note or not (heading or _states_nothing(marked.text[s.start : s.end]))
    ]
    together = dict.fromkeys(n for s in line for n in s.cited)
    for i, statement in enumerate(line):
        later = next((s.cited for s in line[i + 1 :] if s.cited), ())
        covered_by = () if statement.cited or statement.invented else later
        own = statement.cited or covered_by
        yield replace(statement, covered_by=covered_by, beside=tuple(n for n in together if n not in own))


def _find_invented(marked: Marked, statement: Statement) -> tuple[int, ...]:
    return tuple(n for at, numbers in marked.invented if statement.start < at <= statement.end for n in numbers)


def _split_led_line(marked: Marked, begin: int, end: int, language: str) -> list[Statement]:
    """Return the statements of a line whose marks precede what they belong to; none where they follow it."""
    inside = [mark for mark in marked.marks if begin - 1 <= mark[0] <= end]
    if not inside or inside[0][0] > begin or not marked.text[inside[-1][0] : end].strip(" .!?|"):
        return []
    borders = [*(at for at, _ in inside[1:]), end]
    return [
        Statement(at + a, at + b, numbers)
        for (at, numbers), border in zip(inside, borders, strict=True)
        for a, b in split_sentences(marked.text[at:border], language)
    ]


def _split_followed_line(marked: Marked, start: int, begin: int, end: int, language: str) -> Iterator[Statement]:
    """Yield the statements of a line whose marks follow what they belong to; a row of a table is one."""
    text = marked.text[begin:end]
    row = marked.text[start] == "|"
    for a, b in [(0, len(text.rstrip(" |")))] if row else split_sentences(text, language):
        span = (begin + a, begin + b)
        if row:
            cited = [n for at, numbers in marked.marks if start <= at <= end for n in numbers]
            yield Statement(*span, tuple(dict.fromkeys(cited)))
        else:
            yield from _split_clauses(marked, span, start if a == 0 else span[0] + 1)


def _split_clauses(marked: Marked, span: Span, since: int) -> list[Statement]:
    """Cut a sentence after its marks; a mark counts from `since` on, which lies before the words of a line."""
    start, end = span
    inside = [(at, numbers) for at, numbers in marked.marks if since <= at <= end]
    found: list[Statement] = []
    cited: list[int] = []
    for i, (at, numbers) in enumerate(inside):
        cited.extend(numbers)
        following = inside[i + 1][0] if i + 1 < len(inside) else at
        if _length(marked.text[start:at]) >= _SHORT and _length(marked.text[at:following]) >= _SHORT:
            found.append(Statement(start, at, tuple(dict.fromkeys(cited))))
            joint = _JOINT.match(marked.text, at, end)
            start, cited = (joint.end() if joint else at), []
    found.append(Statement(start, end, tuple(dict.fromkeys(cited))))
    return [s for s in found if s.start < s.end]


def _length(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _states_nothing(text: str) -> bool:
    """Return whether an unmarked sentence states nothing that an article could hold."""
    told = [word for word in words(text) if word not in STOPWORDS]
    return (len(told) < 2 and _length(text) < 5) or text.rstrip("*_ ").endswith((":", "?"))


def _mark_note(text: str, statement: Statement) -> Statement:
    """Mark a statement about the sources: they lack something, or, where it cites none, something is not told."""
    said = [
        word.removesuffix("n't") + " not" * word.endswith("n't")
        for word in words(text[statement.start : statement.end])
    ]
    said = " ".join(said).split()
    subject = next((i for i, word in enumerate(said) if word not in _OPENING or word in _SOURCES), len(said))
    lacking = not _LACKING.isdisjoint(said)
    of_sources = subject < len(said) and said[subject] in _SOURCES
    untold = not statement.cited and not _TOLD.isdisjoint(said)
    return replace(statement, note=lacking and (of_sources or untold))


def drop_source_list(marked: Marked, evidence: Sequence[PassageFacts]) -> Marked:
    """Return a text without the list of its sources at the end, which the reader is given anyway.

    A line belongs to it where all its words are those of the heading of what it cites, behind a lead ("Source: ...") or
    below a line such as "Sources:".
    """
    lines = [match.span() for match in re.finditer(r"[^\n]+", marked.text)]
    end, i = len(marked.text), len(lines)
    while i and _names_source(marked, lines[i - 1], evidence):
        i -= 1
        end = lines[i][0] if _lead_word(marked.text[slice(*lines[i])]) else end
    if i and i < len(lines) and _is_lead_in(marked, lines[i - 1]):
        end = lines[i - 1][0]
    text = marked.text[:end].rstrip() if end < len(marked.text) else marked.text
    return replace(marked, text=text, marks=tuple(mark for mark in marked.marks if mark[0] <= len(text)))


def _names_source(marked: Marked, line: Span, evidence: Sequence[PassageFacts]) -> bool:
    cited = {n for at, numbers in marked.marks if line[0] <= at <= line[1] for n in numbers}
    text = marked.text[slice(*line)].removeprefix(_lead_word(marked.text[slice(*line)]))
    return bool(cited) and any(evidence[n - 1].heads(text) for n in cited)


def _lead_word(text: str) -> str:
    """Return the "Source:" of a line, or ""."""
    word, colon, _ = text.partition(":")
    return word + colon if colon and word.strip("*_- ").isalpha() else ""


def _is_lead_in(marked: Marked, line: Span) -> bool:
    text = marked.text[slice(*line)]
    bare = text.strip("#*_: ")
    return (
        not any(line[0] <= at <= line[1] for at, _ in marked.marks) and _length(bare) < _SHORT and bare != text.strip()
    )
