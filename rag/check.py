"""Check every claim of an answer against the passages that it cites, and number the citations for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rag.evidence import Evidence
from rag.marks import Marked, read_marks, with_marks
from rag.model import Citation, Claim, Passage
from rag.reasons import reason
from rag.statements import Statement, statements
from rag.support import Claimed, Problem, Verdict


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
    """Hold a statement with the passages that it cites after the check (by position), and the verdict."""

    statement: Statement
    cited: tuple[int, ...]
    marked: bool
    verdict: Verdict


def check(text: str, passages: Sequence[Passage], *, now: datetime | None = None, language: str = "en") -> Checked:
    """Check an answer: each claim must be held by what it cites, else another passage is cited or the claim marked.

    Args:
        text: The answer, with marks that give the place of a passage in `passages`, counted from 1.
        passages: What the answer was made from, in the order of the prompt.
        now: What "last week" in the answer is counted from.
        language: The language of the answer, ISO 639-1.
    """
    marked = read_marks(text, len(passages))
    evidence = [Evidence(i, passage) for i, passage in enumerate(passages, 1)]
    findings = [_finding(marked, statement, evidence, now, language) for statement in statements(marked)]
    numbers = _numbers(findings)
    claims = tuple(_claim(marked.text, finding, numbers) for finding in findings)
    marks = [
        (finding.statement.end, [numbers[position] for position in finding.cited])
        for finding in findings
        if finding.marked
    ]
    citations = [c for position, n in numbers.items() for c in _citations(n, evidence[position - 1], findings)]
    return Checked(with_marks(marked.text, marks), claims, tuple(citations), marked.dropped)


def _finding(
    marked: Marked, statement: Statement, evidence: Sequence[Evidence], now: datetime | None, language: str
) -> _Finding:
    claimed = Claimed(marked.text[statement.start : statement.end], language, now)
    positions = statement.cited or statement.covered_by
    verdict = claimed.verdict([evidence[i - 1] for i in positions])
    if not statement.cited:
        if positions and not verdict.problem:
            return _Finding(statement, positions, False, verdict)
        return _Finding(statement, (), False, Verdict(Problem("uncited")))
    if not verdict.problem:
        return _Finding(statement, positions, True, verdict)
    other = _better(claimed, evidence, positions)
    if other:
        return _Finding(statement, (other[0],), True, other[1])
    return _Finding(statement, positions, True, verdict)


def _better(claimed: Claimed, evidence: Sequence[Evidence], cited: Sequence[int]) -> tuple[int, Verdict] | None:
    """Return the first passage that holds everything by itself, best rank first."""
    for candidate in evidence:
        if len(cited) == 1 and candidate.position in cited:
            continue
        verdict = claimed.verdict([candidate])
        if not verdict.problem:
            return candidate.position, verdict
    return None


def _numbers(findings: Sequence[_Finding]) -> dict[int, int]:
    """Return the reader's number of each cited position: 1 for the first that the text mentions."""
    numbers: dict[int, int] = {}
    for finding in sorted(findings, key=lambda finding: finding.statement.end):
        for position in finding.cited if finding.marked else ():
            numbers.setdefault(position, len(numbers) + 1)
    return numbers


def _claim(text: str, finding: _Finding, numbers: dict[int, int]) -> Claim:
    words = text[finding.statement.start : finding.statement.end]
    cited = tuple(sorted(numbers[position] for position in finding.cited if position in numbers))
    problem = finding.verdict.problem
    return Claim(words, cited, problem is None, reason(problem, cited) if problem else "")


def _citations(n: int, evidence: Evidence, findings: Sequence[_Finding]) -> list[Citation]:
    """Return a citation for each run of sentences that supports claims citing it; where no claim is held, for one."""
    citing = [f for f in findings if evidence.position in f.verdict.runs and evidence.position in f.cited]
    chunk = evidence.passage.chunk
    if not citing or not evidence.spans:
        return [Citation(n, evidence.passage, chunk.start, chunk.end)]
    held = [finding for finding in citing if finding.verdict.problem is None]
    runs: list[tuple[int, int]] = []
    for first, last in sorted(finding.verdict.runs[evidence.position] for finding in held or citing[:1]):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    spans = evidence.spans
    return [Citation(n, evidence.passage, spans[first][0], spans[last][1]) for first, last in runs]
