"""Questions written as the archive writes: capitals where it has them, and names in place of their initials."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.ingestion.ingest import ingest
from corpus.readers import read_bytes
from rag import Assistant, Settings
from rag.index.embedder import read_shipped_vocabulary
from rag.model import Turn
from rag.retrieval.written_forms import WrittenForms
from rag.text.english_words import EnglishWords
from tests.rag.conftest_answers import newsroom
from tests.shared_embedder import shared_embedder

ENGLISH = EnglishWords(read_shipped_vocabulary())
TEXTS = (
    ("toll", "Harbour toll rises", "The Harbour Board of Kells raised the toll for LinkedIn Ferries, and TikTok videos mock it."),
    ("board", "Board meets", "On Monday Ruth Marlow told the Harbour Board that LinkedIn and the FBI asked about the toll."),
    ("court", "Court rules", "The judge sent the case to the Supreme Court, and the court in Kells waits. Prices rose."),
    ("data", "Data rules", "Since 2018 the General Data Protection Regulation has protected the people of Kells."),
    ("seen", "UNESCO prize", "The United Nations Educational Scientific Cultural Organisation gave Kells a prize."),
    ("bahn", "Seilbahn in Torvik", "Bürgermeisterin Hanna Obermeyer sagte am Montag, die Kosten der Seilbahn seien hoch."),
    ("odd", "Odd runs", "The European Commission in January met. Rain fell on Iran and North Korea. The Pengji Information Trust rose."),
    ("isles", "Isles vote", "In the Union, Kells and its board voted with Russia. The vote on tiktok.example was close."),
)  # fmt: skip


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    rows = (
        {"id": i, "title": title, "body": body, "language": "de" if i == "bahn" else "en"} for i, title, body in TEXTS
    )
    data = newsroom(tmp_path_factory.getbasetemp() / "forms", "\n".join(map(json.dumps, rows)).encode())
    with Assistant(Settings(data_dir=data, llm=""), embedder=shared_embedder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def forms(assistant: Assistant) -> WrittenForms:
    return WrittenForms(assistant.finder().retriever, ENGLISH)


def test_a_run_of_letters_is_read_in_one_go(forms: WrittenForms) -> None:
    assert forms.restore(f"who is {1900 * 's'} there").startswith("who is sss")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("who told linkedin about the toll", "who told LinkedIn about the toll"),
        ("WHO TOLD LINKEDIN?", "who told LinkedIn?"),
        ("what did ruth marlow tell the fbi?", "what did Ruth Marlow tell the FBI?"),
        ("when does the harbour board meet", "when does the Harbour Board meet"),  # A board alone has none.
        ("did the board of the harbour vote", "did the board of the harbour vote"),
        ("what did the supreme court say to the court", "what did the Supreme Court say to the court"),
        ("russia's vote in kells", "Russia's vote in Kells"),
        ("what is russias vote worth to linkedins ferries", "what is Russia's vote worth to LinkedIn's ferries"),
        ("how many tolls and courts", "how many tolls and courts"),
        ("what do the russias of the world want", "what do the russias of the world want"),  # A plural,
        ("has anybody many linkedins or kells", "has anybody many linkedins or Kells"),  # and nothing is owned.
        ("what was north koreas answer", "what was North Korea's answer"),
        ("north koreas answer to the harbour board of kells", "North Korea's answer to the Harbour Board of Kells"),
        ("did prices rise", "did prices rise"),  # Its capital opens a sentence.
        ("what did the unesco do", "what did the UNESCO do"),  # In a headline only.
        ("what is gdpr", "what is GDPR"),  # Only the initials are known.
        ("who protects the people", "who protects the people"),
        ("i want tiktok.example in the us", "I want tiktok.example in the US"),
        ("can you tell us about us-union trade", "can you tell us about US-Union trade"),
        ("cheese prices", "cheese prices"),
        ("Who told linkedin of Kells?", "Who told linkedin of Kells?"),  # Has capitals of its own.
        ("wer hat mit linkedin gesprochen und was war das", "wer hat mit linkedin gesprochen und was war das"),
        ("", ""),
    ],
)
def test_capitals_are_those_of_the_archive(typed: str, written: str, forms: WrittenForms) -> None:
    assert forms.restore(typed) == written


def test_a_word_that_nobody_knows_is_a_name(forms: WrittenForms) -> None:
    assert forms.capitalise_unknown("lastpass and cheese") == "Lastpass and cheese"
    assert forms.capitalise_unknown("lastpass and cheese of LinkedIn") == "lastpass and cheese of LinkedIn"
    for rare in ("summarise", "recap", "waht", "thanksss", "analyse"):
        assert forms.capitalise_unknown(f"{rare} the toll") == f"{rare} the toll"


def test_a_misspelt_word_is_corrected_before_it_is_taken_for_a_name(assistant: Assistant) -> None:
    answer = assistant.ask("did videos mock the harbuor toll")
    assert "Harbuor" not in f"{answer.standalone}{answer.text}"


def test_what_a_reader_asked_before_is_restored_too_and_answers_are_left(forms: WrittenForms) -> None:
    history = [Turn("user", "what of linkedin?"), Turn("assistant", "linkedin asked.")]
    assert forms.restore_turns(history) == [Turn("user", "what of LinkedIn?"), history[1]]


def test_initials_that_no_article_writes_are_searched_as_the_name(forms: WrittenForms) -> None:
    expanded = forms.expand("Whom does the GDPR protect from the FBI and the WHO?")
    assert forms.expand("Who won the UNESCO prize?").notes == ()  # A headline has it.
    assert expanded.text == "Whom does the General Data Protection Regulation protect from the FBI and the WHO?"
    assert expanded.notes == ("Searched for “General Data Protection Regulation”: no article writes “GDPR”.",)


def test_a_question_without_capitals_is_answered_like_one_with_them(assistant: Assistant) -> None:
    typed, written = (
        assistant.ask(text)
        for text in ("whom did ruth marlow tell of linkedin?", "Whom did Ruth Marlow tell of LinkedIn?")
    )
    assert (typed.text, typed.status) == (written.text, "answered")
    assert typed.question == "whom did ruth marlow tell of linkedin?"
    assert not typed.rephrased


@pytest.mark.parametrize("question", ["who owns lastpass", "Lastpass owner", "lastpass breach what was stolen"])
def test_what_the_archive_does_not_know_by_name_is_refused(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.citations) == ("not_found", ())


def test_an_unknown_word_beside_a_known_name_refuses_nothing_by_itself(assistant: Assistant) -> None:
    answer = assistant.ask("which chatbots told linkedin about the toll")
    assert "Chatbots" not in f"{answer.standalone}{answer.text}"


def test_words_of_an_article_in_another_language_are_known(assistant: Assistant) -> None:
    answer = assistant.ask("Was sagte Hanna Obermeyer über die Kosten der Seilbahn?")
    assert answer.status == "answered"
    assert "Kosten" not in "".join(answer.notes)


def test_capitals_that_name_no_body_are_no_long_name(forms: WrittenForms) -> None:
    for question in ("What did the ECJ rule?", "INK flows", "who fell into the pit"):
        assert forms.expand(question).notes == ()


def test_new_articles_change_how_a_word_is_written(tmp_path: Path) -> None:
    def article(i: str, body: str) -> bytes:
        return json.dumps({"id": i, "title": "Fruit", "body": body, "language": "en"}).encode()

    data = newsroom(tmp_path, article("a", "They ate an apple and another apple in Oslo."))
    with Assistant(Settings(data_dir=data, llm=""), embedder=shared_embedder()) as assistant:
        forms = WrittenForms(assistant.finder().retriever, ENGLISH)
        assert forms.restore("who ate the apple") == "who ate the apple"
        more = (article(f"b{n}", f"In town {n} people wait for Apple and then Apple sells.") for n in range(9))
        with Archive(Settings(data_dir=data).archive_path) as archive:
            ingest(archive, read_bytes("more.jsonl", b"\n".join(more)))
        assistant.sync()
        assert forms.restore("who waits for apple") == "who waits for Apple"
