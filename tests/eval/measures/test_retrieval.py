from math import log2

import pytest
import pytrec_eval

from eval.measures.answer_facts import fact_measures
from eval.measures.retrieval import evaluate
from eval.question import Question
from eval.question_result import Hit, Outcome

QRELS = {"q": {"a": 1, "b": 1, "z": 1}, "lost": {"a": 1}, "none": {}}
RUN = {"q": ["x", "b", "y", "a", *[f"n{i}" for i in range(6)], "z"]}


def test_by_hand() -> None:
    values = evaluate(QRELS, RUN)
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert values["q"] == pytest.approx(
        {
            "nDCG@10": (1 / log2(3) + 1 / log2(5)) / ideal,
            "RR@10": 1 / 2,
            "AP": (1 / 2 + 2 / 4 + 3 / 11) / 3,
            "R@5": 2 / 3,
            "R@10": 2 / 3,
            "R@20": 1.0,
            "Success@1": 0.0,
            "Success@4": 1.0,
            "Success@10": 1.0,
            "AllGold@10": 0.0,
        }
    )


def test_nothing_found_is_zero_and_no_gold_is_left_out() -> None:
    values = evaluate(QRELS, RUN)
    assert set(values) == {"q", "lost"}
    assert set(values["lost"].values()) == {0.0}


def test_first_gold_beyond_ten_has_no_reciprocal_rank() -> None:
    values = evaluate({"q": {"z": 1}}, RUN)["q"]
    assert (values["RR@10"], values["Success@10"], values["R@20"]) == (0.0, 0.0, 1.0)


def test_graded_gain_is_linear() -> None:
    # b (grade 1) before a (grade 3): (1 + 3/log2(3)) / (3 + 1/log2(3)).
    values = evaluate({"q": {"a": 3, "b": 1}}, {"q": ["b", "a"]})["q"]
    assert values["nDCG@10"] == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))


def test_equal_to_trec_eval() -> None:
    run = {"q": {article: -float(rank) for rank, article in enumerate(RUN["q"])}}
    names = {"nDCG@10": "ndcg_cut_10", "AP": "map", "R@5": "recall_5", "Success@10": "success_10"}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": QRELS["q"]}, {"ndcg_cut", "map", "recall", "success"})
    reference = evaluator.evaluate(run)["q"]
    values = evaluate(QRELS, RUN)["q"]
    assert {name: values[name] for name in names} == pytest.approx({n: reference[r] for n, r in names.items()})


def test_a_ranking_breaks_ties_by_id_and_keeps_each_article_once() -> None:
    found = (
        Hit("c", "c#0", 0.9),
        Hit("b", "b#0", 0.5),
        Hit("a", "a#0", 0.5, copies=("e", "d")),
        Hit("c", "c#1", 0.5),
        Hit("f", "f#0", 0.7),
    )
    assert Outcome(Question("q", "Q"), found).ranking == ["c", "a", "d", "e", "b", "f"]


def test_multihop_measures_by_hand() -> None:
    passages = [
        "nothing",
        "has fact one here",
        "FACT one",
        "fact  one and fact\ntwo",
        *["-"] * 5,
        "fact three",
        "fact four",
    ]
    # New facts at rank 2 (one) and 4 (two), at 10 (three); four facts: (1/2 + 1/4 + 1/10) / 4.
    values = fact_measures(passages, ["fact one", "fact two", "fact three", "fact four"])
    assert values == pytest.approx(
        {"MHR Hits@10": 1.0, "MHR Hits@4": 1.0, "MHR MAP@10": (1 / 2 + 1 / 4 + 1 / 10) / 4, "MHR MRR@10": 1 / 2}
    )


def test_multihop_measures_beyond_the_fourth_and_the_tenth() -> None:
    assert fact_measures(["-"] * 4 + ["fact"], ["fact"])["MHR Hits@4"] == 0.0
    assert fact_measures(["-"] * 10 + ["fact"], ["fact"]) == dict.fromkeys(
        ("MHR Hits@10", "MHR Hits@4", "MHR MAP@10", "MHR MRR@10"), 0.0
    )
