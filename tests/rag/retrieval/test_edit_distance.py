import pytest

from rag.retrieval.edit_distance import (
    count_allowed_typos,
    count_typos,
    is_keyboard_typo,
    is_phonetic_typo,
    list_prefixes,
)


@pytest.mark.parametrize(
    ("asked", "written", "count"),
    [
        ("Equifacs", "Equifax", 2),
        ("Snowdon", "Snowden", 1),
        ("Snwoden", "Snowden", 1),
        ("Muller", "Müller", 0),
        ("Equifaxx", "Equifax", 1),
        ("Bahraini", "Bahrain", None),  # Another form of the word.
        ("Singapore", "Singaporean", None),
        ("Anderson", "Sanderson", 1),
        ("Merkel", "Perkel", None),  # The first letter of a short word.
        ("Facts", "Fax", None),
    ],
)
def test_typos_are_counted(asked: str, written: str, count: int | None) -> None:
    assert count_typos(asked, written) == count


def test_a_neighbouring_key_is_hit_more_often_than_a_distant_one() -> None:
    assert is_keyboard_typo("deadlime", "deadline")
    assert is_keyboard_typo("multilateralim", "multilateralism")
    assert is_keyboard_typo("anticompeetitive", "anticompetitive")
    assert not is_keyboard_typo("dissected", "dissented")
    assert not is_keyboard_typo("misused", "missed")
    assert not is_keyboard_typo("Mehta", "Meta")


def test_letters_of_one_sound_are_taken_for_one_another() -> None:
    assert is_phonetic_typo("Zuckerburg", "Zuckerberg")
    assert is_phonetic_typo("Roskomnadsor", "Roskomnadzor")
    assert not is_phonetic_typo("Davie", "David")


def test_long_words_may_have_two_typos() -> None:
    assert [count_allowed_typos(word) for word in ("breach", "snowden", "analytica")] == [1, 1, 2]


def test_prefixes_allow_for_a_typo_in_each_place() -> None:
    assert {"sn", "so", "swo"} <= list_prefixes("snowdon")
    assert "ns" not in list_prefixes("snowdon")  # The first letters are swapped in long words only.
    assert "na" in list_prefixes("analytica")
