"""Answers behind a caution: what the archive does not clearly hold, and how the answer begins then."""

import pytest

from rag import Assistant
from rag.answer.answer_export import to_markdown

UNCLEAR = "Nothing in this archive clearly answers this; the nearest sentences are:\n\n**"


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Why did Arden unshelve the tram line?", UNCLEAR),
        ("Who owns Torra Line?", UNCLEAR),
        (
            "How much is a cabin on the night ferry to Isle Torra in 2019?",
            "Nothing in this archive says that of “2019”;",
        ),
    ],
)
def test_what_is_not_clearly_held_is_told_before_the_nearest_sentences(
    assistant: Assistant, question: str, begins: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "doubtful"
    assert answer.text.startswith(begins)
    assert answer.citations
    assert all(citation.quote in citation.passage.article.body for citation in answer.citations)
    assert all(claim.verdict == "supported" for claim in answer.claims)
    assert any("may not answer" in note for note in answer.notes)
    assert "status: doubtful" in to_markdown(answer)


@pytest.mark.parametrize(
    "question",
    [
        "How much does the harbour toll rise to?",
        "Who is the harbour master of Selmouth?",
        "When does the night ferry start?",
        "How many volumes were lost in the flood?",
    ],
)
def test_what_is_held_is_answered_without_one(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status == "answered"


@pytest.mark.parametrize("question", ["Who won the World Cup?", "Who is Linda Yaccarino?"])
def test_where_nothing_is_near_all_is_refused(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.citations) == ("not_found", ())


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Wie viel kostet eine Kabine auf der Nachtfähre?", ("Dieses Archiv", "Deutsch", "Englisch")),
        ("Combien coûte une cabine sur le ferry de nuit ?", ("Ces archives", "français", "anglais")),
        ("Сколько стоит каюта на пароме?", ("русский", "английский")),
    ],
)
def test_a_language_that_the_archive_lacks_is_answered_in_it(
    assistant: Assistant, question: str, words: tuple[str, ...]
) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.nearest, answer.passages) == ("not_found", (), ())
    assert all(word in answer.text for word in words)


@pytest.mark.parametrize("name", ["Isle Torra", "La Palma y Los Llanos", "Ines Calder"])
def test_a_name_is_no_question_in_another_language(assistant: Assistant, name: str) -> None:
    assert "archiv" not in assistant.ask(name).text.casefold().replace("this archive", "")
