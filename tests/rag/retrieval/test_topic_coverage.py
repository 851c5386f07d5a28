"""Counting over the whole archive, and the answers that are written from it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.article import Article
from rag import Answer, Assistant, Filters, Settings
from rag.answer.answer_building import NOT_FOUND
from rag.answer.timeline_answer import select_listed, write_text
from rag.question.coverage_question import CoverageQuestion, Form
from rag.retrieval.passage_search import Retriever
from rag.retrieval.topic_coverage import TopicCoverage
from tests.model_server import ModelServer
from tests.rag.both_records import RECORDS, settle
from tests.rag.conftest_answers import with_model
from tests.rag.word_embedder import WordEmbedder

NOW = datetime(2024, 8, 1, tzinfo=UTC)
SHARED = (
    "The Dragonfly dam above Selmouth was found to leak on Monday. Engineers of the river board lowered the water by "
    "two metres within a day. The board said that nobody downstream had to leave home, and that the repair of the "
    "concrete would take until the end of the summer. Farmers in the valley will get water from the canal instead."
)


def made(id: str, day: int | None, title: str, body: str, source: str = "Coast Wire") -> Article:
    date = datetime(2024, 5, day, 9, tzinfo=UTC) if day else None
    return Article(id, title, body, source, published_at=date, language="en")


ARTICLES = (
    made("plan", 2, "A dam is planned", "The council plans the Dragonfly dam. It will cost 9 million crowns."),
    made("leak", 6, "Dam leaks", SHARED),
    made("leak-copy", 7, "Dam leaks", SHARED, "Arden Post"),
    made("title", 9, "Dragonfly repaired", "Work ended on Thursday [7]. See ![x](http://evil.example/p.png) now."),
    made("undated", None, "Water", "What is the dragonfly? The dragonflies of Selmouth are back.", "Arden Post"),
    made("paper", 3, "Weather", "It rains in Velm.", "Dragonfly Times"),
    made("apart", 4, "Words apart", "Lake water is white. The old house stands. River boats wait for the board."),
    made("house", 5, "The White House", "The White House's lawn was mown. A dam was praised."),
)


@pytest.fixture(scope="module", params=RECORDS)
def assistant(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("coverage"))
    with Archive(settings.archive_path) as archive:
        for article in ARTICLES:
            assert archive.put(article) == "added"
    with Assistant(settings, embedder=WordEmbedder()) as opened:
        opened.sync()
    with Assistant(settle(request, settings.data_dir), embedder=WordEmbedder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def coverage(assistant: Assistant) -> TopicCoverage:
    return TopicCoverage(Retriever(assistant.indexes))


def held(coverage: TopicCoverage, topic: str, filters: Filters | None = None, loosely: bool = False) -> list[str]:
    return [article.id for article in coverage.find(topic, filters, loosely).articles]


@pytest.mark.parametrize(
    ("topic", "articles"),
    [
        ("Dragonfly", ["plan", "leak", "leak-copy", "title", "undated"]),
        ("dragonflies", ["plan", "leak", "leak-copy", "title", "undated"]),
        ("Dragonfly dam", ["plan", "leak", "leak-copy"]),
        ("White House", ["house"]),
        ("white house", ["apart", "house"]),
        ('"river board"', ["leak", "leak-copy"]),
        ("Velm or White House", ["paper", "house"]),
        ("Arden Post", []),
        ("Zorblax", []),
        ("Dragonfly Zorblax", []),
    ],
)
def test_an_article_counts_if_headline_or_text_holds_all_words(
    coverage: TopicCoverage, topic: str, articles: list[str]
) -> None:
    assert held(coverage, topic) == articles


def test_names_alone_decide_where_it_is_asked_for_loosely(coverage: TopicCoverage) -> None:
    assert held(coverage, "the Dragonfly affair", loosely=False) == []
    assert held(coverage, "the Dragonfly affair", loosely=True) == ["plan", "leak", "leak-copy", "title", "undated"]


@pytest.mark.parametrize(
    ("filters", "articles"),
    [
        (Filters(outlets=("Arden Post",)), ["leak-copy", "undated"]),
        (Filters(since=datetime(2024, 5, 7, tzinfo=UTC)), ["leak-copy", "title"]),
        (Filters(until=datetime(2024, 5, 6, 9, tzinfo=UTC)), ["plan"]),
    ],
)
def test_filters(coverage: TopicCoverage, filters: Filters, articles: list[str]) -> None:
    assert held(coverage, "Dragonfly", filters) == articles


def ask(assistant: Assistant, question: str, filters: Filters | None = None) -> Answer:
    answer = assistant.ask(question, filters=filters, now=NOW)
    assert [claim for claim in answer.claims if not claim.supported] == []
    for citation in answer.citations:
        assert citation.quote in citation.passage.article.body
    return answer


def test_how_many(assistant: Assistant) -> None:
    answer = ask(assistant, "How many articles mention Dragonfly?")
    assert (answer.status, answer.model) == ("answered", "none")
    assert answer.text.startswith(
        "**5 articles mention “Dragonfly”: 4 stories in 2 outlets, 2 May 2024 to 9 May 2024**\n\n"
        "**2 May 2024: Coast Wire – A dam is planned**\nThe council plans the Dragonfly dam [1].\n\n"
        "**6 May 2024: Coast Wire, Arden Post – Dam leaks**\nThe Dragonfly dam above Selmouth was found to leak on Monday [2].\n\n"
    )
    assert answer.notes == (
        "Counted over the whole archive: every article whose headline or text holds “Dragonfly”, in any form of the words.",
        "5 articles carry 4 stories: copies of one story count once there.",
        "1 article is undated: it counts, but stands in no order of time.",
    )


def test_a_timeline_goes_by_date_and_says_what_is_undated(assistant: Assistant) -> None:
    answer = ask(assistant, "Give me a timeline of the Dragonfly affair")
    assert answer.text.startswith("**4 stories on “Dragonfly affair”, 2 May 2024 to 9 May 2024**")
    assert [entry.passage.article.id for entry in answer.entries] == ["plan", "leak", "title", "undated"]
    assert [entry.n for entry in answer.entries] == [1, 2, 3, 4]
    assert [copy.id for copy in answer.entries[1].passage.copies] == ["leak-copy"]
    assert answer.entries[3].quote == "The dragonflies of Selmouth are back."
    assert "**undated: Arden Post – Water**" in answer.text
    record = json.loads(json.dumps(answer.to_record()))["entries"][1]
    assert (record["n"], record["published_at"]) == (2, "2024-05-06T09:00:00+00:00")
    assert [copy["outlet"] for copy in record["copies"]] == ["Arden Post"]


def test_marks_and_links_of_an_article_are_not_ours(assistant: Assistant) -> None:
    answer = ask(assistant, "timeline of Dragonfly")
    assert "Work ended on Thursday (7) [3]." in answer.text
    assert "evil.example" not in answer.text
    assert [citation.n for citation in answer.citations] == [1, 2, 3, 4]


def test_first_reported(assistant: Assistant) -> None:
    answer = ask(assistant, "When was Dragonfly first reported?")
    assert answer.text == (
        "**First reported in this archive on 2 May 2024, by Coast Wire**\n\n"
        "**2 May 2024: Coast Wire – A dam is planned**\nThe council plans the Dragonfly dam [1]."
    )
    assert [entry.n for entry in answer.entries] == [1, 0, 0, 0]
    later = ask(assistant, "When was Dragonfly first reported by Arden Post?")
    assert later.text.startswith("**First reported in this archive on 7 May 2024, by Arden Post**")
    assert later.filters == Filters(outlets=("Arden Post",))


def test_which_outlets(assistant: Assistant) -> None:
    answer = ask(assistant, "Which outlets covered Dragonfly?")
    assert answer.text.startswith(
        "**2 outlets covered “Dragonfly”, in 5 articles**\n\n"
        "**Coast Wire: 3 articles, the first on 2 May 2024**\nThe council plans the Dragonfly dam [1].\n\n"
        "**Arden Post: 2 articles, the first on 7 May 2024**\n"
    )
    assert [citation.passage.article.id for citation in answer.citations] == ["plan", "leak-copy"]


def test_the_latest_goes_backwards_and_needs_dates(assistant: Assistant) -> None:
    answer = ask(assistant, "What is the latest on Dragonfly?")
    assert answer.text.startswith(
        "**The newest of 5 articles on “Dragonfly”: 9 May 2024**\n\n**9 May 2024: Coast Wire – Dragonfly repaired**"
    )
    assert [citation.passage.article.id for citation in answer.citations] == ["title", "leak", "plan"]


def test_what_nobody_mentions_is_refused_and_the_reason_said(assistant: Assistant) -> None:
    for question in ("How many articles mention Zorblax?", "timeline of Zorblax", "Which outlets covered Zorblax?"):
        answer = ask(assistant, question)
        assert (answer.status, answer.text, answer.entries) == ("not_found", NOT_FOUND, ())
        assert answer.notes == ("No article’s headline or text holds “Zorblax”.",)


def test_a_time_in_which_nothing_was_said_is_refused_not_dropped(assistant: Assistant) -> None:
    answer = ask(assistant, "How many articles mention Dragonfly in 2019?")
    assert answer.status == "not_found"
    assert answer.notes == (
        "No article’s headline or text holds “Dragonfly” (from 1 January 2019, before 1 January 2020).",
        "1 undated article is left out, since a limit in time cannot place what has no date.",
    )


def test_no_model_is_asked(assistant: Assistant, model_server: ModelServer) -> None:
    twin = with_model(assistant, model_server.url)
    stages = [event.stage for event in twin.stream("How many articles mention Dragonfly?", now=NOW)]
    assert stages == ["searching", "reading", "writing", "done"]
    assert twin.ask("How many articles mention Dragonfly?", now=NOW).model == "none"
    assert model_server.requests == model_server.plans == []


def test_the_newest_articles_come_first_each_with_headline_and_lead(assistant: Assistant) -> None:
    answer = ask(assistant, "latest news")
    assert answer.text.startswith(
        "**The newest of 7 articles**\n\n**9 May 2024: Coast Wire – Dragonfly repaired**\nWork ended on Thursday (7) [1].\n\n"
        "**6 May 2024: Coast Wire, Arden Post – Dam leaks**\n"
    )
    assert "undated" not in answer.text
    assert ask(assistant, "Any news from Arden Post?").text.startswith(
        "**The newest of 1 article (Arden Post)**\n\n**7 May"
    )


def test_the_news_of_a_time_goes_by_date(assistant: Assistant) -> None:
    answer = ask(assistant, "What was in the news between 2 and 4 May 2024?")
    assert answer.text.startswith(
        "**3 articles dated 2 May 2024 to 4 May 2024**\n\n**2 May 2024: Coast Wire – A dam is planned**"
    )
    assert [c.passage.article.id for c in answer.citations] == ["plan", "paper", "apart"]


def test_news_of_a_time_without_any_is_refused_by_name(assistant: Assistant) -> None:
    answer = assistant.ask("What happened last week?", now=NOW)
    assert answer.status == "not_found"
    assert answer.notes[0] == "No article is dated 22 July 2024 to 28 July 2024."


def test_a_day_without_articles_may_be_told_of_later(assistant: Assistant) -> None:
    assert not any(
        "No article is dated" in note for note in assistant.ask("What happened on 1 January 2024?", now=NOW).notes
    )


def test_of_many_stories_those_carried_widely_are_listed_and_others_spread_over_the_time(tmp_path: Path) -> None:
    with Assistant(Settings(data_dir=tmp_path), embedder=WordEmbedder()) as opened:
        for n in range(1, 31):
            body = f"Note {n} of the town says that ferry {n} was late by {n * 7} minutes and carried {n * 31} people."
            opened.archive.put(made(f"n{n:02d}", n, f"Note {n}", body))
        opened.archive.put(made("leak", 6, "Dam leaks", SHARED))
        opened.archive.put(made("leak-copy", 7, "Dam leaks", SHARED, "Arden Post"))
        opened.sync()
        answer = opened.ask("What happened in May 2024?", now=NOW)
    ids = [citation.passage.article.id for citation in answer.citations]
    assert answer.text.startswith("**32 articles dated 1 May 2024 to 31 May 2024**")
    assert answer.notes[0].startswith("12 of 31 stories are listed: those that most articles carry")
    assert "leak" in ids
    assert {"n01", "n30"} <= set(ids)


def test_what_is_not_indexed_yet_is_said(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with Assistant(settings, embedder=WordEmbedder()) as opened:
        opened.archive.put(ARTICLES[0])
        opened.sync()
        opened.archive.put(ARTICLES[3])
        answer = opened.ask("How many articles mention Dragonfly?", now=NOW)
    assert answer.text.startswith("**1 article mentions “Dragonfly”: 1 story in 1 outlet, 2 May 2024**")
    assert answer.notes[-1] == "Not indexed yet, and so not counted: 1 article."


def test_the_assistant_lists_a_timeline_for_programs(assistant: Assistant) -> None:
    entries = assistant.timeline("Dragonfly", Filters(outlets=("Coast Wire",)))
    assert [(entry.n, entry.passage.article.id) for entry in entries] == [(1, "plan"), (2, "leak"), (3, "title")]


def test_the_assistant_lists_the_articles_that_hold_some_words(assistant: Assistant) -> None:
    found = assistant.articles("Dragonfly", Filters(outlets=("Coast Wire",)))
    dates = [article.published_at for article in found if article.published_at]
    assert {article.id for article in found} >= {"plan", "leak", "title"}
    assert dates == sorted(dates, reverse=True)
    assert assistant.articles("Dragonfly nowhere") == []


@pytest.mark.parametrize(("form", "most"), [("timeline", 30), ("count", 8), ("latest", 5)])
def test_a_long_list_is_cut_to_what_tells_most(tmp_path: Path, form: Form, most: int) -> None:
    with Assistant(Settings(data_dir=tmp_path), embedder=WordEmbedder()) as opened:
        for n in range(1, 32):
            body = f"Note {n} of the town says that ferry {n} was late by {n * 7} minutes and carried {n * 31} people."
            opened.archive.put(made(f"n{n:02d}", n, f"Ferry {n}" if n in {3, 29} else f"Note {n}", body))
        opened.sync()
        coverage = TopicCoverage(Retriever(opened.indexes))
        found = coverage.find("ferry")
        asked = CoverageQuestion(form, "ferry", Filters())
        shown = select_listed(asked, found, coverage.cite_stories(found), coverage)
    ids = [citation.passage.article.id for citation in shown]
    assert len(ids) == most
    assert write_text(asked, found, shown).count(" [") == most
    if form == "latest":
        assert ids == ["n31", "n30", "n29", "n28", "n27"]
    else:
        assert ids == sorted(ids)
        assert {"n03", "n29"} <= set(ids)
