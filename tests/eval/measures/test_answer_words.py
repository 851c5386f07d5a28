import pytest

from eval.measures.answer_words import (
    contains,
    contains_quotation,
    first_verdict,
    is_verdict,
    normalise_text,
    quotations,
    token_f1,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  145.5 million, an estimate", "1455 million estimate"),
        ("“A cyber-attack”", "cyberattack"),
        ("THEORY of the thing", "theory of thing"),
    ],
)
def test_squad_normal_form(text: str, normal: str) -> None:
    assert normalise_text(text) == normal


def test_contains_whole_words_only() -> None:
    assert contains("It hit 145.5 million people.", ["143 million", "145.5 million"])
    assert not contains("It hit 1145.5 million people.", ["145.5 million"])
    assert not contains("anything", ["the"])


def test_token_f1_by_hand() -> None:
    # given {in, october, 2017}, wanted {october, 2017}: precision 2/3, recall 1, F1 4/5.
    assert token_f1("in October 2017", ["nothing", "October, 2017"]) == pytest.approx(0.8)
    assert token_f1("", ["x"]) == 0.0
    assert token_f1("x", []) == 0.0


def test_repeated_words_count_once_each() -> None:
    # given {no: 3}, wanted {no: 1}: precision 1/3, recall 1, F1 1/2.
    assert token_f1("no no no", ["No"]) == pytest.approx(0.5)


def test_verdicts() -> None:
    assert is_verdict(["Yes"])
    assert is_verdict(["no", "No."])
    assert not is_verdict(["no", "never"])
    assert not is_verdict([])
    assert first_verdict("Not at all: no [1], although yes was said.") == "no"
    assert first_verdict("YES.") == "yes"
    assert first_verdict("Nobody knows, yesterday.") == ""


def test_quotations_of_three_words_and_more() -> None:
    text = 'He called "net neutrality" [1] "an all-out assault" [2] and “not a free thing.” But"'
    assert quotations(text) == ["an all-out assault", "not a free thing."]


def test_quotations_do_not_cross_paragraphs() -> None:
    assert quotations('He said "first\n\nand last of all" then.') == []


@pytest.mark.parametrize(
    ("quotation", "found"),
    [
        ("No cyber  hegemony,", True),
        ("we don't ... do hegemony", True),
        ("we don't [ever] do hegemony", True),
        ("we do not do hegemony", False),
        ("hegemony … we don’t", True),
    ],
)
def test_a_quotation_stands_in_a_text(quotation: str, found: bool) -> None:
    assert contains_quotation(quotation, ["other", "No cyber\nhegemony: we don’t, we don't do hegemony."]) is found
