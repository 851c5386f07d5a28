"""Which questions are about the coverage, and which only sound like it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.model import Filters
from rag.question.coverage_question import parse_coverage_question
from rag.question.outlet_mentions import Outlets

OUTLETS = Outlets(["Coast Wire", "TechCrunch", "The Guardian"])
NOW = datetime(2024, 8, 1, tzinfo=UTC)
SETS = Path(__file__).parents[3] / "eval" / "sets"


def read(question: str, filters: Filters | None = None) -> tuple[str, str] | None:
    found = parse_coverage_question(question, filters or Filters(), OUTLETS, NOW)
    return (found.form, found.topic) if found else None


@pytest.mark.parametrize(
    ("question", "form", "topic"),
    [
        ("Give me a timeline of the IANA handover", "timeline", "IANA handover"),
        ("Please show me a short chronology of the merger.", "timeline", "merger"),
        ("Equifax breach timeline", "timeline", "Equifax breach"),
        ("How many articles mention Dragonfly?", "count", "Dragonfly"),
        ("How many articles in the archive mention Google or Facebook?", "count", "Google or Facebook"),
        ("How many stories are there about net neutrality?", "count", "net neutrality"),
        ("In how many articles is Equifax mentioned?", "count", "Equifax"),
        ("How often is Brexit mentioned in the archive?", "count", "Brexit"),
        ("When was Dragonfly first reported?", "first", "Dragonfly"),
        ("When did Dragonfly first appear in the news?", "first", "Dragonfly"),
        (
            "When was it first reported that Yahoo lost 3 billion accounts?",
            "first",
            "Yahoo lost 3 billion accounts",
        ),
        ("Which outlet first reported the toll?", "first", "toll"),
        ("Which outlets covered the harbour toll?", "outlets", "harbour toll"),
        ("How many newspapers reported on the toll?", "outlets", "toll"),
        ("What is the latest on TikTok?", "latest", "TikTok"),
        ("What's new with net neutrality?", "latest", "net neutrality"),
        ("Latest news about Equifax", "latest", "Equifax"),
        ("Which articles are about ransomware?", "articles", "ransomware"),
        ("List all articles about the GDPR", "articles", "GDPR"),
        ("Show me the stories that mention Dragonfly", "articles", "Dragonfly"),
        ("articles on net neutrality", "articles", "net neutrality"),
        ("Latest news", "news", ""),
        ("What's new?", "news", ""),
        ("What are the top stories?", "news", ""),
        ("What happened last week?", "news", ""),
        ("yesterday's headlines", "news", ""),
        ("Give me the headlines of July 2023, please", "news", ""),
        ("What was in the news on 5 March 2024?", "news", ""),
        ("Summarise this week", "news", ""),
        ("Any news from TechCrunch?", "news", ""),
    ],
)
def test_forms(question: str, form: str, topic: str) -> None:
    assert read(question) == (form, topic)


@pytest.mark.parametrize(
    "question",
    [
        "What happened?",
        "What happened in India last week?",
        "What happened to Safe Harbor in 2015?",
        "What is new in the treaty of 2017?",
        "Who reads the news?",
        "Which articles of the treaty are about religion?",
        "Which stories did the minister deny?",
        "Summarise the treaty",
        "How many people did the breach affect?",
        "How many people mentioned the breach?",
        "How many articles does the GDPR have?",
        "How many articles of the treaty mention religion?",
        "How many stories does the tower have?",
        "How many reports did Equifax publish on the breach?",
        "How many times did Zuckerberg mention privacy?",
        "How many articles mention it?",
        "How many articles mention Google and how many mention Facebook?",
        "How often is Brexit mentioned in the speech?",
        "When was the bug first reported to Apple?",
        "When was the girl first reported missing?",
        "When was the first case reported?",
        "When was the leak first reported by a researcher?",
        "When did Equifax first report the breach?",
        "Which outlets did Russia block?",
        "Which outlets refused to pay Facebook?",
        "Which newspaper covered up the story?",
        "What is the latest iPhone on sale?",
        "What is the latest on offer from Apple?",
        "What is the latest figure on unemployment?",
        "What is the timeline for the merger?",
        "Did the article give a timeline of the outage?",
        "Give me a timeline of the breach and say who was fined",
        "How long after Cambridge Analytica was first reported did the FTC penalty on Facebook come?",
        "",
        "timeline of",
    ],
)
def test_what_only_sounds_alike(question: str) -> None:
    assert read(question) is None


def test_no_question_of_the_starter_set_is_taken_for_one() -> None:
    questions = [json.loads(line)["question"] for line in (SETS / "starter.jsonl").read_text("utf-8").splitlines()]
    assert len(questions) > 200
    assert [question for question in questions if read(question)] == []


def test_no_question_of_multihop_rag_is_taken_for_one(shared_data: Path) -> None:
    lines = (shared_data / "multihop_rag" / "questions_dev.jsonl").read_text("utf-8").splitlines()
    assert [question for line in lines if read(question := json.loads(line)["question"])] == []


@pytest.mark.parametrize(
    ("question", "topic", "filters"),
    [
        (
            "In 2017, how many articles mentioned Equifax?",
            "Equifax",
            Filters(datetime(2017, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC), label="In 2017"),
        ),
        (
            "timeline of the Equifax breach since 2017",
            "Equifax breach",
            Filters(datetime(2017, 1, 1, tzinfo=UTC), label="since 2017"),
        ),
        ("How many TechCrunch articles mention Dragonfly?", "Dragonfly", Filters(outlets=("TechCrunch",))),
        ("How many articles by TechCrunch mention Dragonfly?", "Dragonfly", Filters(outlets=("TechCrunch",))),
        ("When did Coast Wire first report on the toll?", "toll", Filters(outlets=("Coast Wire",))),
        ("When was Dragonfly first reported by Coast Wire?", "Dragonfly", Filters(outlets=("Coast Wire",))),
        ("How many articles mention TechCrunch?", "TechCrunch", Filters()),
        ("How many articles mention the 2016 election?", "2016 election", Filters()),
    ],
)
def test_time_and_outlet_become_filters(question: str, topic: str, filters: Filters) -> None:
    found = parse_coverage_question(question, Filters(), OUTLETS, NOW)
    assert found is not None
    assert (found.topic, found.filters) == (topic, filters)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened on 5 March 2024?", datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 7, tzinfo=UTC)),
        ("What happened yesterday?", datetime(2024, 7, 31, tzinfo=UTC), None),
        ("yesterday's news", datetime(2024, 7, 31, tzinfo=UTC), datetime(2024, 8, 1, tzinfo=UTC)),
        ("What happened in March 2024?", datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)),
    ],
)
def test_what_happened_on_a_day_is_told_on_the_next_one_too_but_not_tomorrow(
    question: str, since: datetime, until: datetime | None
) -> None:
    found = parse_coverage_question(question, Filters(), OUTLETS, NOW)
    assert found is not None
    assert (found.filters.since, found.filters.until) == (since, until)


def test_an_archive_looked_at_as_it_was_is_narrowed_further() -> None:
    then = Filters(until=datetime(2024, 3, 20, tzinfo=UTC))
    found = parse_coverage_question("What happened in March 2024?", then, OUTLETS, NOW)
    assert found is not None
    assert (found.filters.since, found.filters.until) == (datetime(2024, 3, 1, tzinfo=UTC), then.until)
    later = parse_coverage_question("What happened in April 2024?", then, OUTLETS, NOW)
    assert later is not None
    assert later.filters == then


def test_a_time_of_the_question_narrows_a_longer_one_that_is_set_by_hand() -> None:
    since, until = datetime(2017, 1, 1, tzinfo=UTC), datetime(2024, 3, 20, tzinfo=UTC)
    found = parse_coverage_question("What happened in March 2018?", Filters(since, until), OUTLETS, NOW)
    assert found is not None
    assert (found.filters.since, found.filters.until) == (
        datetime(2018, 3, 1, tzinfo=UTC),
        datetime(2018, 4, 1, tzinfo=UTC),
    )
    begun = Filters(since=datetime(2018, 3, 10, tzinfo=UTC))
    found = parse_coverage_question("What happened in March 2018?", begun, OUTLETS, NOW)
    assert found is not None
    assert (found.filters.since, found.filters.until) == (begun.since, datetime(2018, 4, 1, tzinfo=UTC))
    assert found.filters.label == ""


def test_filters_that_are_given_hold() -> None:
    given = Filters(since=datetime(2020, 1, 1, tzinfo=UTC), outlets=("The Guardian",))
    found = parse_coverage_question("How many articles by TechCrunch mention Dragonfly in 2018?", given, OUTLETS, NOW)
    assert found is not None
    assert (found.topic, found.filters) == ("Dragonfly", given)


def test_what_an_outlet_wrote_about_in_a_time_is_its_news() -> None:
    found = parse_coverage_question("What did The Guardian write about in 2018?", Filters(), OUTLETS, NOW)
    assert found is not None
    assert (found.form, found.filters.outlets, found.filters.since) == (
        "news",
        ("The Guardian",),
        datetime(2018, 1, 1, tzinfo=UTC),
    )
    assert read("What did The Guardian write about Dragonfly?") is None
