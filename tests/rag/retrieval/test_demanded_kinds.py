import pytest

from rag.retrieval.demanded_kinds import lacks_count, lacks_quotation
from rag.retrieval.sentence_ranking import Sentence
from rag.text.terms import list_query_terms
from tests.rag.passages import passage


def sentences(body: str, shape: float = 1.0) -> list[Sentence]:
    where, found, start = passage(body), [], 0
    for piece in body.split("|"):
        found.append(Sentence(where, start, start + len(piece), 0.5, 0.5, 0.5, shape * ('"' in piece), 0.5))
        start += len(piece) + 1
    return found


def weights(question: str) -> dict[str, float]:
    return dict.fromkeys(list_query_terms(question), 1.0)


@pytest.mark.parametrize(
    ("question", "kind", "body", "expected"),
    [
        ("How many countries had ratified the treaty?", "how_many", "So far 12 countries ratified it.", 0),
        ("How many countries had ratified the treaty?", "how_many", "In 2024, 300 delegates came.", 1),
        ("How many countries had ratified the treaty?", "who", "Nobody came.", 0),
        ("How much was the bank fined?", "how_many", "It must pay 3 million euros.", 0),
        ("How much was the bank fined?", "how_many", "It has 12 branches.", 1),
        ("How much does the terminal cost?", "how_many", "The terminal costs 41 million crowns.", 0),
        ("How big is the harbour?", "how_many", "It is wide.", 0),
        ("How many people are on the network?", "how_many", "It has 750 million users.", 0),
        ("How many people are on the network?", "how_many", "It has many users.", 1),
        ("How many victims were known of?", "how_many", "It hit 147 million consumers.", 0),
        ("How many Canadians were affected?", "how_many", "About 8,000 of them were affected.", 0),
        ("How many Canadians were affected?", "how_many", "About 8,000 files were lost.", 1),
    ],
)
def test_what_is_counted_must_be_counted(question: str, kind: str, body: str, expected: float) -> None:
    assert lacks_count(question, kind, weights(question), sentences(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('"The harbour must be saved," Ana Sousa said.', 0),
        ('The harbour is silting up.| "It must be saved," Ana Sousa said.', 0),
        ('"The tram must be saved," Ana Sousa said.', 1),
        ('"The harbour must be saved," Ben Roe said.', 1),
        ("Ana Sousa said that the harbour would be saved.", 0),
        ("Ana Sousa runs the harbour.", 1),
    ],
)
def test_words_on_a_topic_must_be_the_speakers(body: str, expected: float) -> None:
    question = "What did Ana Sousa say about the harbour?"
    assert lacks_quotation(question, "quotation", weights(question), sentences(body)) == expected
    assert lacks_quotation(question, "who", weights(question), sentences(body)) == 0
