import pytest

from eval.measures import score
from eval.measures.answer_measures import answer_measures
from eval.measures.citations import citation_measures, holds, support_measures
from eval.question import GoldEvidence, Question
from eval.question_result import Outcome, outcome_from_record
from tests.eval.records import HELD, NULL, TEXTS, VERDICT, answer, hits, outcome


def test_a_right_answer() -> None:
    record = answer("All 3 billion accounts were affected [1].", ["b#0", "c#0"], claims=[True, False])
    assert answer_measures(outcome(HELD, record)) == pytest.approx(
        {
            "failed": 0.0,
            "false refusals": 0.0,
            "cautions": 0.0,
            "token F1": 2 * (2 / 6) * 1 / (2 / 6 + 1),
            "words": 6.0,
            "contains answer": 1.0,
            "correct": 1.0,
            "citation recall": 1 / 2,
            "citation precision": 1 / 2,
            "claims supported": 1 / 2,
            "claims flagged": 1 / 2,
        }
    )


def test_a_false_refusal() -> None:
    values = answer_measures(outcome(HELD, answer("Nothing about 3 billion.", status="not_found")))
    assert (values["false refusals"], values["refusal precision"], values["correct"]) == (1.0, 0.0, 0.0)
    assert values["citation recall"] == 0.0
    assert "citation precision" not in values
    assert "refusal recall" not in values


def test_null_questions_want_a_refusal() -> None:
    right = answer_measures(outcome(NULL, answer("Not here.", status="not_found")))
    wrong = answer_measures(outcome(NULL, answer("Brazil [1].", ["c#0"], claims=[False])))
    assert right == {"failed": 0.0, "refusal precision": 1.0, "refusal recall": 1.0, "correct": 1.0}
    assert wrong == {
        "failed": 0.0,
        "refusal recall": 0.0,
        "correct": 0.0,
        "claims supported": 0.0,
        "claims flagged": 1.0,
    }


def test_a_caution_is_neither_a_false_answer_nor_a_false_refusal() -> None:
    held = answer_measures(outcome(HELD, answer("Nothing clearly. All 3 billion [1].", ["b#0"], status="doubtful")))
    null = answer_measures(outcome(NULL, answer("Nothing clearly. Brazil [1].", ["c#0"], status="doubtful")))
    assert (held["false refusals"], held["cautions"], held["correct"]) == (0.0, 1.0, 1.0)
    assert (null["refusal recall"], null["correct"]) == (1.0, 1.0)
    assert "refusal precision" not in held | null


def test_yes_or_no_by_the_first_verdict() -> None:
    right = answer_measures(outcome(VERDICT, answer("Yes [1]. There is no doubt.", ["a#0"])))
    wrong = answer_measures(outcome(VERDICT, answer("No, although some said yes.")))
    assert (right["yes/no"], right["correct"]) == (1.0, 1.0)
    assert (wrong["yes/no"], wrong["correct"]) == (0.0, 0.0)
    assert "contains answer" not in right


def test_a_failed_answer_is_wrong_but_no_refusal() -> None:
    values = answer_measures(outcome(HELD, answer("All 3 billion", status="incomplete")))
    assert (values["failed"], values["correct"], values["false refusals"]) == (1.0, 0.0, 0.0)
    crashed = answer_measures(Outcome(HELD, error="Timeout: x"))
    assert (crashed["failed"], crashed["correct"]) == (1.0, 0.0)
    null = answer_measures(Outcome(NULL, error="Timeout: x"))
    assert (null["refusal recall"], null["correct"]) == (0.0, 0.0)


def test_retrieval_alone_has_no_answer_measures() -> None:
    assert answer_measures(outcome(HELD, None, hits("a"))) == {}


@pytest.mark.parametrize(
    ("text", "quote", "right"),
    [
        ("x It was signed in Dubai. y", "It was signed in Dubai.", True),
        ("x It was  signed\n", "It was signed in Dubai.", True),
        ("in Dubai. y", "It was signed in Dubai.", False),
        ("signed in Dubai. y", "It was signed in Dubai.", True),
        ("anything", "", True),
    ],
)
def test_a_passage_holds_evidence(text: str, quote: str, right: bool) -> None:
    assert holds("a", text, GoldEvidence("a", quote)) is right
    assert holds("other", text, GoldEvidence("a", quote)) is False


def test_citations_of_articles_without_quotes_count_by_article() -> None:
    question = Question("q", "Q", evidence=(GoldEvidence("a"), GoldEvidence("c")))
    values = citation_measures(question, answer("x", ["a#0", "b#0"]))
    assert values == {"citation recall": 1 / 2, "citation precision": 1 / 2}


def test_a_passage_that_is_cited_for_words_apart_counts_once() -> None:
    question = Question("q", "Q", evidence=(GoldEvidence("a"),))
    assert citation_measures(question, answer("x", ["a#0", "a#0", "b#0"]))["citation precision"] == 1 / 2


def test_quotations_must_stand_in_what_is_cited() -> None:
    text = 'He said "no cyber hegemony" and "No cyber hegemony," [1] and "all 3 billion accounts" [1].'
    assert support_measures(answer(text, ["a#0"])) == {"verbatim quotes": pytest.approx(1 / 3)}
    assert TEXTS["a#0"].count("No cyber hegemony") == 1


def test_the_words_of_a_headline_are_verbatim_too() -> None:
    record = answer('It is called "a desktop among laptops" [1].', ["a#0"])
    assert support_measures(record)["verbatim quotes"] == 0
    record["citations"][0]["title"] = "The new machine: a desktop among laptops"
    assert support_measures(record)["verbatim quotes"] == 1


def test_what_a_heading_says_in_the_words_of_the_question_is_no_quotation() -> None:
    text = "**2 articles on “the great ferry scandal”, 3 May**\n\nThe ferry was sold [1]."
    assert "verbatim quotes" not in support_measures(answer(text, ["a#0"]))


def test_scores_join_retrieval_facts_and_answers() -> None:
    rows = score([outcome(HELD, answer("3 billion", ["b#0"]), hits("c", "b", "a")), outcome(NULL, None, hits("c"))])
    assert rows["held"]["R@5"] == 1.0
    assert rows["held"]["MHR MRR@10"] == 1 / 2
    assert rows["held"]["citation precision"] == 1.0
    assert rows["null"] == {}


def test_a_judgement_becomes_measures() -> None:
    judgement = {"correct": True, "faithful": [{"met": True}, {"met": False}], "assertions": []}
    assert score([Outcome(HELD, judgement=judgement)])["held"] == {"judge: correct": 1.0, "judge: faithful": 0.5}


def test_an_outcome_comes_back_as_it_was() -> None:
    before = Outcome(HELD, hits("a", "b"), answer("x"), timings_ms={"search": 1.25}, judgement={"correct": False})
    assert outcome_from_record(before.to_record()) == before
