"""What a second reading says of the claims of an answer, and how far its own words bear it out.

The model that reads is not trusted: what it says counts only where the words that it quotes stand in a passage that the
claim cites, and a claim that it calls supported must still have its figures in those words or in the heading.
"""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Literal

from corpus.article import Chunk
from corpus.text.sentences import Span
from rag.model import HEADLINE
from rag.text.output_filter import filter_output
from rag.text.quotations import fold, split_at_ellipses
from rag.verification.claim_demands import Demands
from rag.verification.claim_support import Problem, find_other_figure
from rag.verification.findings import Finding
from rag.verification.passage_facts import PassageFacts

Judgement = Literal["supported", "contradicted", "not stated", "about the passages"]

JUDGEMENTS: tuple[Judgement, ...] = ("supported", "contradicted", "not stated", "about the passages")

_LASTING = frozenset({"quotation", "speaker", "unnamed", "uncited", "invented"})
"""Problems that no reading clears: code is certain of them."""

_MOST_WORDS = 40  # What carries one claim; the prompt asks for no more, and twice as many are let pass.
_MOST_QUOTED = 4  # Pieces of evidence of one claim.
_LONGEST_PROBLEM = 160


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """Hold a claim that is to be read against what it cites.

    Attributes:
        number: Its number in the request, from 1.
        text: The claim, without marks.
        cited: The positions of the passages that it may be read against, from 1, those that it cites itself first; none where
            it cites nothing.
    """

    number: int
    text: str
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what a model says of one claim.

    Attributes:
        judgement: Whether the passages hold it.
        quoted: (position of a passage, its words that carry or contradict the claim).
        problem: What is wrong, in a few words.
    """

    judgement: Judgement
    quoted: tuple[tuple[int, str], ...] = ()
    problem: str = ""


def read_verdicts(reply: str, claims: Iterable[OpenClaim]) -> dict[int, Reading]:
    """Return the readings in a model's reply by the number of the claim; what cannot be read is left out.

    The first verdict on a claim counts, and quotations from passages that the claim does not cite are left out, but a claim
    that cites nothing may be read against all of them.
    """
    open_claims = {claim.number: claim for claim in claims}
    found: dict[int, Reading] = {}
    for record in _read_records(reply):
        claim = open_claims.get(_number(record.get("claim")))
        judgement = str(record.get("verdict", "")).strip().lower().replace("_", " ")
        if claim and claim.number not in found and judgement in JUDGEMENTS:
            kept = next(j for j in JUDGEMENTS if j == judgement)
            problem = " ".join(filter_output(str(record.get("problem") or "")).split())[:_LONGEST_PROBLEM]
            found[claim.number] = Reading(kept, _read_quoted(record.get("evidence"), claim), problem)
    return found


def _read_records(reply: str) -> list[Mapping[str, Any]]:
    """Return the verdicts of a reply: an object with a list, or a list, with or without words around."""
    for opening, closing in ("{}", "[]"):
        try:
            record = json.loads(reply[reply.index(opening) : reply.rindex(closing) + 1])
        except ValueError:
            continue
        rows = record.get("verdicts", [record]) if isinstance(record, dict) else record
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return []


def _read_quoted(rows: Any, claim: OpenClaim) -> tuple[tuple[int, str], ...]:
    pairs = [
        (_number(row.get("passage")), str(row.get("words") or ""))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]
    allowed = [(n, words) for n, words in pairs if (n in claim.cited or not claim.cited) and words.strip()]
    return tuple(allowed[:_MOST_QUOTED])


def _number(value: Any) -> int:
    try:
        return int(str(value).strip("[] "))
    except ValueError:
        return 0


def carry_readings(
    readings: Mapping[int, Reading], claims: Iterable[OpenClaim], later: Iterable[OpenClaim]
) -> dict[int, Reading]:
    """Return readings by the numbers of a later version of an answer: of the claims that stayed as they were."""
    known = {(claim.text, claim.cited): readings[claim.number] for claim in claims if claim.number in readings}
    return {c.number: known[c.text, c.cited] for c in later if (c.text, c.cited) in known}


def apply_reading(finding: Finding, claim: Demands, reading: Reading, evidence: Sequence[PassageFacts]) -> Finding:
    """Return what was found of a claim after a second reading.

    Args:
        finding: What the rules found.
        claim: The claim.
        reading: What the model says.
        evidence: All passages, by position.
    """
    by_position = {facts.position: facts for facts in evidence}
    quoted = [
        (facts, span)
        for position, words in reading.quoted
        if (facts := by_position.get(position)) and (span := find_words(words, facts))
    ]
    if reading.judgement == "about the passages":
        return _apply_note(finding, quoted)
    if finding.verdict == "note" and reading.judgement == "contradicted":
        return _apply_note(finding, quoted)
    if finding.verdict == "note" or not finding.cited:
        return finding
    if reading.judgement == "supported":
        return _apply_support(finding, claim, quoted, evidence)
    # What only the passages of other sentences say otherwise may be another account, which the answer gives too.
    quoted = [(facts, span) for facts, span in quoted if facts.position in finding.cited]
    if reading.judgement == "contradicted" and not quoted:
        return finding
    if finding.problem and finding.problem.kind in _LASTING:
        return finding  # What code is certain of is told in its own words.
    given = _read_span(*quoted[0]) if quoted else ""
    kind: Literal["contradicted", "not_stated"] = (
        "contradicted" if reading.judgement == "contradicted" else "not_stated"
    )
    problem = Problem(kind, reading.problem, given if kind == "contradicted" else "")
    return replace(finding, verdict="flagged", problem=problem, spans=_list_places(quoted), read=True)


def _apply_note(finding: Finding, quoted: Sequence[tuple[PassageFacts, Span]]) -> Finding:
    """Take a statement for one about the passages; one that has a fault of its own stays flagged."""
    if finding.problem and finding.problem.kind != "uncited":
        return finding
    contradicted = Problem("contradicted", "", _read_span(*quoted[0])) if quoted and finding.verdict == "note" else None
    return replace(finding, verdict="note", problem=contradicted, read=True)


def _apply_support(
    finding: Finding,
    claim: Demands,
    quoted: Sequence[tuple[PassageFacts, Span]],
    evidence: Sequence[PassageFacts],
) -> Finding:
    """Take a claim for supported where the quoted words speak of it and have its figures.

    Where they have not, but the reader says that the figure follows, nothing is certain any more: of nine claims that rules
    flagged for a figure or a date and a careful model called supported, all were true (`python -m eval claims`, both sets).
    """
    if not quoted or (finding.problem and finding.problem.kind in _LASTING):
        return finding
    carried = [_cut_to(facts, span) for facts, span in quoted]
    speaks = not claim.stems or any(e.shared(claim.stems) or e.language != claim.language for e in carried)
    if not speaks:
        return finding
    if find_other_figure(claim, carried):
        return replace(finding, verdict="unchecked", problem=None)
    named = {facts.position for facts in evidence if facts.position in finding.cited and _names_outlet(claim, facts)}
    cited = _cite_quoted(finding.cited, [facts.position for facts, _ in quoted], named)
    return replace(finding, cited=cited, verdict="supported", problem=None, spans=_list_places(quoted), read=True)


def _cite_quoted(cited: tuple[int, ...], quoted: Sequence[int], named: Set[int]) -> tuple[int, ...]:
    """Return what a claim cites once its support is quoted: its own passages, if any is quoted, and the others that are.

    If none is, only those stay whose outlet it names: "The Post reports so too" is cited to the Post, whoever is quoted.
    """
    own = cited if not set(cited).isdisjoint(quoted) else [position for position in cited if position in named]
    return tuple(dict.fromkeys((*own, *quoted)))


def _names_outlet(claim: Demands, facts: PassageFacts) -> bool:
    said = fold(claim.text)
    return any(said.find(fold(outlet).text) >= 0 for outlet in facts.outlets)


def _list_places(quoted: Sequence[tuple[PassageFacts, Span]]) -> tuple[tuple[int, Span], ...]:
    """Return where quoted words stand in the articles; for those of outlet or date, as of the headline, that is the headline."""
    return tuple((facts.position, span) for facts, span in quoted)


def find_words(words: str, evidence: PassageFacts) -> Span | None:
    """Return where a passage has some words, as offsets in the body; `HEADLINE` where its heading has them; None if nowhere.

    Spaces, dashes and quotation marks are folded; words around an ellipsis may stand apart.
    """
    if len(words.split()) > 2 * _MOST_WORDS:
        return None
    pieces = split_at_ellipses(words) or [fold(words).text.strip(" .,;:!?-'")]
    if not pieces[0]:
        return None
    text = fold(evidence.text)
    places = [(at, at + len(piece)) for piece in pieces if (at := text.find(piece)) >= 0]
    if len(places) == len(pieces):
        start, end = text.span(min(places)[0], max(end for _, end in places))
        first = evidence.spans[0][0]
        return first + start, first + end
    heading = fold(evidence.dated_heading)
    return HEADLINE if all(heading.find(piece) >= 0 or text.find(piece) >= 0 for piece in pieces) else None


def _cut_to(evidence: PassageFacts, span: Span) -> PassageFacts:
    """Return a passage cut to the sentences of some of its words, or to its heading."""
    start, end = evidence.whole(*span) if span != HEADLINE else span
    article = replace(evidence.passage.article, body=evidence.passage.article.body[start:end])
    return PassageFacts(evidence.position, replace(evidence.passage, chunk=Chunk(article, 0, 0, len(article.body))))


def _read_span(evidence: PassageFacts, span: Span) -> str:
    return evidence.passage.article.body[slice(*span)] if span != HEADLINE else evidence.dated_heading
