"""Check a draft: find evidence for each of its claims in the archive, have it judged, and report."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpus.archive.database import Archive
from corpus.text.language_detection import detect
from corpus.text.sentences import Span
from rag.answer.question_reader import QuestionReader
from rag.drafts.draft_claims import CutDraft, DraftClaim, cut_draft
from rag.drafts.draft_report import CheckedClaim, DraftEvent, DraftReport, DraftVerdict, FoundPassage
from rag.drafts.draft_text import clean_draft
from rag.llm.shared_reading import TOGETHER, CheckToRead, share_reading
from rag.llm.verifier import SecondReading, read_claims
from rag.llm.writer import Writer
from rag.model import Filters, Passage
from rag.question.query import Query, QuestionPart
from rag.question.question_text import LONGEST_QUESTION
from rag.retrieval.evidence_search import EvidenceSearch, widen_passage
from rag.text.names import find_name_words, find_names
from rag.verification.claim_check import ClaimCheck
from rag.verification.claim_support import Problem
from rag.verification.findings import Finding
from rag.verification.flag_reasons import describe_problem
from rag.verification.second_reading import Reading

_PASSAGES = 5
"""Passages that a claim is judged by, each with a sentence more on either side."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Hold a claim with what was found for it.

    Attributes:
        claim: The claim.
        passages: Best first.
        is_near: Tells whether what was found is on the subject of the claim, as far as the signals of a search go; it
            takes most of the time of a claim, so only those that rules leave open are asked for it.
        check: The check of the claim against the passages; it cites them all.
    """

    claim: DraftClaim
    passages: Sequence[Passage]
    is_near: Callable[[], bool]
    check: ClaimCheck

    @property
    def to_read(self) -> CheckToRead:
        return CheckToRead(self.check, self.passages, self.claim.about)


class DraftCheck:
    """Check drafts against an archive; several threads may call at once."""

    def __init__(
        self,
        archive: Archive,
        questions: QuestionReader,
        evidence: EvidenceSearch,
        verifier: Writer | None,
        count: Callable[[str], int],
        tokens: int,
    ) -> None:
        """Compose the check.

        Args:
            archive: What holds the articles.
            questions: Understands what to search for.
            evidence: Searches.
            verifier: The model that reads claims, or None: then rules judge, and leave open what they cannot tell.
            count: Counts the tokens of a text.
            tokens: How many tokens of passages go into one request, at most, but for those of a single claim.
        """
        self._archive = archive
        self._questions = questions
        self._evidence = evidence
        self._verifier = verifier
        self._count = count
        self._tokens = tokens

    def run(
        self,
        text: str,
        filters: Filters | None = None,
        limit: int | None = None,
        known: Mapping[int, CheckedClaim] | None = None,
    ) -> Iterator[DraftEvent]:
        """Check a draft step by step; each event holds the report so far, and closing the iterator stops the model.

        Args:
            text: The draft.
            filters: What every article must meet; what the sentences say of dates and outlets is preferred, not demanded.
            limit: How many claims are checked, from the first on; None for all.
            known: Claims that were checked before, by their numbers; they are not checked again.

        Raises:
            InputError: The draft is empty or too long.
        """
        text = clean_draft(text)
        language = detect(text) or "en"
        cut = cut_draft(text, language)
        claims = cut.claims[:limit]
        # A verdict from before counts only where the draft still says the same.
        done = {n: one for n, one in (known or {}).items() if n <= len(claims) and one.claim == claims[n - 1]}
        failures: Counter[str] = Counter()
        blank = self._report(text, cut, filters)

        def report() -> DraftReport:
            checked = tuple(done[claim.number] for claim in claims if claim.number in done)
            return replace(
                blank, checked=checked, left_out=len(cut.claims) - len(checked), notes=_note_failures(failures)
            )

        yield DraftEvent(len(done), len(claims), report(), tuple(done.values()))
        # Lazily, so that the first verdicts come before the last claim is searched for.
        found = (self._find(claim, filters, language) for claim in claims if claim.number not in done)
        for group in self._group(found):
            for judged, failure in self._judge(group) if group else [((), "")]:
                done |= {one.claim.number: one for one in judged}
                failures[failure] += len(judged)
                yield DraftEvent(len(done), len(claims), report(), tuple(judged), failure)

    def _find(self, claim: DraftClaim, filters: Filters | None, language: str) -> _Evidence:
        """Search for what the archive has on a claim, and check the claim against it by rules."""
        query = _prefer(self._questions.read(_word_search(claim), (), None, None, True), filters)
        found = self._evidence.search(_search_alone_too(query, claim), _PASSAGES, strict=True)
        passages = [widen_passage(passage) for passage in found.passages]
        check = ClaimCheck(claim.text, passages, language, single=True)
        return _Evidence(
            claim,
            passages,
            lambda: self._evidence.read(query, replace(found, parts=())).whole.sufficiency.enough,
            check,
        )

    def _group(self, found: Iterator[_Evidence]) -> Iterator[list[_Evidence] | None]:
        """Yield claims in groups of one request each, and None after each search between them: a chance to stop."""
        group: list[_Evidence] = []
        spent = 0
        for one in found:
            tokens = sum(self._count(passage.chunk.text) for passage in one.passages) if self._verifier else 0
            # Without a model nothing is saved by waiting: each claim is shown as soon as it is judged.
            if group and (not self._verifier or len(group) == TOGETHER or spent + tokens > self._tokens):
                yield group
                group, spent = [], 0
            group.append(one)
            spent += tokens
            yield None
        if group:
            yield group

    def _judge(self, group: Sequence[_Evidence]) -> Iterator[tuple[Sequence[CheckedClaim], str]]:
        """Yield nothing while a model reads, then the claims of a group, and why it could not read them or ""."""
        shared = share_reading([one.to_read for one in group])
        reading = SecondReading()
        if self._verifier and shared.prompt.claims:
            for step in read_claims(self._verifier, shared.prompt):
                yield (), ""
                reading = step or reading
        split = shared.split(reading.readings)
        yield [_conclude(one, read) for one, read in zip(group, split, strict=True)], reading.failure

    def _report(self, text: str, cut: CutDraft, filters: Filters | None) -> DraftReport:
        """Return a report in which nothing is checked yet."""
        now = datetime.now(UTC)
        return DraftReport(
            text,
            (),
            cut.passed_over,
            len(cut.claims),
            filters or Filters(),
            self._verifier.name if self._verifier else "none",
            (),
            self._archive.count(),
            self._archive.newest(now),
            now,
        )


def _note_failures(failures: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        f"A model could not read {count} claims ({failure.rstrip('.')}); rules judged them."
        for failure, count in failures.items()
        if failure
    )


def _word_search(claim: DraftClaim) -> str:
    """Return what to search for: the claim with the names that it speaks of."""
    return " ".join([claim.text[: LONGEST_QUESTION - 300], *claim.about])[:LONGEST_QUESTION]


def _search_alone_too(query: Query, claim: DraftClaim) -> Query:
    """Return a query that also searches for a claim without the names before it, which may be of something else."""
    alone = QuestionPart(claim.text[:LONGEST_QUESTION], claim.text, query.hints)
    return replace(query, parts=(alone,)) if claim.about else query


def _prefer(query: Query, filters: Filters | None) -> Query:
    """Return a query whose dates and outlets are preferred: a claim that names a wrong day is about another one."""
    said, hints = query.filters, query.hints
    times = hints if hints.timed else said
    outlets = tuple(dict.fromkeys((*hints.outlets, *said.outlets)))
    preferred = Filters(since=times.since, until=times.until, outlets=outlets)
    return replace(query, filters=filters or Filters(), hints=preferred)


def _conclude(evidence: _Evidence, readings: Mapping[int, Reading]) -> CheckedClaim:
    """Return a claim with the verdict that its check, and what a model says, lead to."""
    (finding,) = evidence.check.judge(readings)
    verdict = _read_verdict(finding, evidence)
    wrong = finding.problem if verdict in {"contradicted", "absent"} else None
    spans = evidence.check.find_spans(finding)
    reason = describe_problem(wrong, tuple(spans)) if wrong else ""
    passages = tuple(_show(n, p, spans) for n, p in enumerate(evidence.passages, 1))
    return CheckedClaim(evidence.claim, verdict, reason, finding.read, passages)


def _read_verdict(finding: Finding, evidence: _Evidence) -> DraftVerdict:
    if finding.verdict == "supported":
        return "supported" if finding.read or _names_subject(finding, evidence) else "unchecked"
    if finding.verdict == "flagged" and finding.problem:
        return "contradicted" if _contradicts(finding, finding.problem, evidence) else "absent"
    return "unchecked" if evidence.is_near() else "absent"


def _contradicts(finding: Finding, problem: Problem, evidence: _Evidence) -> bool:
    """Return whether a problem means that the archive says otherwise; of passages on something else rules cannot tell."""
    if finding.read:
        return problem.kind == "contradicted"
    return (bool(problem.given) or problem.kind == "quotation") and evidence.is_near()


def _names_subject(finding: Finding, evidence: _Evidence) -> bool:
    """Return whether what a claim repeats is of the one that it speaks of: "He resigned." stands in many articles."""
    claim = evidence.claim
    names = find_name_words(" ".join(claim.about))
    if not names or (claim.text.startswith("The ") and find_names(claim.text)):
        return True
    return any(evidence.check.names(position, names) for position in finding.cited)


def _show(number: int, passage: Passage, spans: Mapping[int, Sequence[Span]]) -> FoundPassage:
    """Return a passage for the reader, wide enough for the words that are marked in it."""
    article, chunk = passage.article, passage.chunk
    marks = tuple(span for span in spans.get(number, ()) if span[0] < span[1])
    start = min([chunk.start, *(a for a, _ in marks)])
    end = max([chunk.end, *(b for _, b in marks)])
    return FoundPassage(
        number,
        article.id,
        article.title,
        article.source,
        article.url,
        article.published_at,
        start,
        article.body[start:end],
        marks,
        number in spans,
    )
