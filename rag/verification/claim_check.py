"""Check every claim of an answer against the passages that it cites, and number the citations for the reader.

Code flags what is certainly wrong and supports what is word for word in a passage; of the rest it says nothing.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count

from corpus.text.sentences import Span
from rag.model import HEADLINE, Citation, Claim, Passage
from rag.text.citation_marks import Marked, insert_marks, read_marks
from rag.verification.attribution import find_quotation_span
from rag.verification.claim_demands import Demands
from rag.verification.claim_support import Problem, find_problem
from rag.verification.findings import Finding
from rag.verification.flag_reasons import describe_problem
from rag.verification.passage_facts import PassageFacts
from rag.verification.second_reading import OpenClaim, Reading, apply_reading
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
        invented: The numbers of marks that point at no passage, in order.
    """

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    invented: tuple[int, ...] = ()


class ClaimCheck:
    """Check the claims of one answer: by rules, and with what a second reading says of those that they leave open."""

    def __init__(self, text: str, passages: Sequence[Passage], language: str = "en", *, single: bool = False) -> None:
        """Read an answer.

        A claim that another passage holds word for word, or that is flagged where another passage has all of it, is cited
        to that one.

        Args:
            text: The answer, with marks that give the place of a passage in `passages`, counted from 1.
            passages: What the answer was made from, in the order of the prompt.
            language: The language of the answer, ISO 639-1.
            single: The text is one claim that cites every passage, and holds no marks.
        """
        self._language = language
        self._evidence = [PassageFacts(i, passage) for i, passage in enumerate(passages, 1)]
        if single:
            self._marked = Marked(text, ())
            statements = [Statement(0, len(text), tuple(range(1, len(passages) + 1)))]
        else:
            self._marked = drop_source_list(read_marks(text, len(passages)), self._evidence)
            statements = split_statements(self._marked, language)
        self._findings = [_judge_statement(self._demands(s), s, self._evidence) for s in statements]

    def list_open_claims(self) -> list[OpenClaim]:
        """Return the claims whose verdict a second reading may settle: all but those that are there word for word.

        A claim is read against what its whole paragraph cites: "the later of the two" and "60 days later" rest on a passage
        that the sentence before cites. It is cited to what the reading quotes.
        """
        findings = [finding for finding in self._findings if finding.verdict != "supported"]
        return [
            OpenClaim(number, self._marked.text[f.statement.start : f.statement.end], _list_readable(f))
            for number, f in enumerate(findings, 1)
        ]

    def conclude(self, readings: Mapping[int, Reading] | None = None) -> Checked:
        """Return the answer with the verdicts on its claims.

        Args:
            readings: What a second reading says, by the number of the open claim.
        """
        findings = self.judge(readings)
        text, marked = self._marked.text, _list_marked(findings)
        numbers = _number_passages(marked)
        claims = tuple(_make_claim(text, finding, numbers) for finding in findings)
        marks = [(f.statement.end, [numbers[p] for p in f.cited]) for f in marked]
        citations = [
            c
            for p, n in numbers.items()
            for c in _make_citations(n, self._evidence[p - 1], text, findings, self._language)
        ]
        return Checked(insert_marks(text, marks), claims, tuple(citations), _list_invented(self._marked))

    def judge(self, readings: Mapping[int, Reading] | None = None) -> list[Finding]:
        """Return what is found of each statement; the argument is that of `conclude`."""
        numbers = count(1)
        return [
            finding if finding.verdict == "supported" else self._apply(finding, (readings or {}).get(next(numbers)))
            for finding in self._findings
        ]

    def find_spans(self, finding: Finding) -> dict[int, list[Span]]:
        """Return for each passage that a finding rests on its words, as offsets in the article's body.

        Where a second reading quotes passages, these are those that it quotes, else all that the finding cites.
        """
        claim = self._demands(finding.statement)
        positions = {position for position, _ in finding.spans} or finding.cited
        return {p: _find_spans(claim, finding, self._evidence[p - 1]) for p in sorted(positions)}

    def names(self, position: int, words: Set[str]) -> bool:
        """Return whether the article of a passage has any of some words of names."""
        return not words.isdisjoint(self._evidence[position - 1].words)

    def _apply(self, finding: Finding, reading: Reading | None) -> Finding:
        if reading is None:
            return finding
        return apply_reading(finding, self._demands(finding.statement), reading, self._evidence)

    def _demands(self, statement: Statement) -> Demands:
        return Demands(self._marked.text[statement.start : statement.end], self._language)


def check(text: str, passages: Sequence[Passage], *, language: str = "en") -> Checked:
    """Check an answer by rules alone; the arguments are those of `ClaimCheck`."""
    return ClaimCheck(text, passages, language).conclude()


def _list_readable(finding: Finding) -> tuple[int, ...]:
    """Return what the claim still cites, then what its marks or the rest of its paragraph do."""
    statement = finding.statement
    around = (*statement.cited, *statement.covered_by, *statement.beside)
    return tuple(dict.fromkeys((*finding.cited, *around))) if finding.cited else ()


def _list_invented(marked: Marked) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for _, numbers in marked.invented for number in numbers))


def _judge_statement(claim: Demands, statement: Statement, evidence: Sequence[PassageFacts]) -> Finding:
    if statement.note:
        return Finding(statement, statement.cited, "note")
    positions = statement.cited or statement.covered_by
    own = [evidence[i - 1] for i in positions]
    # First of all: what stands word for word in a passage needs neither rules nor a second reading.
    copied = _find_verbatim(claim, statement, [*own, *evidence] if statement.cited else own)
    if copied:
        return copied
    if not positions or not (statement.cited or any(e.shared(claim.stems) for e in own)):
        invented = "".join(f"[{n}]" for n in statement.invented)
        return Finding(statement, (), "flagged", Problem("invented", invented) if invented else Problem("uncited"))
    problem = find_problem(claim, own)
    if problem and statement.cited:
        other = _find_better_passage(claim, own, evidence)
        if other:
            return Finding(statement, (other,), "unchecked")
    if problem:
        return Finding(statement, positions, "flagged", problem)
    return Finding(statement, _list_bearing_passages(claim, own), "unchecked")


def _find_verbatim(claim: Demands, statement: Statement, among: Sequence[PassageFacts]) -> Finding | None:
    """Return the finding of a claim that one of some passages has word for word; each that is cited and has it stays."""
    found = {e.position for e in among if e.verbatim(claim.text)}
    cited = tuple(position for position in statement.cited if position in found)
    if not found:
        return None
    first = cited[0] if cited else next(e.position for e in among if e.position in found)
    return Finding(statement, cited or (first,), "supported")


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


def _list_marked(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings behind which marks stand: those that had marks, and those whose covering marks now cite others."""
    marked: list[Finding] = []
    covering: tuple[int, ...] = ()
    for finding in reversed(findings):
        had = finding.statement.cited
        covering = finding.cited if had else covering
        if had or (finding.cited and set(finding.cited).isdisjoint(covering)):
            marked.append(finding)
    return marked[::-1]


def _number_passages(marked: Sequence[Finding]) -> dict[int, int]:
    """Return the reader's number of each cited position: 1 for the first that the text mentions."""
    positions = (p for finding in sorted(marked, key=lambda finding: finding.statement.end) for p in finding.cited)
    return {position: number for number, position in enumerate(dict.fromkeys(positions), 1)}


def _make_claim(text: str, finding: Finding, numbers: dict[int, int]) -> Claim:
    words = text[finding.statement.start : finding.statement.end]
    cited = tuple(sorted(numbers[position] for position in finding.cited if position in numbers))
    reason = describe_problem(finding.problem, cited) if finding.problem else ""
    return Claim(words, cited, finding.verdict, reason, read=finding.read)


def _make_citations(
    n: int, evidence: PassageFacts, text: str, findings: Sequence[Finding], language: str
) -> list[Citation]:
    """Return a citation for each run of sentences that the claims citing a passage rest on; runs that touch are one."""
    citing = [f for f in findings if evidence.position in f.cited]
    # A flagged claim shows its reader no words, unless nothing else cites the passage.
    holding = [f for f in citing if f.verdict != "flagged"] or citing[:1]
    spans = [
        span
        for f in holding
        for span in _find_spans(Demands(text[f.statement.start : f.statement.end], language), f, evidence)
    ]
    runs: list[Span] = [HEADLINE] if HEADLINE in spans else []
    for start, end in sorted(span for span in spans if span != HEADLINE):
        if runs and runs[-1] != HEADLINE and not evidence.passage.article.body[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return [Citation(n, evidence.passage, start, end) for start, end in runs]


def _find_spans(claim: Demands, finding: Finding, evidence: PassageFacts) -> list[Span]:
    """Return the words that a second reading quotes from a passage, else those nearest to the claim."""
    quoted = [span for position, span in finding.spans if position == evidence.position]
    return quoted or [_find_span(claim, evidence)]


def _find_span(claim: Demands, evidence: PassageFacts) -> Span:
    """Return the words of a passage that a claim repeats or quotes, or the headline or the sentences nearest to it."""
    copied = evidence.verbatim(claim.text)
    quoted = [span for a, b in claim.quotations if (span := find_quotation_span(claim.text[a:b], evidence))]
    if copied:
        return copied
    if quoted:
        return evidence.whole(min(quoted)[0], max(quoted)[1])
    if not evidence.spans:
        return evidence.passage.chunk.start, evidence.passage.chunk.end
    nearest = evidence.nearest(claim.stems)
    return HEADLINE if evidence.is_told_by_headline(claim.stems, nearest) else nearest
