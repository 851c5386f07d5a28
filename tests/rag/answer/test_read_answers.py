"""What reading sentences together with the question decides: what leads, which caution goes, what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.index.embedder import Embedder
from tests.rag.conftest_answers import newsroom

STARTER = Path(__file__).parents[3] / "corpus" / "starter" / "articles.jsonl"
TOPICS = (
    "Snowden", "Data Privacy Framework", "Sony Pictures", "Telegram", "Right to be forgotten", "WannaCry", "Log4j", "Heartbleed",
    "Cambridge Analytica", "sale or ban of TikTok", "Dragonfly", "Digital Services Act", "net neutrality", "may be compromised",
    "convention against cybercrime", "Dubai", "Montevideo",
)  # fmt: skip


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    """Return an assistant over the starter articles that hold one of the topics."""
    lines = [line for line in STARTER.read_text("utf-8").splitlines() if any(topic in line for topic in TOPICS)]
    folder = newsroom(tmp_path_factory.mktemp("read") / "data", "\n".join(lines).encode())
    with Assistant(Settings(data_dir=folder, llm=""), embedder=embedder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("where was snowden when he talked to the guardian", "hotel room in Hong Kong"),
        ("how many people protested in moscow against the internet isolation law", "15,000"),
        ("what did obama say about sony pulling the movie?", "sympathy for the studio"),
        # The boss is no deed of TikTok's, of which another might be told.
        ("What did the TikTok boss tell users after Biden signed the law?", "aren't going anywhere"),
        # Of Heartbleed it is told in the words of the question: "The bug was found ...".
        ("who found the log4j bug", "Chen Zhaojun"),
        # The headline counts something else.
        ("How many people installed the personality quiz app on Facebook?", "270,000"),
        # No word asks.
        ("name of that facebook quiz cambridge analytica got the data from", "thisisyourdigitallife"),
        # No headline names it, so that no article begins by telling what it is.
        ("what is dragonfly", "The project, code-named Dragonfly"),
    ],
)
def test_what_is_surely_read_as_the_answer_needs_no_caution_and_leads(
    question: str, told: str, assistant: Assistant
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    _, first, *_ = answer.text.splitlines()  # Below outlet, date and headline.
    assert told in "".join(first.split("]")[:2])  # Another sentence may say who "he" is.


@pytest.mark.parametrize(
    "question",
    [
        "max fines dsa vs dma?",
        "max fines under the digital services act vs the digital markets act",
        "how much can they fine you under the dsa and under the dma",
    ],
)
def test_each_part_begins_with_what_is_surely_read_as_its_answer(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    told = [line for line in answer.text.splitlines() if line and not line.startswith("**")]
    # The article on the one act gives the fine under the other too.
    assert [next(n for n in ("10 percent", "6 percent") if n in line) for line in told] == ["6 percent", "10 percent"]


def test_what_is_told_of_another_year_is_no_answer_for_a_month(assistant: Assistant) -> None:
    answer = assistant.ask("who was FCC chairman in Feb 2015")
    assert answer.status != "answered"  # The one of 2024 "had voted for the rules in 2015".
    assert "27 February 2015" in answer.text.splitlines()[2]
    assert "Tom Wheeler" in answer.text


def test_a_part_without_a_time_or_a_name_is_of_the_time_of_the_first(assistant: Assistant) -> None:
    answer = assistant.ask("how did the fcc vote go in feb 2015 and who was chairman")
    told = answer.text.splitlines()
    assert "27 February 2015" in told[0]
    told = told[: next((n for n, line in enumerate(told) if n and line.startswith("**")), None)]
    assert "3-2 on 26 February 2015" in "".join(told)
    assert "Chairman Tom Wheeler" in "".join(told)


def test_a_word_of_a_headline_tells_which_of_two_treaties_is_meant(assistant: Assistant) -> None:
    answer = assistant.ask("when will the un cybercrime treaty start to apply")
    assert "UN General Assembly adopts convention against cybercrime" in answer.text.splitlines()[0]
    assert "1 January 2015" not in answer.text  # So does that of Dubai.


def test_a_department_does_not_depart(assistant: Assistant) -> None:
    answer = assistant.ask("why did snowden quit the fbi")
    assert answer.text.startswith("Nothing in this archive clearly answers this")


@pytest.mark.parametrize(
    "question",
    [
        "Which three countries abstained in the vote on the Data Privacy Framework?",
        "On what date did Russia block Instagram?",
        "When did Roskomnadzor lift its ban on Telegram?",
        # By its words something answers these, read with the question nothing does.
        "how many dollars did sony lose on the hack",
        "what was decided at the wuzhen internet conference in 2013",
    ],
)
def test_what_lacks_what_is_asked_for_keeps_its_caution(question: str, assistant: Assistant) -> None:
    assert assistant.ask(question).status != "answered"


@pytest.mark.parametrize("question", ["How did the FCC vote go in Feb 2015 and who was chairman?"])
def test_for_a_month_what_tells_of_it_leads(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert "27 February 2015" in answer.text.splitlines()[0]
    assert "Chairman Tom Wheeler" in answer.text


def test_what_that_year_was_is_read_before_it_answers(assistant: Assistant) -> None:
    answer = assistant.ask("when did google launch its censored search in china in 2018?")
    assert "In March of that year" not in answer.text  # 2010.
    assert "no plans" in answer.text


@pytest.mark.parametrize("name", ["mgm", "t-mobile", "ibm", "kfc", "okta's"])
def test_a_word_that_no_article_has_may_be_the_name_asked_about(name: str, assistant: Assistant) -> None:
    assert assistant.ask(f"how many people were hit in the {name} breach").status != "answered"


def test_beside_a_word_that_tells_articles_apart_another_may_be_any_word(assistant: Assistant) -> None:
    answer = assistant.ask("who spotted the log4j bug")
    assert answer.status == "answered"
    assert "Alibaba Cloud" in answer.text


def test_a_word_cut_short_is_no_unknown_one(assistant: Assistant) -> None:
    answer = assistant.ask("where did the internet tech bodies meet in oct 2013")
    assert answer.status == "answered"
    assert "Montevideo, Uruguay" in answer.text


def test_what_is_asked_of_a_law_is_no_deed_of_its_country(assistant: Assistant) -> None:
    answer = assistant.ask("when did americas tiktok law get passed by the senate")
    assert not answer.text.startswith("Nothing in this archive says that")
    assert "23 April" in answer.text
