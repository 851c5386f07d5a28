import pytest

from rag.text.equal_words import find_equal_terms, holds_equal, says_little
from rag.text.terms import stem


@pytest.mark.parametrize(
    ("asked", "told"), [("hack", "breach"), ("hit", "affected"), ("fined", "penalty"), ("bought", "acquisition")]
)
def test_words_for_the_same_thing_are_equal_both_ways(asked: str, told: str) -> None:
    assert stem(told) in find_equal_terms(stem(asked))
    assert stem(asked) in find_equal_terms(stem(told))


def test_a_word_without_others_equals_itself_alone() -> None:
    assert find_equal_terms(stem("harbour")) == {stem("harbour")}


def test_what_is_held_is_held_in_equal_words_too() -> None:
    held = {stem("breach"), stem("harbour")}
    assert holds_equal(held, stem("hack"))
    assert holds_equal(held, stem("harbour"))
    assert not holds_equal(held, stem("ferry"))
    assert not holds_equal(set(), stem("hack"))


def test_opposites_are_not_equal() -> None:
    assert stem("sold") not in find_equal_terms(stem("bought"))
    assert stem("died") not in find_equal_terms(stem("injured"))


def test_words_that_only_ask_say_little_and_names_of_things_do_not() -> None:
    assert says_little(stem("happened"))
    assert says_little(stem("difference"))
    assert not says_little(stem("harbour"))
    assert not says_little(stem("fined"))
