"""What is a certain difference between two sentences, and what is none."""

from datetime import UTC, datetime

import pytest

from corpus.article import Article, Chunk
from rag.model import Passage
from rag.retrieval.sentence_ranking import Sentence
from rag.story.account_differences import find_differences


def sentence(name: str, text: str) -> Sentence:
    article = Article(name, name, text, name, published_at=datetime(2024, 3, 13, tzinfo=UTC), language="en")
    return Sentence(Passage(Chunk(article, 0, 0, len(text)), 1, 1.0), 0, len(text), 1.0, 1.0, 0.0, 0.0, 0.0)


def differences(one: str, other: str) -> dict[str, tuple[str, str]]:
    row = {0: sentence("one", one), 1: sentence("other", other)}
    return {found.kind: (one[slice(*found.spans[0])], other[slice(*found.spans[1])]) for found in find_differences(row)}


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (
            "The storm of Monday left 300 homes in Kells without power, the utility said.",
            "The storm of Monday left 450 homes in Kells without power, the town said.",
            {"figures": ("300", "450")},
        ),
        (
            "The storm left about 300 homes in Kells without power, the utility said.",
            "The storm left 298 homes in Kells without power, the utility said.",
            {},
        ),
        (
            "The storm left more than 300 homes in Kells without power, the utility said.",
            "The storm left 450 homes in Kells without power, the utility said.",
            {},
        ),
        (
            "The storm left more than 500 homes in Kells without power, the utility said.",
            "The storm left 450 homes in Kells without power, the utility said.",
            {},  # A bound is no figure of its own.
        ),
        (
            "The council of Kells closed the ferry landing on 11 March after the storm.",
            "The council of Kells closed the ferry landing on 12 March after the storm.",
            {"dates": ("11 March", "12 March")},
        ),
        (
            "The council of Kells closed the ferry landing on 11 March after the storm.",
            "The council of Kells closed the ferry landing on Monday after the storm.",
            {},
        ),
        (
            "The rudder of the ferry was worn out before the accident, Captain Mona Reiss said.",
            "The rudder of the ferry was worn out before the accident, Tom Varga said.",
            {"attribution": ("Captain Mona Reiss", "Tom Varga")},
        ),
        (
            "The rudder of the ferry was worn out before the accident, Captain Mona Reiss said.",
            "The rudder of the ferry was worn out before the accident, Reiss said.",
            {},
        ),
        (
            "The town of Tarn opened a swimming pool for 200 children.",
            "The Bank of Kells raised its key rate to 4 percent.",
            {},
        ),
    ],
)
def test_only_what_is_certain_is_a_difference(one: str, other: str, found: dict[str, tuple[str, str]]) -> None:
    assert differences(one, other) == found
