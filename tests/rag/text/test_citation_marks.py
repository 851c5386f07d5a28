import pytest

from rag.text.citation_marks import insert_marks, read_marks, strip_marks


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("A b [1].", (1,)),
        ("A b.[1]", (1,)),
        ("A b [1, 2].", (1, 2)),
        ("A b [1-3].", (1, 2, 3)),
        ("A b [^2].", (2,)),
        ("A b 【2†source】.", (2,)),
        ("A b [[2]](#src-2).", (2,)),
        ("A b [Passage 3].", (3,)),
    ],
)
def test_every_form_is_read(written: str, numbers: tuple[int, ...]) -> None:
    marked = read_marks(written, 3)
    assert marked.text == "A b."
    assert [given for _, given in marked.marks] == [numbers]
    assert marked.invented == ()


def test_numbers_that_point_nowhere_are_dropped_and_counted() -> None:
    marked = read_marks("A [0] b [4] c [2-9] d [3, 7].", 3)
    assert marked.text == "A b c d."
    assert [numbers for _, numbers in marked.marks] == [(2, 3), (3,)]
    assert sum(len(numbers) for _, numbers in marked.invented) == 4


def test_marks_stand_before_the_stop() -> None:
    assert insert_marks("A b. C d.", [(4, (1,)), (9, (2, 3))]) == "A b [1]. C d [2][3]."


def test_what_an_article_writes_like_a_mark_is_none_afterwards() -> None:
    assert (
        strip_marks("As reported [3]. See (Source 3) and [Passage 4].")
        == "As reported (3). See Source 3 and Passage 4."
    )
