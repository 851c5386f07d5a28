import pytest

from rag.retrieval.sentence_ranking import Sentence
from rag.retrieval.sufficiency import (
    COEFFICIENTS,
    LACKING,
    THRESHOLD,
    Sufficiency,
    compute_probability,
    find_missing_names,
    judge_sufficiency,
)
from tests.rag.passages import passage

HELD = passage("Equifax said on Thursday that the breach reached 145 million people.")


def test_nothing_found_is_never_enough() -> None:
    judged = judge_sufficiency("What did Equifax say?", "what", {"equifax": 1.0}, [], [])
    assert (judged.probability, judged.enough, judged.lacking) == (0.0, False, True)


def test_names_and_numbers_that_no_passage_holds_are_missing() -> None:
    assert find_missing_names("What did Equifax and Yahoo say about 145 million people in 2013?", [HELD]) == (
        "yahoo",
        "2013",
    )


def test_signals_move_the_probability_by_the_sign_of_their_coefficients() -> None:
    none = compute_probability({})
    for name, coefficient in COEFFICIENTS.items():
        assert (compute_probability({name: 1.0}) - none) * coefficient >= 0, name
    assert compute_probability({"joint": -1e9}) >= 0.0


@pytest.mark.parametrize(
    ("probability", "enough", "lacking"),
    [(THRESHOLD, True, THRESHOLD < LACKING), (0.0, False, True), (1.0, True, False)],
)
def test_thresholds(probability: float, enough: bool, lacking: bool) -> None:
    judged = Sufficiency(probability, {}, ())
    assert (judged.enough, judged.lacking) == (enough, lacking)


def test_a_sentence_near_in_meaning_and_words_makes_an_answer_likelier() -> None:
    weights = {"equifax": 2.0, "breach": 2.0}
    near, far = (
        judge_sufficiency("What did Equifax say of the breach?", "what", weights, [HELD], [sentence])
        for sentence in (make_sentence(0.8, 1.0), make_sentence(0.1, 0.0))
    )
    assert near.probability > far.probability


def make_sentence(dense: float, coverage: float) -> Sentence:
    return Sentence(HELD, 0, len(HELD.article.body), coverage, coverage, dense, 0.0, 0.5)
