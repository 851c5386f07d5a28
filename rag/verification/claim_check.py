"""Check every claim of an answer against the passages that it cites, and number the citations for the reader.

Code flags what is certainly wrong and supports what is word for word in a passage; of the rest it says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text.sentences import Span
from rag.model import Citation, Claim, Passage, Verdict
from rag.text.citation_marks import insert_marks, read_marks
from rag.verification.attribution import find_quotation_span
from rag.verification.claim_demands import Demands
from rag.verification.claim_support import Problem, find_problem
from rag.verification.flag_reasons import describe_problem
from rag.verification.passage_facts import PassageFacts
from rag.verification.statements import Statement, drop_source_list, split_statements

_BESIDE = 0.5
"""A passage that has less than this share of the words that another cited one has, and none beyond, is no source."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold an answer after the check.

    Attributes:
        text: The answer with marks `[n]`, numbered in order of first mention.
        claims: What it states, in order.
        citations: In the order of the numbers; of one number as many as the claims rest on runs of sentences apart.
        dropped: How many marks pointed at no passage.
    """

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    dropped: int


@dataclass(frozen=True, slots=True)
class _Finding:
    """Hold a statement with the passages that it cites after the check (by position), and what was found."""

    statement: Statement
    cited: tuple[int, ...]
    verdict: Verdict
    problem: Problem | None = None


def check(text: str, passages: Sequence[Passage], *, language: str = "en") -> Checked:
    """Check an answer.

    A claim that another passage holds word for word, or that is flagged where another passage has all of it, is cited
    to that one.

    Args:
        text: The answer, with marks that give the place of a passage in `passages`, counted from 1.
        passages: What the answer was made from, in the order of the prompt.
        language: The language of the answer, ISO 639-1.
    """
    evidence = [PassageFacts(i, passage) for i, passage in enumerate(passages, 1)]
    marked = drop_source_list(read_marks(text, len(passages)), evidence)
    findings = [
        _judge_statement(Demands(marked.text[s.start : s.end], language), s, evidence)
        for s in split_statements(marked, language)
    ]
    numbers = _number_passages(findings)
    claims = tuple(_make_claim(marked.text, finding, numbers) for finding in findings)
    marks = [(f.statement.end, [numbers[p] for p in f.cited]) for f in findings if f.statement.cited]
    citations = [
        c for p, n in numbers.items() for c in _make_citations(n, evidence[p - 1], marked.text, findings, language)
    ]
    return Checked(insert_marks(marked.text, marks), claims, tuple(citations), marked.dropped)


def _judge_statement(claim: Demands, statement: Statement, evidence: Sequence[PassageFacts]) -> _Finding:
    if statement.note:
        return _Finding(statement, statement.cited, "note")
    positions = statement.cited or statement.covered_by
    own = [evidence[i - 1] for i in positions]
    copied = _find_verbatim(claim, statement, [*own, *evidence] if statement.cited else own)
    if copied:
        return copied
    if not positions or not (statement.cited or any(e.shared(claim.stems) for e in own)):
        return _Finding(statement, (), "flagged", Problem("uncited"))
    problem = find_problem(claim, own)
    if problem and statement.cited:
        other = _find_better_passage(claim, own, evidence)
        if other:
            return _Finding(statement, (other,), "unchecked")
    if problem:
        return _Finding(statement, positions, "flagged", problem)
    return _Finding(statement, _list_bearing_passages(claim, own), "unchecked")


def _find_verbatim(claim: Demands, statement: Statement, among: Sequence[PassageFacts]) -> _Finding | None:
    """Return the finding of a claim that one of some passages has word for word; each that is cited and has it stays."""
    found = {e.position for e in among if e.verbatim(claim.text)}
    cited = tuple(position for position in statement.cited if position in found)
    if not found:
        return None
    first = cited[0] if cited else next(e.position for e in among if e.position in found)
    return _Finding(statement, cited or (first,), "supported")


def _find_better_passage(claim: Demands, cited: Sequence[PassageFacts], evidence: Sequence[PassageFacts]) -> int:
    """Return the first passage that has as many words of a flagged claim and nothing that flags it, or 0."""
    most = max(len(e.shared(claim.stems)) for e in cited)
    for other in evidence:
        if len(other.shared(claim.stems)) >= most and not find_problem(claim, [other]):
            return other.position
    return 0


def _list_bearing_passages(claim: Demands, cited: Sequence[PassageFacts]) -> tuple[int, ...]:
    """Return the positions of the cited passages without those that have little of the claim and nothing of their own."""
    shared = {e.position: e.shared(claim.stems) for e in cited}
    most = max(shared.values(), key=len)
    return tuple(p for p, had in shared.items() if not (had < most and len(had) < _BESIDE * len(most)))


def _number_passages(findings: Sequence[_Finding]) -> dict[int, int]:
    """Return the reader's number of each cited position: 1 for the first that the text mentions."""
    numbers: dict[int, int] = {}
    for finding in sorted(findings, key=lambda finding: finding.statement.end):
        for position in finding.cited if finding.statement.cited else ():
            numbers.setdefault(position, len(numbers) + 1)
    return numbers


def _make_claim(text: str, finding: _Finding, numbers: dict[int, int]) -> Claim:
    words = text[finding.statement.start : finding.statement.end]
    cited = tuple(sorted(numbers[position] for position in finding.cited if position in numbers))
    return Claim(words, cited, finding.verdict, describe_problem(finding.problem, cited) if finding.problem else "")


def _make_citations(
    n: int, evidence: PassageFacts, text: str, findings: Sequence[_Finding], language: str
) -> list[Citation]:
    """Return a citation for each run of sentences that the claims citing a passage rest on; runs that touch are one."""
    citing = [f for f in findings if evidence.position in f.cited]
    holding = [f for f in citing if f.verdict != "flagged"] or citing[:1]
    spans = [_find_span(Demands(text[f.statement.start : f.statement.end], language), evidence) for f in holding]
    runs: list[Span] = []
    for start, end in sorted(spans):
        if runs and not evidence.passage.article.body[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return [Citation(n, evidence.passage, start, end) for start, end in runs]


def _find_span(claim: Demands, evidence: PassageFacts) -> Span:
    """Return the words of a passage that a claim repeats or quotes, or the sentences nearest to it."""
    copied = evidence.verbatim(claim.text)
    quoted = [span for a, b in claim.quotations if (span := find_quotation_span(claim.text[a:b], evidence))]
    if copied:
        return copied
    if quoted:
        return evidence.whole(min(quoted)[0], max(quoted)[1])
    chunk = evidence.passage.chunk
    return evidence.nearest(claim.stems) if evidence.spans else (chunk.start, chunk.end)
