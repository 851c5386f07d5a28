"""Who is meant by a name that several bear."""

from corpus import Article, Chunk
from rag.model import Passage
from rag.retrieval.namesakes import drop_namesakes
from rag.retrieval.sentence_ranking import Sentence


def sentence(i: str, body: str) -> Sentence:
    passage = Passage(Chunk(Article(id=i, title=f"Report {i}", body=body), 0, 0, len(body)), 1, 1.0, {})
    return Sentence(passage, 0, len(body), 1.0, 1.0, 0.5, 1.0, 0.9)


def test_a_law_is_no_namesake_of_another_law() -> None:
    told = sentence(
        "told",
        "China's Cybersecurity Law took effect on 1 June. It is the first law on cybersecurity that the state has.",
    )
    other = sentence("other", "A law on harbour tolls takes effect in May.")
    assert drop_namesakes("China Cybersecurity Law effective date", [told, other]) == ([told, other], "")


def test_somebody_else_of_the_same_name_is_left_out() -> None:
    meant = sentence("meant", "Keller, the mayor of Nordwind, opened the bridge.")
    other = sentence("other", "Keller won the race in Selmouth.")
    assert drop_namesakes("What did Keller of Nordwind open?", [meant, other])[0] == [meant]
