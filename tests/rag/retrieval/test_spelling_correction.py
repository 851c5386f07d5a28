"""Spelling mistakes in a question: corrected where the archive gives the evidence, else left alone."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from corpus.article import Article
from rag import Assistant, Settings, Turn
from rag.index.embedder import read_shipped_vocabulary
from rag.retrieval.spelling_correction import SpellingCorrector
from rag.text.english_words import EnglishWords
from tests.rag.both_records import RECORDS, settle
from tests.rag.conftest_answers import FixedWriter, newsroom
from tests.shared_embedder import shared_embedder

ENGLISH = EnglishWords(read_shipped_vocabulary())
TEXTS = (
    ("breach", "Equifax tells of a breach", "Equifax said on Thursday that the breach reached 145 million people.", "en"),
    ("settled", "Equifax settles", "Equifax will pay 575 million dollars to settle claims over the breach.", "en"),
    ("leak", "Files leaked", "Edward Snowden gave files of the NSA to reporters. Snowden flew to Moscow.", "en"),
    ("asylum", "Asylum granted", "Russia granted Snowden asylum for a year, his lawyer said.", "en"),
    ("profiles", "Profiles harvested", "Cambridge Analytica kept the profiles of 87 million users.", "en"),
    ("fined", "A fine for the data", "The regulator fined Cambridge Analytica 15,000 pounds.", "en"),
    ("actress", "Lifeguard returns", "Pamela Brown returns to the beach as a lifeguard.", "en"),
    ("judge", "Judge retires", "Judge Paul Anderson retires from the court in Oslo after 30 years.", "en"),
    ("trial", "Trial begins", "The court in Oslo opened the trial. Anderson presided over the trial.", "en"),
    ("rules", "New rules on encryption", "The ministry wants cybersecurity rules. Cybersecurity firms protest.", "en"),
    ("firms", "Firms protest", "Firms say that the cybersecurity rules cost too much. Leaders agree.", "en"),
    ("lead", "Leaders meet", "The leaders of the parties met in Oslo. No leaders resigned.", "en"),
    ("gericht", "Gericht hebt Gesetz auf", "Das Bundesverfassungsgericht in Karlsruhe hob das Gesetz auf.", "de"),
    ("klage", "Klage in Karlsruhe", "Die Klage liegt dem Bundesverfassungsgericht in Karlsruhe vor.", "de"),
    ("steuer", "Steuer steigt", "Die Steuer steigt im Herbst, die Beratung dauert an.", "de"),
    ("haus", "Steuer beraten", "Im Herbst beginnt die Beratung zur Steuer.", "de"),
)  # fmt: skip


def lines(articles: Sequence[tuple[str, str, str, str]]) -> bytes:
    rows = ({"id": i, "title": title, "body": body, "language": code} for i, title, body, code in articles)
    return "\n".join(json.dumps(row) for row in rows).encode()


@pytest.fixture(scope="module", params=RECORDS)
def assistant(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    data = newsroom(tmp_path_factory.getbasetemp() / "mistakes", lines(TEXTS))
    with Assistant(settle(request, data), embedder=shared_embedder()) as opened:
        yield opened


def read_as(assistant: Assistant, question: str) -> str:
    return SpellingCorrector(assistant.finder().retriever, ENGLISH).correct(question).text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("What did Equifacs say about the breach?", "What did Equifax say about the breach?"),
        ("Equifacs's breach", "Equifax's breach"),
        ("Who fined Cambrige Analytica?", "Who fined Cambridge Analytica?"),
        ("who fined cambrige analitica", "who fined Cambridge Analytica"),
        ("Who fined Cambrige Analitica?", "Who fined Cambridge Analytica?"),
        ("Snowdon NSA files", "Snowden NSA files"),
        ("what happend in Oslo", "what happened in Oslo"),
        ("WHO GAVE FILES TO REPORTERS, SNOWDON?", "WHO GAVE FILES TO REPORTERS, Snowden?"),
        ("Did Edward Snowdne leave?", "Did Edward Snowden leave?"),
        ("Who is Snowdan?", "Who is Snowden?"),
        ("what do the cyberseucrity rules say", "what do the cybersecurity rules say"),
        ("Was entschied das Bundesverfasungsgericht?", "Was entschied das Bundesverfassungsgericht?"),
    ],
)
def test_a_spelling_mistake_is_corrected(assistant: Assistant, typed: str, meant: str) -> None:
    assert read_as(assistant, typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What did Equifax say about the breach?",
        "What did Zuckerberg say about the breach?",
        "Is there a zebra in Oslo?",
        "What happened to Instagram?",
        "What is said of “Equifacs” and the breach?",
        "Who wrote 'Equifacs' under the breach?",
        "Write to equifacs@example.org or see example.org/equifacs about the breach",
        "Did EQUIFACS tell of the breach?",  # An abbreviation of somebody else, perhaps.
        "Did Equifax2 tell of the breach?",
        "What did Pamela Andersen say?",  # Another person than Judge Anderson.
        "What did the lenders say in Oslo?",  # A word of its own, one letter from "leaders".
        "Is the trail in Oslo open?",
        "What did Andersen say in Oslo?",  # Anderson is a usual name, Andersen another one.
        "Who is Pamala?",
        "Wann endet die Betreuung im Herbst?",  # Two letters from "Beratung".
        "Was kostet das Steuar im Herbst?",  # Too short for a language whose words are not known.
        "Snow in Oslo",
        "",
    ],
)
def test_what_may_be_right_is_left_alone(assistant: Assistant, question: str) -> None:
    assert read_as(assistant, question) == question


def test_the_note_names_both_words_and_the_answer_keeps_the_question(assistant: Assistant) -> None:
    answer = assistant.ask("Who fined Cambrige Analytica?")
    assert answer.citations
    assert answer.question == "Who fined Cambrige Analytica?"
    assert answer.standalone == "Who fined Cambridge Analytica?"
    assert answer.notes[0] == "Searched for “Cambridge” in place of “Cambrige”, which no article holds."
    assert answer.citations[0].passage.article.id == "fined"
    assert assistant.search("Who fined Cambrige Analytica?")[0].article.id == "fined"


def test_a_follow_up_brings_the_word_in_its_right_form(assistant: Assistant) -> None:
    history = [Turn("user", "What did Equifacs say?"), Turn("assistant", "That the breach reached 145 million.")]
    answer = assistant.ask("How much will it pay?", history)
    assert "Equifax" in answer.standalone
    assert "Equifacs" not in answer.standalone
    assert answer.notes[0].startswith("Searched for “Equifax”")


def test_a_model_is_asked_with_the_right_word(assistant: Assistant) -> None:
    writer = FixedWriter("The regulator fined Cambridge Analytica 15,000 pounds [1].")
    answer = assistant.with_writer(writer).ask("Who fined Cambrige Analytica?")
    assert "Question: Who fined Cambridge Analytica?\n" in writer.prompts[0].messages[-1][1]
    assert answer.notes[0] == "Searched for “Cambridge” in place of “Cambrige”, which no article holds."


def test_questions_about_coverage_are_corrected_too(assistant: Assistant) -> None:
    answer = assistant.ask("How many articles mention Snowdon?")
    assert answer.status == "answered"
    assert answer.notes[0].startswith("Searched for “Snowden” in place of “Snowdon”")


def test_it_holds_beside_the_owner_and_follows_the_archive(assistant: Assistant, tmp_path: Path) -> None:
    data = newsroom(tmp_path / "data", lines(TEXTS[:2]))
    settings = Settings(data_dir=data, llm="")
    typed, meant = "When did Snowdon reach Moscow?", "When did Snowden reach Moscow?"
    with (
        Assistant(settings, embedder=shared_embedder()) as owner,
        Assistant(settings, embedder=shared_embedder(), read_only=True) as reader,
    ):
        assert read_as(owner, typed) == read_as(reader, typed) == typed
        for name, title, body, language in TEXTS[2:4]:
            owner.archive.put(Article(name, title, body, language=language))
        owner.sync()
        reader.sync()
        assert read_as(owner, typed) == read_as(reader, typed) == meant


def test_a_word_of_a_language_that_is_rare_in_the_archive_is_no_mistake(tmp_path: Path) -> None:
    english = [(f"n{n}", f"Notice {n}", f"The council of ward {n} met.", "en") for n in range(120)]
    data = newsroom(tmp_path / "data", lines([*english, ("de", "Regierung", "Die Bundesregierung tagt.", "de")]))
    with Assistant(Settings(data_dir=data, llm=""), embedder=shared_embedder()) as assistant:
        assert assistant.finder().retriever.languages == ("en",)
        assert (
            SpellingCorrector(assistant.finder().retriever, ENGLISH).correct("Was sagt die Bundesregierung?").notes
            == ()
        )
