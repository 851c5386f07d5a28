"""The names that a question asks about."""

from rag.retrieval.asked_names import MOST_NAMES, list_asked_names


def test_the_first_names_of_a_question_are_looked_for() -> None:
    """Each is read up in every article that was found: a question of two thousand characters may hold hundreds."""
    assert [name.said for name in list_asked_names("What did Ida Rask say of Nils Holt?")] == ["Ida Rask", "Nils Holt"]
    many = ", ".join(f"B{chr(97 + n // 26)}{chr(97 + n % 26)}o" for n in range(200))
    found = list_asked_names(f"What did {many} say?")
    assert [name.said for name in found] == [f"Ba{chr(97 + n)}o" for n in range(MOST_NAMES)]
