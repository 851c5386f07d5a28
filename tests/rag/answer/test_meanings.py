"""A name with several meanings: an answer for each, named apart; one answer where the question says which is meant."""

from collections.abc import Iterator

import pytest

from rag import Answer, Assistant, Filters, Settings
from rag.cli.commands import write_export
from rag.index.embedder import Embedder
from tests.rag.conftest_answers import FixedWriter, place, small_newsroom

ROWS = (
    ("j1", "Coast Wire", "2024-03-05", "Gym opens in Wilmington", "Michael Jordan, the basketball player, opened a gym in Wilmington on Friday. Jordan said that it cost $2 million."),
    ("j2", "Fen Post", "2024-04-02", "Prize for machine learning", "Michael Jordan, a professor of statistics at Berkeley, won a prize in Stockholm on Tuesday. Jordan said that the field was young."),
    ("b1", "Coast Wire", "2019-05-07", "Bill 14 passed", "Bill 14, the Clean Shores Act, was passed on Monday. Plastic bags will go."),
    ("b2", "Coast Wire", "2023-06-02", "Bill 14 passed", "Bill 14, the Ferry Fares Act, was passed on Thursday. Fares will rise by 4 percent."),
    ("s1", "Fen Post", "2024-01-09", "River floods homes", "The river flooded 200 homes in Springfield, Illinois, on Monday."),
    ("s2", "Coast Wire", "2024-02-13", "Dam breaks", "Water from a dam flooded 90 homes in Springfield, Massachusetts, on Monday."),
    ("k1", "Fen Post", "2024-05-02", "Mayor resigns", "Anna Keller, the mayor of Orlo, resigned on Monday. Keller cited her health."),
    ("k2", "Coast Wire", "2024-06-03", "Head of Nordwind goes", "Peter Keller resigned as head of Nordwind on Friday. Keller had led it since 2011."),
    ("l1", "Fen Post", "2024-05-14", "Lopez against tax bill", "Maria Lopez, the senator from Arden, will vote against the tax bill. Lopez said that it hurt families."),
    ("l2", "Coast Wire", "2024-07-08", "Lopez runs", "Maria Lopez, the candidate for governor, opened her campaign in Arden. Lopez said that taxes were too high."),
)  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    folder = small_newsroom(tmp_path_factory.mktemp("meanings") / "names", ROWS)
    with Assistant(Settings(data_dir=folder, llm=""), embedder=embedder) as assistant:
        yield assistant


def cited(answer: Answer) -> list[str]:
    return list(dict.fromkeys(c.passage.article.id for c in answer.citations))


@pytest.mark.parametrize(
    ("question", "first", "labels", "each"),
    [
        (
            "What did Michael Jordan say?",
            "The archive seems to tell of two of this name:",
            {
                "j1": "Michael Jordan, the basketball player",
                "j2": "Michael Jordan, a professor of statistics at Berkeley",
            },
            {
                "j1": "What did Michael Jordan, the basketball player, say?",
                "j2": "What did Michael Jordan, a professor of statistics at Berkeley, say?",
            },
        ),
        (
            "When was Bill 14 passed?",
            "The archive tells of two of this name:",
            {"b1": "Bill 14, the Clean Shores Act", "b2": "Bill 14, the Ferry Fares Act"},
            {
                "b1": "When was Bill 14, the Clean Shores Act, passed?",
                "b2": "When was Bill 14, the Ferry Fares Act, passed?",
            },
        ),
        (
            "How many homes were flooded in Springfield?",
            "The archive tells of two of this name:",
            {"s1": "Springfield, Illinois", "s2": "Springfield, Massachusetts"},
            {
                "s1": "How many homes were flooded in Springfield, Illinois?",
                "s2": "How many homes were flooded in Springfield, Massachusetts?",
            },
        ),
        (
            "When did Keller resign?",
            "The archive tells of two of this name:",
            {"k1": "Anna Keller", "k2": "Peter Keller"},
            {"k1": "When did Anna Keller resign?", "k2": "When did Peter Keller resign?"},
        ),
    ],
)
def test_each_meaning_is_answered_and_can_be_asked_about(
    archive: Assistant, question: str, first: str, labels: dict[str, str], each: dict[str, str]
) -> None:
    answer = archive.ask(question)
    assert answer.status == "answered"
    assert answer.text.splitlines()[0] == first
    assert set(cited(answer)) == labels.keys()
    assert all(f"**{label}: " in answer.text for label in labels.values())
    assert set(answer.meanings) == set(each.values()) == set(answer.to_record()["meanings"])
    assert all(claim.verdict == "supported" for claim in answer.claims)
    lines = write_export(answer).splitlines()
    assert all(f"  - {alone}" in lines for alone in each.values())
    for id, alone in each.items():
        assert cited(archive.ask(alone)) == [id]
        assert archive.ask(alone).meanings == ()


def test_a_question_that_says_which_is_answered_for_that_one(archive: Assistant) -> None:
    assert cited(archive.ask("What did the professor Michael Jordan say?")) == ["j2"]
    assert cited(archive.ask("What did Michael Jordan say?", filters=Filters(outlets=("Coast Wire",)))) == ["j1"]


def test_one_person_described_in_two_ways_is_one(archive: Assistant) -> None:
    answer = archive.ask("What did Maria Lopez say?")
    assert answer.meanings == ()
    assert not answer.text.startswith("The archive")


def test_a_model_is_told_which_passages_to_name_apart(archive: Assistant) -> None:
    writer = FixedWriter("Jordan is one of two: it cost $2 million [1].")
    answer = archive.with_writer(writer).ask("What did Michael Jordan say?")
    prompt = writer.prompts[0].messages[-1][1]
    numbers = [place(prompt, words) for words in ("a gym in Wilmington", "a prize in Stockholm")]
    listed = prompt.partition("Passages ")[2].partition(" seem to tell of different people")[0]
    assert sorted(listed.split(", ")) == sorted(f"[{number}]" for number in numbers)
    assert len(answer.meanings) == 2
    archive.with_writer(writer).ask("What did Maria Lopez say?")
    assert "seem to tell" not in writer.prompts[1].messages[-1][1]
