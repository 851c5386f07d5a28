"""Answers without a model over a small archive: times, follow-ups, accounts, namesakes, the archive as such."""

from collections.abc import Iterator

import pytest

from rag import Answer, Assistant, Filters, Settings, Turn
from rag.index.embedder import Embedder
from tests.rag.conftest_answers import small_newsroom

ROWS = (
    ("m1", "Coast Wire", "2021-02-09", "Museum of Orlo planned", "The town plans a museum of glass for 6 million crowns."),
    ("m2", "Coast Wire", "2023-05-02", "Museum of Orlo dearer", "The museum of glass will cost 9 million crowns, the town said."),
    ("m3", "Coast Wire", "2024-10-11", "Museum of Orlo dearer again", "The museum of glass will cost 13 million crowns, the town said."),
    ("d1", "Fen Post", "2024-02-03", "Library loans in January 2024", "The library of Orlo lent 5,100 books in January 2024."),
    ("d2", "Fen Post", "2024-03-03", "Library loans in February 2024", "The library of Orlo lent 6,400 books in February 2024."),
    ("b1", "Coast Wire", "2024-04-08", "Brenlo files for insolvency", "The boat yard Brenlo filed for insolvency on Monday. It employs 80 people. Its founder, Ove Tamm, is 90."),
    ("b2", "Coast Wire", "2024-06-21", "Brenlo sold", "Brenlo, the insolvent boat yard, was sold to the builder Kastrel for 2 million crowns on Friday."),
    ("b3", "Coast Wire", "2024-07-01", "New bakery in Orlo", "The bakery Mirel opened in Orlo. Its founder, Ida Rask, baked the first loaf."),
    ("n1", "Fen Post", "2023-09-05", "Tarvik hires Nils Holt", "The shipping line Tarvik hired Nils Holt as its head of finance. He earns 90,000 crowns a month."),
    ("n2", "Fen Post", "2023-11-08", "Nils Holt of Orlo steps down", "Nils Holt, the dean of Orlo, stepped down because of his health. Holt is 63."),
)  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    folder = small_newsroom(tmp_path_factory.mktemp("small") / "town", ROWS)
    with Assistant(Settings(data_dir=folder, llm=""), embedder=embedder) as assistant:
        yield assistant


def ask(assistant: Assistant, *turns: str, filters: Filters | None = None) -> Answer:
    history: list[Turn] = []
    for turn in turns[:-1]:
        history += [Turn("user", turn), Turn("assistant", assistant.ask(turn, history).text)]
    return assistant.ask(turns[-1], history, filters)


def cited(answer: Answer) -> list[str]:
    return list(dict.fromkeys(c.passage.article.id for c in answer.citations))


@pytest.mark.parametrize(
    ("question", "first", "never"),
    [
        ("What will the museum of glass cost before 2022?", "m1", {"m2", "m3"}),
        ("What will the museum of glass cost after 2023?", "m3", {"m1", "m2"}),
        ("How many books did the library of Orlo lend in February 2024?", "d2", {"d1"}),
        ("How many books did the library of Orlo lend in January?", "d1", {"d2"}),
        ("articles about the museum of glass published before 2023", "m1", {"m2", "m3"}),
    ],
)
def test_what_is_told_of_the_time_leads(town: Assistant, question: str, first: str, never: set[str]) -> None:
    answer = ask(town, question)
    assert cited(answer)[0] == first
    assert not never & set(cited(answer))
    assert not any("later time" in note or "Reported over time" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("turns", "first", "text"),
    [
        (("How many books did the library of Orlo lend?", "In February"), "d2", "6,400"),
        (("How many books did the library of Orlo lend in January 2024?", "February 2024?"), "d2", "6,400"),
        (("When did Brenlo file for insolvency?", "for how much was it sold"), "b2", "2 million"),
        (("How many people does Brenlo employ?", "who is the founder"), "b1", "Ove Tamm"),
        (("When did Brenlo file for insolvency?", "What happened next?"), "b1", "Kastrel"),
        (("When did Brenlo file for insolvency?", "Who opened the bakery in Orlo?"), "b3", "Ida Rask"),
    ],
)
def test_follow_ups(town: Assistant, turns: tuple[str, ...], first: str, text: str) -> None:
    answer = ask(town, *turns)
    assert cited(answer)[0] == first
    assert text in answer.text


def test_what_is_told_of_a_namesake_is_no_answer(town: Assistant) -> None:
    answer = ask(town, "Why did Nils Holt of Tarvik step down?")
    assert answer.status == "doubtful"
    assert answer.text.startswith("Nothing in this archive says that of “Nils Holt of Tarvik”, only of another one")
    assert cited(answer) == ["n1"]
    assert cited(ask(town, "Why did Nils Holt of Orlo step down?")) == ["n2"]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many articles are there?", "10 articles"),
        ("How many articles were published in April 2024?", "1 article dated 1 April 2024 to 30 April 2024"),
        ("Which outlets are in the archive?", "Fen Post: 4 articles, the first on 5 September 2023"),
        ("What is the oldest article?", "The oldest of 10 articles: 9 February 2021, by Coast Wire"),
        ("List all articles", "New bakery in Orlo"),
    ],
)
def test_the_archive_as_such(town: Assistant, question: str, text: str) -> None:
    assert text in ask(town, question).text


def test_a_timeline_keeps_to_its_event(town: Assistant) -> None:
    assert cited(ask(town, "timeline of the Orlo library loans")) == ["d1", "d2"]
    assert cited(ask(town, "timeline of Brenlo's insolvency and Tarvik's hires")) == ["n1", "b1", "b2"]
