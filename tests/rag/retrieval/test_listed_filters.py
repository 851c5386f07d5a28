"""Filters on author and section hold exactly: in both indexes, over the whole archive, with and without a plan."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.archive.collections import Collections
from corpus.archive.selection import Selection
from corpus.errors import InputError
from rag import Assistant, Settings
from rag.model import Filters, Passage
from rag.question.search_plan import apply_plan, read_plan
from tests.rag.both_records import RECORDS, settle
from tests.rag.conftest_answers import FixedWriter, newsroom

TOPICS = ("harbour toll", "night ferry", "tram line", "apple frost", "library flood", "city budget")
WRITERS = ("By Jane Doe", "JANE DOE and José Roe", "José Roe", "")
SECTIONS = ("Business", "Sports")
NOW = datetime(2024, 12, 1, tzinfo=UTC)


def articles() -> bytes:
    records = [
        {
            "id": f"{topic.split()[1]}-{w}-{s}",
            "title": f"The {topic} of town {w}{s}",
            "body": f"The {topic} was the talk of town {w}{s} on Monday. Officials expect {10 + w} million crowns in costs.",
            "source": f"Wire {w}",
            "author": writer,
            "category": section,
            "published_at": f"2024-0{1 + n}-0{1 + w}T08:00:00Z",
            "language": "en",
        }
        for n, topic in enumerate(TOPICS)
        for w, writer in enumerate(WRITERS)
        for s, section in enumerate(SECTIONS)
    ]
    return "\n".join(map(json.dumps, records)).encode()


@pytest.fixture(scope="module", params=RECORDS)
def assistant(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = newsroom(tmp_path_factory.mktemp("bylines") / "data", articles())
    with Assistant(settle(request, folder)) as opened:
        yield opened


def meant(passages: tuple[Passage, ...] | list[Passage], author: str, section: str = "") -> bool:
    return bool(passages) and all(
        author.casefold() in p.article.author.casefold() and section in p.article.category for p in passages
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_no_passage_is_by_another(assistant: Assistant, topic: str) -> None:
    filters = Filters(authors=("Jane Doe",), sections=("Business",))
    assert meant(assistant.search(topic, 50, filters), "Jane Doe", "Business")
    found = assistant.search(topic, 50, filters)
    assert len({one.id for passage in found for one in (passage.article, *passage.copies)}) == 12
    assert meant(
        assistant.search(f"What did Jane Doe write about the {topic} in the sports section?", 50), "Jane Doe", "Sports"
    )


def test_a_question_of_the_byline_is_answered_from_it_alone(assistant: Assistant) -> None:
    for one in (assistant, assistant.with_writer(None), assistant.with_writer(FixedWriter("It cost crowns [1]."))):
        answer = one.ask("What did Roe write about the night ferry?", now=NOW)
        assert answer.filters.authors == ("José Roe",)
        assert meant(answer.passages, "José Roe")
        assert all("José Roe" in citation.passage.article.author for citation in answer.citations)
        assert answer.citations


def test_a_plan_keeps_the_byline_of_the_question(assistant: Assistant) -> None:
    question = "articles by Jane Doe about the tram line, and what did the apple frost cost?"
    reply = {
        "searches": [{"find": "tram line"}, {"find": "apple frost cost"}],
        "kind": "fact",
        "question": "What of the tram line?",
    }
    plan = read_plan(json.dumps(reply), question, (), assistant.questions.read_scope(NOW), NOW)
    assert plan is not None
    query = apply_plan(assistant.questions.read(question, now=NOW, alone="What of the tram line?"), plan)
    assert (query.filters.authors, len(query.parts)) == (("Jane Doe",), 2)
    assert meant(list(assistant.evidence.search(query, 30).passages), "Jane Doe")


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many articles by Jane Doe are there?", 24),
        ("How many articles did Jane Doe write about the night ferry?", 4),
        ("timeline of the night ferry in the business section", 4),
        ("list all articles by Roe in the sports pages", 12),
        ("latest news by Jane Doe", 24),
        ("timeline of the night ferry by Jane Doe in 2024", 2),
    ],
)
def test_what_is_counted_is_by_the_author(assistant: Assistant, question: str, count: int) -> None:
    answer = assistant.ask(question, now=NOW)
    assert answer.text.startswith(("**", "The")), answer.text
    assert str(count) in answer.text.split("\n")[0]
    filters = answer.filters
    assert filters.authors or filters.sections
    assert all(filters.admits(citation.passage.article) for citation in (*answer.citations, *answer.entries))


def test_timelines_and_lists_of_articles_hold_it_too(assistant: Assistant) -> None:
    filters = Filters(authors=("doe",))
    assert {entry.passage.article.author for entry in assistant.timeline("night ferry", filters)} == {
        "Jane Doe",
        "JANE DOE and José Roe",
    }
    assert {article.author for article in assistant.articles("ferry", filters)} == {"Jane Doe", "JANE DOE and José Roe"}


def test_who_is_no_author_is_told_and_never_dropped(assistant: Assistant) -> None:
    answer = assistant.ask("articles by Zed Qux about the night ferry", now=NOW)
    assert "No article in this archive is by “Zed Qux”." in answer.notes
    with pytest.raises(InputError, match="is by “Zed Qux”"):
        assistant.search("ferry", 5, Filters(authors=("Zed Qux",)))
    # Set by hand, filters win over the question: that is said.
    by_hand = assistant.ask("articles by Jane Doe about the night ferry", filters=Filters(outlets=("Wire 2",)), now=NOW)
    assert "The filters are set by hand, so “by Jane Doe” of the question narrows nothing." in by_hand.notes


def test_a_time_without_articles_of_the_author_is_widened_to_the_author(assistant: Assistant) -> None:
    query = assistant.questions.read("What did Jane Doe write about the night ferry?", now=NOW)
    late = replace(query.filters, since=datetime(2030, 1, 1, tzinfo=UTC), label="since 2030")
    found = assistant.evidence.search(replace(query, filters=late), 10)
    assert meant(list(found.passages), "Jane Doe")
    assert found.notes == ("No article passes the filter (since 2030), so all by Jane Doe was searched.",)


def test_a_collection_is_the_scope_of_a_question(assistant: Assistant) -> None:
    collections = Collections(assistant.archive)
    picked = {"ferry-0-0", "ferry-3-1", "toll-0-0"}
    collections.create("Picked")
    collections.add("Picked", sorted(picked))
    collections.create("Trade", Selection(sections=("Business",), authors=("José Roe",)))
    filters = Filters(collections=("picked",))
    found = assistant.search("night ferry", 50, filters)
    assert {one.id for passage in found for one in (passage.article, *passage.copies)} == picked
    answer = assistant.ask("How much does the night ferry cost?", filters=filters, now=NOW)
    assert answer.filters.collections == ("Picked",)
    assert {p.article.id for p in answer.passages} <= picked
    counted = assistant.ask("How many articles mention the night ferry?", filters=filters, now=NOW)
    assert counted.text.startswith("**2 articles mention “night ferry” (in the collection Picked)")
    assert {a.id for a in assistant.articles("ferry", Filters(collections=("Trade",)))} == {"ferry-1-0", "ferry-2-0"}
    with pytest.raises(InputError, match="no collection called “Nope”; there are: Picked, Trade"):
        assistant.ask("What costs what?", filters=Filters(collections=("Nope",)))


def test_an_article_whose_byline_changes_follows_it(tmp_path: Path) -> None:
    folder = newsroom(tmp_path / "data", articles().splitlines()[0])
    with Assistant(Settings(data_dir=folder)) as opened:
        (article,) = opened.archive.articles()
        assert opened.search("toll", 5, Filters(authors=("Jane Doe",)))
        assert opened.archive.put(replace(article, author="Ann Other"), live=True) == "updated"
        opened.sync()
        assert [p.article.author for p in opened.search("toll", 5, Filters(authors=("Other",)))] == ["Ann Other"]
        with pytest.raises(InputError):
            opened.search("toll", 5, Filters(authors=("Jane Doe",)))
