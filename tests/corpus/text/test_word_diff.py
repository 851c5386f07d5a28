"""What changed between two texts, word by word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.word_diff import MOST_COMPARED, diff_words, have_other_words


def show(old: str, new: str) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[piece.side].format(piece.text) for piece in diff_words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("12 people died on Monday.", "14 people died on Monday.", "[-12-]{+14+} people died on Monday."),
        ("The toll rose.", "The toll has risen.", "The toll [-rose-]{+has risen+}."),
        ("Paid 3 of 5 bills", "Paid 4 of 6 bills", "Paid [-3 of 5-]{+4 of 6+} bills"),
        ("One.\n\nTwo.", "One.\n\nTwo.\n\nThree.", "One.\n\nTwo.\n\n{+Three.+}"),
        ("", "All new", "{+All new+}"),
        ("All gone", "", "[-All gone-]"),
        ("same  words", "same words", "same words"),
        ("Zürich ist groß", "Zürich ist klein", "Zürich ist [-groß-]{+klein+}"),
    ],
)
def test_the_words_that_changed_are_marked(old: str, new: str, shown: str) -> None:
    assert show(old, new) == shown


@given(st.text(alphabet="ab .\n", max_size=60), st.text(alphabet="ab .\n", max_size=60))
def test_what_is_not_removed_is_the_new_text(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert "".join(piece.text for piece in pieces if piece.side != "removed") == new
    # Of white space that is the same but for its kind, the new one is shown.
    kept = "".join(piece.text for piece in pieces if piece.side != "added")
    assert kept.split() == old.split() or "".join(kept.split()) == "".join(old.split())


def test_long_texts_with_nothing_in_common_take_time_in_proportion() -> None:
    def seconds(words: int) -> float:
        old, new = "a b " * (words // 2), "b a a " * (words // 3)
        start = time.process_time()
        pieces = diff_words(f"x {old}", f"y {new} z")
        assert [piece.side for piece in pieces if piece.side != "same"]
        return time.process_time() - start

    beyond = int(MOST_COMPARED**0.5) * 2
    assert seconds(4 * beyond) < 16 * seconds(beyond)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("The mayor said so.", "The Mayor  said: so", False),
        ("The mayor said so.", "The mayor says so.", True),
        ("12 people", "14 people", True),
        ("“Yes”", '"Yes"', False),
    ],
)
def test_marks_spaces_and_capitals_are_no_words(one: str, other: str, differ: bool) -> None:
    assert have_other_words(one, other) is differ
