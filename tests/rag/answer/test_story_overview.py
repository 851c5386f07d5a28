from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Assistant
from rag.index.embedder import Embedder
from tests.rag.both_records import RECORDS, settle
from tests.rag.conftest_answers import newsroom

STARTER = Path(__file__).parents[3] / "corpus" / "starter" / "articles.jsonl"
TOPICS = (
    "Yahoo", "net neutrality", "SolarWinds", "Equifax", "NotPetya", "TikTok", "Montevideo", "Sony Pictures", "Viasat",
)  # fmt: skip


@pytest.fixture(scope="module", params=RECORDS)
def assistant(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[Assistant]:
    """Return an assistant over the starter articles that hold one of the topics."""
    lines = [line for line in STARTER.read_text("utf-8").splitlines() if any(topic in line for topic in TOPICS)]
    folder = newsroom(tmp_path_factory.mktemp("overview") / "data", "\n".join(lines).encode())
    with Assistant(settle(request, folder), embedder=embedder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "dates"),
    [
        ("Summarise the Yahoo story", ["2016-09-23", "2016-12-15", "2017-10-04"]),
        ("explain net neutrality", ["2015-02-27", "2017-12-15", "2024-04-26"]),
        ("Give me two points on Equifax", ["2017-09-08", "2017-10-03"]),
    ],
)
def test_a_summary_gives_the_leads_of_a_story_in_order_of_time(
    assistant: Assistant, question: str, dates: list[str]
) -> None:
    answer = assistant.ask(question)
    cited = [citation.passage.article for citation in answer.citations]
    assert sorted(str(article.published_at)[:10] for article in cited) == [str(a.published_at)[:10] for a in cited]
    if "two" in question:
        assert len(cited) == 2
    else:
        assert [day for day in (str(article.published_at)[:10] for article in cited) if day in dates] == dates
        assert len(cited) <= len(dates) + 1  # One article on something else has a part on it.
    assert all(citation.start == 0 for citation in answer.citations)
    assert all(claim.verdict == "supported" for claim in answer.claims)


def test_what_only_names_a_place_of_the_topic_is_left_out(assistant: Assistant) -> None:
    answer = assistant.ask("sum up the net neutrality fight in the US")
    assert ["neutrality" in citation.passage.article.title for citation in answer.citations] == [True] * 3


def test_an_article_that_begins_without_a_name_of_the_topic_is_left_out(assistant: Assistant) -> None:
    titles = {
        citation.passage.article.title for citation in assistant.ask("what's the story with tiktok in the us").citations
    }
    assert titles == {
        "Biden signs law that forces sale or ban of TikTok", "US appeals court upholds law to force sale of TikTok",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("question", "title"),
    [
        # It is named once, near the end; two later articles recall it.
        ("tell me about notpetya", "Cyber attack spreads from Ukraine to Maersk, Merck and Rosneft"),
        # No headline names them, and of the second only one article tells, three times.
        ("gist of the sony hack pls", "FBI blames North Korea for destructive attack on Sony Pictures"),
        (
            "whats the viasat thing about",
            "EU, UK and US blame Russia for satellite attack an hour before Ukraine invasion",
        ),
    ],
)
def test_what_no_headline_is_near_to_is_told_by_the_article_on_it(
    assistant: Assistant, question: str, title: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert {citation.passage.article.title for citation in answer.citations} == {title}


@pytest.mark.parametrize(
    "question", ["sum up the yahoo breach of 2021", "overview of the bitcoin price", "tell me about John Smith"]
)
def test_an_overview_tells_the_year_that_is_named_and_nothing_that_only_holds_the_words(
    assistant: Assistant, question: str
) -> None:
    assert assistant.ask(question).status != "answered"


def test_of_what_is_named_in_passing_its_sentences_are_told(assistant: Assistant) -> None:
    assert "in bitcoin" in assistant.ask("tell me about Bitcoin").text


def test_an_article_that_begins_with_the_year_tells_it_alone(assistant: Assistant) -> None:
    answer = assistant.ask("tell me about the 2013 Yahoo breach")
    assert {citation.passage.article.title for citation in answer.citations} == {
        "Yahoo discloses 2013 theft of data from more than one billion accounts",
        "Yahoo now says all 3 billion accounts were hit in 2013 breach",
    }


def test_points_on_what_one_article_tells_are_its_first_sentences(assistant: Assistant) -> None:
    answer = assistant.ask("three points on SolarWinds")
    assert len({citation.passage.article.id for citation in answer.citations}) == 1
    assert [citation.start for citation in answer.citations] == sorted(c.start for c in answer.citations)
    assert answer.citations[0].start == 0
    assert len(answer.citations) == 3


def test_positions_are_one_quotation_for_each_speaker(assistant: Assistant) -> None:
    answer = assistant.ask("positions on net neutrality")
    speakers = ["Wheeler", "Pai", "Clyburn"]
    assert [next(s for s in speakers if s in citation.quote) for citation in answer.citations] == speakers
    assert all('"' in citation.quote for citation in answer.citations)


def test_a_story_that_the_archive_lacks_is_refused(assistant: Assistant) -> None:
    assert assistant.ask("Summarise the Mars landing").status == "not_found"
