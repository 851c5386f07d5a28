"""Decide whether passages hold a claim, and by which of their sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rag.demands import Demand, demands, held, held_by_heading
from rag.evidence import Evidence
from rag.opposition import contradiction, misattributed, miscounted, substituted
from rag.places import Places

WORDS_HELD = 0.5
"""The share of what a claim states, its content words and facts, that its passages must hold.

Chosen in `benchmarks/check.py`.
"""

_LONGEST_RUN = 4
_NEAR = 0.34
_SAME = 0.85  # From here on a sentence says the same as the claim.
_TELLING = 2

ProblemKind = Literal[
    "quotation", "figure", "date", "name", "word", "elsewhere", "negation", "speaker", "unnamed", "uncited"
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold why a claim is not supported.

    Attributes:
        kind: What is wrong.
        said: What the claim says.
        given: What the passage says in its place, or "".
    """

    kind: ProblemKind
    said: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what was found about one claim.

    Attributes:
        problem: None when the claim is supported.
        runs: For each passage by position: the first and the last of its sentences that bear on the claim.
    """

    problem: Problem | None
    runs: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Match:
    """Hold which demands each sentence of a passage gives, as bits, and which its heading gives."""

    evidence: Evidence
    masks: tuple[int, ...]
    heading: int
    run: tuple[int, int]

    def near(self, reach: int = 1) -> int:
        """Return what the run, so many sentences around it and the heading give."""
        first, last = self.run
        return _union(self.masks[max(0, first - reach) : last + 1 + reach]) | self.heading


class Claimed:
    """Hold the demands of a claim, to be looked up in any passages."""

    def __init__(self, text: str, language: str = "en", now: datetime | None = None) -> None:
        self.text = text
        self.language = language
        self.demands: list[Demand] = demands(text, language, now)
        self._words = sum(1 << i for i, d in enumerate(self.demands) if d.kind == "word")
        self._matches: dict[int, _Match] = {}

    def verdict(self, cited: Sequence[Evidence]) -> Verdict:
        """Decide whether the passages together hold the claim."""
        for evidence in cited:
            verbatim = evidence.verbatim(self.text)
            if verbatim:
                return Verdict(None, {evidence.position: verbatim})
        matches = [self._match(evidence) for evidence in cited]
        runs = {match.evidence.position: match.run for match in matches if match.masks}
        return Verdict(self._problem(matches), runs)

    def _match(self, evidence: Evidence) -> _Match:
        if evidence.position not in self._matches:
            count = len(evidence.texts)
            masks = tuple(self._mask([held(d, evidence, i) for d in self.demands]) for i in range(count))
            heading = self._mask([held_by_heading(d, evidence) for d in self.demands])
            self._matches[evidence.position] = _Match(evidence, masks, heading, self._run(masks))
        return self._matches[evidence.position]

    @staticmethod
    def _mask(flags: list[bool]) -> int:
        return sum(1 << i for i, flag in enumerate(flags) if flag)

    def _weight(self, mask: int) -> int:
        return sum(demand.weight for i, demand in enumerate(self.demands) if mask >> i & 1)

    def _run(self, masks: tuple[int, ...]) -> tuple[int, int]:
        """Return the narrowest run of sentences that gives the most."""
        best, run = (-1.0, 0), (0, 0)
        for length in range(1, min(_LONGEST_RUN, len(masks)) + 1):
            for first in range(len(masks) - length + 1):
                given = self._weight(_union(masks[first : first + length])) - 1.5 * (length - 1)
                if given > best[0]:
                    best, run = (given, -length), (first, first + length - 1)
        return run

    def _problem(self, matches: list[_Match]) -> Problem | None:
        given = 0
        for match in matches:
            given |= _union(match.masks) | match.heading
        for i, demand in enumerate(self.demands):
            if not given >> i & 1 and demand.kind != "word":
                return Problem(demand.kind, demand.said, self._instead(demand, matches))
        return self._too_few_words(matches) or self._opposed(matches) or self._far_away(matches)

    def _too_few_words(self, matches: list[_Match]) -> Problem | None:
        """Find a claim whose words the passages do not say; a figure, date or name that they give counts as one."""
        near = around = 0
        for match in matches:
            near |= match.near(0)
            around |= match.near()
        facts = (around & ~self._words).bit_count()
        total = facts + self._words.bit_count()
        return Problem("word") if facts + (near & self._words).bit_count() < WORDS_HELD * total else None

    def _far_away(self, matches: list[_Match]) -> Problem | None:
        """Find a figure, date or name that the passage gives, but where it speaks of something else."""
        near = 0
        for match in matches:
            near |= match.near()
        floor = _NEAR * self._words.bit_count()
        for i, demand in enumerate(self.demands):
            if near >> i & 1 or demand.kind in {"word", "quotation"}:
                continue
            holders = [mask for match in matches for mask in match.masks if mask >> i & 1]
            if not any((mask & self._words).bit_count() >= max(1, floor) for mask in holders):
                return Problem("elsewhere", demand.said, self._instead(demand, matches))
        return None

    def _opposed(self, matches: list[_Match]) -> Problem | None:
        best = max(matches, key=lambda match: self._weight(_union(match.masks)), default=None)
        if best is None or not best.masks:
            return None
        first, last = best.run
        key = max(range(first, last + 1), key=lambda i: self._weight(best.masks[i]))
        side = contradiction(self.text, [best.evidence.texts[i] for i in range(first, last + 1)], self.language)
        if side:
            return Problem("negation", side)
        figure = miscounted(self.demands, best.evidence, range(first, last + 1))
        if figure:
            return Problem("elsewhere", *figure)
        swapped = self._substituted(best, key)
        if swapped:
            return Problem("speaker", *swapped)
        outlets = [match.evidence for match in matches]
        wrong = misattributed(self.text, best.evidence, key, outlets)
        return Problem("speaker" if wrong[1] else "unnamed", *wrong) if wrong else None

    def _substituted(self, match: _Match, key: int) -> tuple[str, str] | None:
        """Look for a swapped name or date where one sentence says nearly all of the claim."""
        mask = match.masks[key]
        total = self._words.bit_count()
        if total < _TELLING or (mask & self._words).bit_count() < _SAME * total:
            return None
        missing = [demand for i, demand in enumerate(self.demands) if not mask >> i & 1]
        return substituted(self.demands, missing, match.evidence, key)

    def _instead(self, demand: Demand, matches: list[_Match]) -> str:
        """Return what the sentences that bear on the claim give in place of a missing figure or date."""
        for match in matches:
            for i in range(match.run[0], match.run[1] + 1) if match.masks else ():
                text = match.evidence.texts[i]
                dates, figures = match.evidence.moments(i), match.evidence.figures(i)
                spans = [(m.start, m.end) for m in dates]
                if demand.kind == "figure":
                    places = Places(text, spans)
                    spans = [(f.start, f.end) for f in figures if not f.bare and not places.touch(f.start, f.end)]
                if spans and demand.kind in {"figure", "date"}:
                    return text[spans[0][0] : spans[0][1]].strip()
        return ""


def _union(masks: Sequence[int]) -> int:
    given = 0
    for mask in masks:
        given |= mask
    return given
