"""The door for questions: what is read of any text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError
from rag.model import Turn
from rag.question.question_text import LONGEST_QUESTION, read_history, read_question


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("  Who\twas \n hit? ", "Who was hit?"),
        ("x \udcff", "x"),
        ("Wan\x00na\x1bCry\x7f?", "WannaCry?"),
        ("\u202eWho\u202c was\u200b hit\ufeff?", "Who was hit?"),
        ("Who was in Zu\u0308rich?", "Who was in Z\u00fcrich?"),
        ("Who \U0001f469\u200d\U0001f680?", "Who \U0001f469\u200d\U0001f680?"),
        ("a" + "\u0301" * 3000, unicodedata.normalize("NFC", "a" + "\u0301" * 8)),
        ("a" + " " * 5000 + "b", "a b"),
    ],
)
def test_a_question_is_read_in_one_form(text: str, read: str) -> None:
    assert read_question(text) == read


@pytest.mark.parametrize("text", ["", " \n\u3000\x85\u2028", "\u200b\ufeff\u202e", "\udcff\ud800", "\x00"])
def test_nothing_that_can_be_seen_is_no_question(text: str) -> None:
    with pytest.raises(InputError, match="The question is empty: type one"):
        read_question(text)


def test_what_is_too_long_is_refused_with_its_length() -> None:
    assert read_question("a" * LONGEST_QUESTION) == "a" * LONGEST_QUESTION
    with pytest.raises(InputError, match=r"it has 2,001 characters, and at most 2,000 are read\. Shorten it\."):
        read_question("a" * (LONGEST_QUESTION + 1))


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_read_once_and_for_all_or_refused(text: str) -> None:
    try:
        read = read_question(text)
    except InputError:
        return
    assert read == read_question(read)
    assert read == unicodedata.normalize("NFC", read)
    assert read.encode("utf-8").decode("utf-8") == read
    assert "\n" not in read


def test_earlier_turns_are_read_alike() -> None:
    assert read_history([Turn("user", "Who\udcff?"), Turn("assistant", "They.\n\nAll")]) == (
        Turn("user", "Who?"),
        Turn("assistant", "They.\n\nAll"),
    )
