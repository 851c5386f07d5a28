from datetime import UTC, datetime

import pytest

from corpus import Article, Chunk
from rag.model import Passage
from rag.text.citation_marks import read_marks
from rag.verification.passage_facts import PassageFacts
from rag.verification.statements import Statement, drop_source_list, split_statements


def split(text: str) -> list[tuple[str, tuple[int, ...]]]:
    marked = read_marks(text, 3)
    return [(marked.text[s.start : s.end], s.cited) for s in split_statements(marked)]


def one(text: str) -> Statement:
    (found,) = split_statements(read_marks(text, 3))
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The port was fined [1]. The town paid it [2][3].", [("The port was fined.", (1,)), ("The town paid it.", (2, 3))]),
        (
            "The port was fined heavily on Tuesday [1], while the town paid nothing at all [2].",
            [("The port was fined heavily on Tuesday", (1,)), ("the town paid nothing at all.", (2,))],
        ),
        ("Cuba [1], Chad [2] and Peru [3] signed it.", [("Cuba, Chad and Peru signed it.", (1, 2, 3))]),
        ("- The port was fined [1]\n2. The town paid it [2]", [("The port was fined", (1,)), ("The town paid it", (2,))]),
        ("[1] The port was fined. [2] The town paid it.", [("The port was fined.", (1,)), ("The town paid it.", (2,))]),
        ("| Side | Sum |\n|---|---|\n| The port | 12 million [1] |", [("The port | 12 million", (1,))]),
        ("## The fine\nThe port was fined [1].", [("The port was fined.", (1,))]),
        ("Here is what is known:\nThe port was fined [1].", [("The port was fined.", (1,))]),
        ("What follows from it? The port was fined [1].", [("The port was fined.", (1,))]),
    ],
)  # fmt: skip
def test_an_answer_is_cut_into_what_it_states(text: str, found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert split(text) == found


def test_a_sentence_without_marks_is_covered_by_the_next_that_has_some() -> None:
    first, second = split_statements(read_marks("The port was fined. The town paid the fine [2].", 3))
    assert (first.cited, first.covered_by) == ((), (2,))
    assert second.covered_by == ()


def test_a_mark_that_points_at_nothing_is_kept_as_invented() -> None:
    assert one("The port was fined on Tuesday [9].").invented == (9,)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("The passages do not say who paid.", True),
        ("However, none of the articles names the judge.", True),
        ("Die Artikel nennen keinen Grund.", True),
        ("The reason is not given.", True),
        ("The reason is not given [1].", False),
        ("The port did not pay the fine.", False),
        ("The passages say who paid [1].", False),
    ],
)
def test_a_sentence_on_what_the_sources_lack_is_a_note(text: str, note: bool) -> None:
    assert one(text).note is note


def test_a_list_of_sources_at_the_end_is_dropped() -> None:
    body = "The port was fined."
    article = Article("c", "Port fined", body, "Gazette", published_at=datetime(2024, 4, 5, tzinfo=UTC))
    evidence = [PassageFacts(1, Passage(Chunk(article, 0, 0, len(body)), 1, 1.0))]

    def without(text: str) -> str:
        return drop_source_list(read_marks(text, 1), evidence).text

    assert (
        without("The port was fined [1].\n\nSources:\n[1] Port fined, Gazette, 5 April 2024") == "The port was fined."
    )
    assert without("The port was fined [1].\nSource: Port fined, Gazette [1]") == "The port was fined."
    assert without("The port was fined [1].\nThe town paid it [1].") == "The port was fined.\nThe town paid it."
