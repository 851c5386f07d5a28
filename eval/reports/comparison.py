"""Compare two runs question by question: which measures moved, how surely, and which questions were won and lost."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpus.errors import InputError
from eval.measures.measure_catalogue import MEASURES
from eval.measures.scoring import Scores, score
from eval.question_result import Outcome
from eval.runs.run_folder import MAIN, RunFolder
from eval.statistics import permutation_p


@dataclass(frozen=True, slots=True)
class Change:
    """Hold how one measure moved from A to B.

    Attributes:
        measure: Its name.
        a: Mean of A over the questions for which both define it.
        b: Mean of B over the same questions.
        p: Two-sided p of the paired permutation test.
        n: How many questions that are.
        won: Ids of the questions that B does better.
        lost: Ids of those that B does worse.
    """

    measure: str
    a: float
    b: float
    p: float
    n: int
    won: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold what changed between two runs of the same questions.

    Attributes:
        a: Name of the run before.
        b: Name of the run after.
        changes: One for each measure that both have.
        questions: Text of each question that was won or lost, by id.
        warnings: Sentences on what makes the comparison unfair.
    """

    a: str
    b: str
    changes: tuple[Change, ...]
    questions: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def compare_runs(a: RunFolder, b: RunFolder, system_a: str = MAIN, system_b: str = MAIN) -> Comparison:
    """Compare two runs, or a baseline of one with the other.

    Raises:
        InputError: They have no question in common.
    """
    before, after = a.outcomes(system_a), b.outcomes(system_b)
    texts = {outcome.question.id: outcome.question.text for outcome in before}
    # Not the id alone: in an edited set it may stand for another question.
    shared = [outcome for outcome in after if texts.get(outcome.question.id) == outcome.question.text]
    if not shared:
        raise InputError(f"{a.name} and {b.name} have no question in common. Compare runs of one set.")
    ids = {outcome.question.id for outcome in shared}
    changes = compare_scores(score([o for o in before if o.question.id in ids]), score(shared))
    moved = {key for change in changes for key in (*change.won, *change.lost)}
    return Comparison(
        _label(a, system_a),
        _label(b, system_b),
        tuple(changes),
        {key: texts[key] for key in texts if key in moved},
        tuple(_warnings(a, b, len(ids))),
    )


def compare_scores(before: Scores, after: Scores) -> list[Change]:
    """Return the change of every measure that both sides define for some question."""
    changes = []
    for name, measure in MEASURES.items():
        pairs = {
            key: (before[key][name], row[name])
            for key, row in after.items()
            if name in row and name in before.get(key, {})
        }
        if pairs:
            changes.append(_change(name, pairs, -1.0 if measure.rising is False else 1.0))
    return changes


def _change(name: str, pairs: Mapping[str, tuple[float, float]], sign: float) -> Change:
    differences = {key: sign * (b - a) for key, (a, b) in pairs.items()}
    return Change(
        name,
        sum(a for a, _ in pairs.values()) / len(pairs),
        sum(b for _, b in pairs.values()) / len(pairs),
        permutation_p(list(differences.values())),
        len(pairs),
        tuple(key for key, difference in differences.items() if difference > 0),
        tuple(key for key, difference in differences.items() if difference < 0),
    )


def _label(run: RunFolder, system: str) -> str:
    return run.name if system == MAIN else f"{run.name}/{system}"


def _warnings(a: RunFolder, b: RunFolder, shared: int) -> Sequence[str]:
    found = []
    if a.manifest.data_fingerprint != b.manifest.data_fingerprint:
        found.append("The two runs used different articles.")
    if a.manifest.question_fingerprint != b.manifest.question_fingerprint:
        found.append(f"The two runs did not ask the same; {shared} questions are compared.")
    for run in (a, b):
        if not run.complete:
            found.append(f"{run.name} is not complete.")
    return found


def judge_outcome(outcome: Outcome, row: Mapping[str, float]) -> str:
    """Return "right", "wrong" or "": by the judge, else by the answer, else by retrieval if nothing was asked."""
    for name in ("judge: correct", "correct", "AllGold@10"):
        if name in row:
            return "right" if row[name] == 1.0 else "wrong"
    return "wrong" if outcome.error else ""
