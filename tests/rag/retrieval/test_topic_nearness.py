"""Which articles tell of a topic that no headline is near to."""

import pytest

from rag.retrieval.topic_nearness import NearArticle, TopicPart, choose_nearest
from rag.text.terms import stem
from tests.rag.passages import passage

META = TopicPart("Meta", (frozenset({stem("meta")}),), name=True)


def near(body: str, id: str = "a") -> NearArticle:
    return NearArticle(passage(body, id=id), 0.5, "Company asks for rules. A company asked for rules.")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("The firm Meta grew. Meta sold. Then Meta left.", True),
        ("The firm Meta grew. Meta sold.", False),
        ("The metadata of Meta and the metadata of others.", False),
    ],
)
def test_the_only_article_that_often_has_a_name_tells_of_it(body: str, told: bool) -> None:
    assert bool(choose_nearest([near(body), near("Rain fell.", "b")], [META])) == told


def test_of_two_that_have_it_neither_does() -> None:
    body = "The firm Meta grew. Meta sold. Then Meta left."
    assert choose_nearest([near(body), near("Rain fell on Meta.", "b")], [META]) == []
