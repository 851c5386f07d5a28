import typing

import pytest

from rag.verification.claim_support import Problem, ProblemKind
from rag.verification.flag_reasons import describe_problem


@pytest.mark.parametrize(
    ("problem", "cited", "reason"),
    [
        (Problem("figure", "13 million", "12 million"), [2], "13 million is not in passage 2; it gives 12 million"),
        (Problem("figure", "13 million"), [1, 2, 4], "13 million is not in passages 1, 2 and 4"),
        (Problem("outlet", "Coast Wire", "Gazette"), [1], "passage 1 is not by Coast Wire but by Gazette"),
        (Problem("outlet", "Coast Wire"), [1, 3], "passages 1 and 3 are not by Coast Wire"),
        (Problem("speaker", "Vale", "Brandt"), [1, 2], "passages 1 and 2 say this of Brandt, not Vale"),
        (Problem("uncited"), [], "no source is cited"),
        (Problem("invented", "[9]"), [], "it cites [9], and there is no such passage"),
        (Problem("contradicted", "", "It fell."), [1], "passage 1 says otherwise: “It fell.”"),
        (Problem("not_stated", "no date is given"), [], "the cited passage does not say this: no date is given"),
    ],
)
def test_reason_names_passages_and_what_they_give(problem: Problem, cited: list[int], reason: str) -> None:
    assert describe_problem(problem, cited) == reason


@pytest.mark.parametrize("kind", typing.get_args(ProblemKind))
def test_every_kind_has_a_sentence_without_its_stop(kind: ProblemKind) -> None:
    for cited in ([], [1], [1, 2]):
        reason = describe_problem(Problem(kind, "this", "that"), cited)
        assert reason
        assert not reason.endswith(".")


def test_a_long_quotation_is_cut_between_words() -> None:
    reason = describe_problem(Problem("quotation", "seven boats " * 30), [1])
    assert "seven…” is not in passage 1" in reason or "boats…” is not in passage 1" in reason
    assert len(reason) < 160
