"""What came of checking a draft: a verdict on each claim, with the passages that it rests on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from rag.drafts.draft_claims import DraftClaim, PassedOver, Reason
from rag.model import Filters

DraftVerdict = Literal["supported", "contradicted", "absent", "unchecked"]

VERDICTS: Mapping[DraftVerdict, str] = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "absent": "Not in the archive",
    "unchecked": "Not checked",
}
"""How each verdict is called; "unchecked" is a claim that the archive has something on, and nobody judged."""

REASONS: Mapping[Reason, tuple[str, str]] = {
    "heading": ("heading", "headings"),
    "question": ("question", "questions"),
    "opinion": ("opinion", "opinions"),
    "trivial": ("sentence too short to be looked up", "sentences too short to be looked up"),
}
"""How one sentence, and several, are called that are passed over for a reason."""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """Hold a passage that was found for a claim.

    Attributes:
        number: Its number beside this claim, from 1.
        article_id: Of its article.
        title: The headline.
        outlet: Who published it, or "".
        url: Its address, or "".
        published_at: When, or None.
        start: Offset of the passage in the article's text.
        text: The passage.
        marks: Offsets in the article's text of the words that carry, contradict or come nearest to the claim.
        cited: The verdict rests on it.
    """

    number: int
    article_id: str
    title: str
    outlet: str
    url: str
    published_at: datetime | None
    start: int
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    cited: bool = False

    def split(self) -> list[tuple[str, bool]]:
        """Return the text in pieces, each with whether it is marked."""
        pieces: list[tuple[str, bool]] = []
        at = 0
        for start, end in sorted((max(0, a - self.start), b - self.start) for a, b in self.marks):
            # Marks may overlap, and no word may come twice.
            pieces += [(self.text[at:start], False), (self.text[max(at, start) : end], True)]
            at = max(at, end)
        return [(text, marked) for text, marked in [*pieces, (self.text[at:], False)] if text]


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """Hold a claim of a draft with its verdict.

    Attributes:
        claim: The claim.
        verdict: "supported"; "contradicted"; "absent" (the archive does not hold it); or "unchecked" (the archive has
            something on it, and neither rules nor a model judged it).
        reason: Why it is contradicted or absent, or "".
        read: The verdict is that of a model, as code bears it out.
        passages: What was found for it, best first.
    """

    claim: DraftClaim
    verdict: DraftVerdict
    reason: str = ""
    read: bool = False
    passages: tuple[FoundPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftReport:
    """Hold what came of checking a draft.

    Attributes:
        text: The draft, to which the offsets of claims belong.
        checked: Its claims, in order.
        passed_over: The sentences that are no claims.
        left_out: How many claims were not looked at, as fewer were asked for.
        filters: What the search was narrowed to.
        model: Who read the claims, as "provider:name", or "none".
        notes: Sentences for the reader.
        articles: How many articles the archive holds.
        archive_until: When the newest of them was published.
        checked_at: When the draft was checked.
    """

    text: str
    checked: tuple[CheckedClaim, ...]
    passed_over: tuple[PassedOver, ...] = ()
    left_out: int = 0
    filters: Filters = field(default_factory=Filters)
    model: str = "none"
    notes: tuple[str, ...] = ()
    articles: int = 0
    archive_until: datetime | None = None
    checked_at: datetime | None = None

    @property
    def counts(self) -> dict[DraftVerdict, int]:
        """Return how many claims have each verdict."""
        found = Counter(claim.verdict for claim in self.checked)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def reasons(self) -> dict[Reason, int]:
        """Return how many sentences were passed over for each reason."""
        found = Counter(one.reason for one in self.passed_over)
        return {reason: found[reason] for reason in REASONS if found[reason]}

    def split(self) -> list[tuple[str, CheckedClaim | None]]:
        """Return the draft in pieces: each claim, and the text between them."""
        pieces: list[tuple[str, CheckedClaim | None]] = []
        at = 0
        for one in self.checked:
            pieces += [(self.text[at : one.claim.start], None), (one.claim.text, one)]
            at = one.claim.end
        return [piece for piece in [*pieces, (self.text[at:], None)] if piece[0]]

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        record: dict[str, Any] = _REPORT.dump_python(self, mode="json")
        return record | {"counts": self.counts}


@dataclass(frozen=True, slots=True)
class DraftEvent:
    """Hold one step of checking a draft.

    Attributes:
        done: How many claims have a verdict.
        total: How many are to be checked.
        report: What is checked so far; with the last step, everything.
        checked: The claims that got their verdicts with this step.
        failure: Why a model could not read these, so that rules judged them, or "".
    """

    done: int
    total: int
    report: DraftReport
    checked: tuple[CheckedClaim, ...] = ()
    failure: str = ""


CHECKED = TypeAdapter(CheckedClaim)
"""Reads and writes a checked claim as JSON."""

_REPORT = TypeAdapter(DraftReport)


def describe_counts(report: DraftReport) -> str:
    """Return the figures of a report in a sentence or two."""
    verdicts = ", ".join(f"{count} {VERDICTS[verdict].lower()}" for verdict, count in report.counts.items())
    passed = ", ".join(f"{count} {REASONS[reason][count > 1]}" for reason, count in report.reasons.items())
    text = f"{len(report.checked)} {'claim' if len(report.checked) == 1 else 'claims'}: {verdicts}."
    text += f" Passed over: {passed}." if passed else ""
    return text + (f" Not looked at: {report.left_out} more." if report.left_out else "")
