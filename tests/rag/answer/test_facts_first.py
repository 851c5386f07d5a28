"""What stands first in an answer without a model, and what is worked out or refused where no sentence says it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import Article, Chunk
from rag import Assistant
from rag.index.embedder import Embedder
from rag.model import Passage
from rag.retrieval.headline_answers import answers_in_headline
from rag.retrieval.sentence_ranking import Sentence
from tests.rag.both_records import RECORDS, settle
from tests.rag.conftest_answers import newsroom

STARTER = Path(__file__).parents[3] / "corpus" / "starter" / "articles.jsonl"
HELD = (
    "2013-06-snowden-prism", "2017-05-wannacry", "2017-06-notpetya", "2018-11-paris-call",
    "2017-10-equifax-145-5m", "2018-03-equifax-2-4m", "2018-12-google-dragonfly-congress", "2020-12-solarwinds-orion", "2021-05-colonial-pipeline",
)  # fmt: skip
BRIDGE = (
    {"id": "opens", "title": "Kells bridge opens", "body": "The Kells bridge opened on 3 May 2020. Crowds cheered.",
     "source": "Kells Post", "published_at": "2020-05-04"},
    {"id": "closes", "title": "Kells bridge closes", "body": "The Kells bridge closed on 10 June 2023. Cracks were found.",
     "source": "Kells Post", "published_at": "2023-06-11"},
    {"id": "ferry", "title": "Ferry line fined 5 million crowns over Kells accident",
     "body": "The regulator decided on Friday. Three inspectors went aboard. The Kells ferry line was fined 5 million crowns "
             "because it violated safety rules. The line accepted the decision.",
     "source": "Kells Post", "published_at": "2024-05-01"},
    {"id": "bus", "title": "Bus company fined 9 million crowns", "source": "Kells Post", "published_at": "2022-05-01",
     "body": "The Torvik bus company was fined 9 million crowns. It will appeal. Its drivers had worked too long."},
    {"id": "treaty", "title": "Forty states sign the Kells treaty", "source": "Kells Post", "published_at": "2012-12-15",
     "body": "Forty states signed a treaty in Kells on Friday, while the United States and its allies refused the Kells treaty."},
    {"id": "cost", "title": "Kells tunnel costs 40 million crowns",
     "body": "The council was told so on Monday. Drivers had asked for it for years.", "source": "Kells Post",
     "published_at": "2024-02-01"},
    {"id": "barge", "title": "Passengers of the Torvik barge in March 2024", "source": "Kells Post", "published_at": "2024-04-03",
     "body": "The Torvik barge carried 41,200 passengers in March 2024, the port said."},
    {"id": "radio", "title": "Appeals court upholds licence law", "source": "Kells Post", "published_at": "2024-05-03",
     "body": "The appeals court on 2 May ruled on the case and upheld the law under which Selby Radio loses its licence. Selby Radio said it would go "
             "to the Supreme Court."},
    {"id": "dock", "title": "Harbour board of Selby refuses sale of dock", "source": "Kells Post", "published_at": "2024-06-05",
     "body": "The harbour board of Selby refused to sell the dock on Monday. Talks had lasted a year.\n\nThe board gave several reasons. "
             "The buyer would close the repair yard. It has no plan for the pilots."},
    {"id": "airport", "title": "Torvik airport in March 2024", "source": "Kells Post", "published_at": "2024-04-05",
     "body": "Torvik airport handled 118,400 passengers in March 2024."},
)  # fmt: skip


@pytest.fixture(scope="module", params=RECORDS)
def assistant(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[Assistant]:
    """Return an assistant over some of the starter articles and three on a bridge and a tunnel."""
    lines = [line for line in STARTER.read_text("utf-8").splitlines() if json.loads(line)["id"] in HELD]
    lines += [json.dumps(article) for article in BRIDGE]
    folder = newsroom(tmp_path_factory.mktemp("facts") / "data", "\n".join(lines).encode())
    with Assistant(settle(request, folder), embedder=embedder) as opened:
        yield opened


def cited(assistant: Assistant, question: str) -> list[str]:
    answer = assistant.ask(question)
    assert answer.status == "answered", answer.text
    assert not [claim for claim in answer.claims if claim.verdict == "flagged"]
    return [citation.passage.article.id for citation in answer.citations]


def test_a_sentence_that_only_names_the_country_is_no_near_answer(assistant: Assistant) -> None:
    answer = assistant.ask("What is the population of Iceland?")
    assert (answer.status, answer.citations) == ("not_found", ())


def test_who_did_it_stands_before_a_sentence_that_only_tells_the_deed(assistant: Assistant) -> None:
    assert cited(assistant, "Who discovered the SolarWinds intrusion?")[0] == "2020-12-solarwinds-orion"
    assert "FireEye" in assistant.ask("Who discovered the SolarWinds intrusion?").citations[0].quote


def test_each_side_of_a_comparison_is_told_by_an_article_of_its_own(assistant: Assistant) -> None:
    assert {"2020-12-solarwinds-orion", "2017-06-notpetya"} <= set(cited(assistant, "Compare SolarWinds and NotPetya"))


def test_what_an_article_tells_further_down_is_explained_from_there(assistant: Assistant) -> None:
    first = assistant.ask("Explain the Dragonfly project").citations[0]
    assert first.quote.startswith("The project, code-named Dragonfly")


def test_the_time_between_two_days_is_worked_out_and_both_are_cited(assistant: Assistant) -> None:
    question = "How long was it from the opening of the Kells bridge to the closing of the Kells bridge?"
    assert set(cited(assistant, question)) == {"opens", "closes"}
    assert assistant.ask(question).text.startswith(
        "1,133 days (3 years and 1 month) lie between 3 May 2020 and 10 June 2023"
    )


def test_a_time_is_not_worked_out_from_days_of_something_else(assistant: Assistant) -> None:
    answer = assistant.ask("How long was it from the painting of the Kells bridge to the closing of the Kells bridge?")
    assert "lie between" not in answer.text


def test_a_headline_that_says_all_that_is_asked_answers(assistant: Assistant) -> None:
    assert cited(assistant, "How much does the Kells tunnel cost?")[0] == "cost"


def test_a_sum_that_is_told_of_something_else_is_no_clear_answer(assistant: Assistant) -> None:
    assert assistant.ask("How much ransom did Colonial pay?").status == "doubtful"  # A price of gasoline is told.


def test_a_headline_that_answers_is_quoted_where_the_sentence_below_says_something_else(assistant: Assistant) -> None:
    assert assistant.ask("How much does the Kells tunnel cost?").text.startswith(
        "The headline says: Kells tunnel costs 40 million crowns [1]."
    )


def test_why_is_answered_by_the_sentence_with_the_reason(assistant: Assistant) -> None:
    assert cited(assistant, "Why was the Kells ferry line fined?")
    assert "violated safety rules" in assistant.ask("Why was the Kells ferry line fined?").citations[0].quote


def test_each_side_of_a_comparison_gives_its_sum(assistant: Assistant) -> None:
    answer = assistant.ask("Compare the fines for the Kells ferry line and the Torvik bus company")
    assert set(cited(assistant, answer.question)) == {"ferry", "bus"}
    assert all("million crowns" in citation.quote for citation in answer.citations)


def test_the_whole_of_the_leading_article_is_read_for_yes_or_no(assistant: Assistant) -> None:
    quote = assistant.ask("Did the pipeline company Colonial pay the hackers?").citations[0].quote
    assert quote.startswith("Colonial has not said in public whether it paid a ransom.")


def test_who_is_asked_for_by_a_deed_that_no_sentence_tells_stands_behind_a_caution(assistant: Assistant) -> None:
    question = "Which security company did Colonial Pipeline hire to investigate the ransomware attack?"
    assert assistant.ask(question).status == "doubtful"


def test_a_deed_is_told_of_a_country_under_any_of_its_names(assistant: Assistant) -> None:
    assert "says that US did refuse" not in assistant.ask("Why did the US refuse the Kells treaty?").text


@pytest.mark.parametrize(
    "question", ["what did the supreme court decide on selby radio?", "How did the Supreme Court rule on Selby Radio?"]
)
def test_what_one_court_did_is_not_told_of_another(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert answer.status == "doubtful"
    assert answer.text.startswith("Nothing in this archive says that the Supreme Court did ")
    assert answer.text.count("upheld the law") == 1


def test_what_the_court_that_is_told_of_did_needs_no_caution(assistant: Assistant) -> None:
    assert cited(assistant, "What did the appeals court decide on Selby Radio?")[0] == "radio"


def test_a_topic_of_which_the_article_lacks_most_words_is_not_answered(assistant: Assistant) -> None:
    assert assistant.ask("bridge antitrust trial").status != "answered"


def test_the_newest_count_of_what_is_asked_comes_first(assistant: Assistant) -> None:
    answer = assistant.ask("How many people did the Equifax breach affect?")
    assert [citation.passage.article.id for citation in answer.citations[:2]] == [
        "2018-03-equifax-2-4m",
        "2017-10-equifax-145-5m",
    ]
    assert "147.9 million" in answer.text.partition("145.5 million American")[0]
    assert "The headline says" not in answer.text  # It tells of 2.4 million more.


def test_a_newer_count_of_something_else_does_not_come_first(assistant: Assistant) -> None:
    answer = assistant.ask("How many passengers did the Torvik barge carry in March 2024?")
    assert answer.citations[0].passage.article.id == "barge"


@pytest.mark.parametrize(
    ("title", "answers"),
    [("Torvik shipyard buys the Brindle works", True), ("Did the Torvik shipyard buy the Brindle works?", False)],
)
def test_a_headline_that_asks_the_same_answers_nothing(assistant: Assistant, title: str, answers: bool) -> None:
    article = Article("yard", title, "The rumour went round on Monday.")
    read = Sentence(Passage(Chunk(article, 0, 0, 32), 1, 1.0), 0, 32, 1, 1, 1, 1, 1, headline=0.9)
    query = assistant.understand_question("Did the Torvik shipyard buy the Brindle works?")
    assert answers_in_headline(query, read) == answers


def test_what_a_sentence_only_announces_follows_it(assistant: Assistant) -> None:
    text = assistant.ask("what reasons did the harbour board of Selby give for refusing to sell the dock?").text
    told = (
        "The board gave several reasons [1].",
        "The buyer would close the repair yard [1].",
        "It has no plan for the pilots [1].",
    )
    assert " ".join(told) in text
