"""Compare a judge's verdicts with labels by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError
from eval.json_lines import read_json_lines
from eval.question import Defect
from eval.question_result import Outcome


@dataclass(frozen=True, slots=True)
class Agreement:
    """Hold how a judge compares with a person.

    Attributes:
        both_right: Both judge it right.
        both_wrong: Both judge it wrong.
        judge_only: The judge accepts it, the person does not: ids.
        person_only: The person accepts it, the judge does not: ids.
        unjudged: Labelled, but without a verdict: ids.
    """

    both_right: int
    both_wrong: int
    judge_only: tuple[str, ...]
    person_only: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def n(self) -> int:
        """Return how many questions have both."""
        return self.both_right + self.both_wrong + len(self.judge_only) + len(self.person_only)

    @property
    def share(self) -> float:
        """Return the share on which they agree; 0 when there is nothing to compare."""
        return (self.both_right + self.both_wrong) / self.n if self.n else 0.0

    @property
    def kappa(self) -> float:
        """Return Cohen's kappa (1960): agreement beyond chance; 1 if both always give the same single verdict."""
        if not self.n:
            return 0.0
        judge = (self.both_right + len(self.judge_only)) / self.n
        person = (self.both_right + len(self.person_only)) / self.n
        chance = judge * person + (1 - judge) * (1 - person)
        # Where both always give one verdict, chance is 1 and the formula 0 / 0.
        return 1.0 if chance == 1.0 else (self.share - chance) / (1 - chance)


def agreement(outcomes: Iterable[Outcome], labels: Mapping[str, bool]) -> Agreement:
    """Return how the judge's "correct" compares with labels by question id."""
    verdicts = {o.question.id: (o.judgement or {}).get("correct") for o in outcomes}
    pairs = {key: (verdicts.get(key), label) for key, label in labels.items()}
    return Agreement(
        both_right=sum(pair == (True, True) for pair in pairs.values()),
        both_wrong=sum(pair == (False, False) for pair in pairs.values()),
        judge_only=tuple(key for key, pair in pairs.items() if pair == (True, False)),
        person_only=tuple(key for key, pair in pairs.items() if pair == (False, True)),
        unjudged=tuple(key for key, (verdict, _) in pairs.items() if verdict is None),
    )


def read_labels(path: Path) -> dict[str, bool]:
    """Return labels from JSONL lines `{"id": ..., "correct": true or false}`.

    Raises:
        InputError: The file cannot be read, or a line is no label.
    """
    labels = {}
    for place, row in read_json_lines(path):
        if isinstance(row, Defect) or not isinstance(row.get("correct"), bool) or "id" not in row:
            raise InputError(f'{place} is no label. Each line needs {{"id": "...", "correct": true or false}}.')
        labels[str(row["id"])] = row["correct"]
    return labels
