"""Conversations that are kept: whole after a restart, each user's apart, never half written."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from corpus.archive.engine import Place
from corpus.errors import ArchiveError
from rag.model import Answer, Claim, Event, Filters
from tests.corpus.archive.test_queries import scans
from tests.disks import make_read_only, small_disk
from tests.postgresql import PostgresServer
from tests.web.conftest import cite, passage_with, starter_articles
from web.conversations.answer_record import pack_answer, unpack_answer
from web.conversations.conversation import Conversation, Exchange
from web.conversations.conversation_store import LONGEST_TITLE, ConversationStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "conversations.sqlite3"


@pytest.fixture
def kept(place: Place) -> Iterator[ConversationStore]:
    with closing(ConversationStore(place)) as conversations:
        yield conversations


@pytest.fixture
def answer() -> Answer:
    articles = [article for article in starter_articles() if "quifax" in article.title][:3]
    citations = tuple(cite(n, article, "Equifax") for n, article in enumerate(articles, 1))
    first = articles[0]
    passage = replace(passage_with(first, "Equifax"), signals={"dense": 0.5}, copies=(first,))
    found = Answer(
        question="How many?",
        status="answered",
        text="Equifax first said that about **143 million** US consumers were affected [1]. It raised the figure later"
        " [2][3].\n\nThe company had known since early May [1].",
        citations=citations,
        claims=(
            Claim("The company had known since early May.", (1,), "flagged", "“May” does not occur in passage 1."),
        ),
        passages=tuple(c.passage for c in citations),
        model="openai:writer",
    )
    return replace(
        found,
        passages=(*found.passages, passage),
        nearest=(first,),
        filters=Filters(since=datetime(2017, 1, 1, tzinfo=UTC), outlets=("A", "B"), label="since 2017"),
        usage={"input_tokens": 5},
        prompt=(("user", "text"),),
    )


def exchange_with(answer: Answer, question: str = "How many?") -> Exchange:
    exchange = Exchange(question, Filters(languages=("en",)), alone=True, whole=True, model="a")
    exchange.take(Event("done", answer.text, answer.passages, answer))
    return exchange


def begun(kept: ConversationStore, answer: Answer, question: str = "How many?", user: str = "") -> Conversation:
    conversation = Conversation()
    kept.keep(user, conversation, conversation.begin(exchange_with(answer, question)))
    return conversation


def rows(kept: ConversationStore, table: str) -> int:
    with kept._shared.read() as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_an_answer_comes_back_as_it_was(answer: Answer) -> None:
    record, articles = pack_answer(answer)
    assert unpack_answer(record, articles) == answer
    assert len(articles) == len({a.id for a in [*(p.article for p in answer.passages), *answer.nearest]})
    assert articles[next(iter(articles))] not in record
    with pytest.raises(ValueError, match="missing"):
        unpack_answer(record, {})


def test_a_conversation_is_whole_after_a_restart(place: Place, answer: Answer) -> None:
    first = ConversationStore(place)
    conversation = begun(first, answer)
    stopped = conversation.begin(Exchange("And then?"))
    stopped.take(Event("writing", "Half"))
    stopped.stop()
    first.keep("", conversation, stopped)
    stopped.opinion, stopped.remark = -1, "No."
    first.judge("", conversation, stopped)
    first.close()
    again = ConversationStore(place)
    found = again.open("", conversation.id)
    again.close()
    assert found == conversation
    assert found is not None
    assert found.exchanges[0].answer == answer


def test_an_exchange_is_written_once_and_not_into_what_was_deleted(kept: ConversationStore, answer: Answer) -> None:
    conversation = begun(kept, answer)
    kept.keep("", conversation, conversation.exchanges[0])
    assert rows(kept, "turns") == 1
    kept.remove("", conversation.id)
    kept.keep("", conversation, conversation.begin(exchange_with(answer)))
    assert (rows(kept, "turns"), rows(kept, "conversations")) == (0, 0)


def test_deleting_leaves_nothing_behind_that_no_other_conversation_needs(
    kept: ConversationStore, answer: Answer
) -> None:
    one, other = begun(kept, answer), begun(kept, answer)
    before = rows(kept, "cited_articles")
    kept.remove("", one.id)
    assert rows(kept, "cited_articles") == before > 0
    kept.take_back("", other, other.exchanges[0])
    assert (rows(kept, "turns"), rows(kept, "cited_articles"), rows(kept, "evidence")) == (0, 0, 0)


def test_no_user_sees_or_changes_what_is_another_ones(kept: ConversationStore, answer: Answer) -> None:
    anna = begun(kept, answer, user="anna")
    for other in ("ben", "", "Anna"):
        assert kept.list_conversations(other) == []
        assert kept.open(other, anna.id) is None
        assert kept.rename(other, anna.id, "Mine") == ""
        kept.remove(other, anna.id)
        anna.exchanges[0].opinion = 1
        kept.judge(other, anna, anna.exchanges[0])
        kept.take_back(other, anna, anna.exchanges[0])
        assert kept.list_judged(other) == []
        assert not kept.has_judged(other)
        kept.keep(other, anna, Exchange("Foreign?"))
    anna.exchanges[0].opinion = 0
    assert kept.open("anna", anna.id) == anna


def test_conversations_are_found_by_what_was_asked_and_answered(kept: ConversationStore, answer: Answer) -> None:
    breach = begun(kept, answer, "How many?")
    other = begun(kept, replace(answer, text="Ärger in Köln"), "Über was?")
    assert [item.id for item in kept.list_conversations("")] == [other.id, breach.id]
    assert [item.id for item in kept.list_conversations("", " 143 MILLION ")] == [breach.id]
    assert [item.id for item in kept.list_conversations("", "ÄRGER")] == [other.id]
    assert kept.list_conversations("", "100%") == []


def test_titles_are_one_line_and_an_empty_one_changes_nothing(kept: ConversationStore, answer: Answer) -> None:
    conversation = begun(kept, answer, "What\nis " + "x" * 200)
    assert kept.list_conversations("")[0].title == "What is " + "x" * (LONGEST_TITLE - 9) + "…"
    assert kept.rename("", conversation.id, "  A\n<b> ") == "A <b>"
    assert kept.rename("", conversation.id, " ") == "A <b>"


def test_a_file_that_is_none_is_refused_with_a_way_out(tmp_path: Path) -> None:
    broken = tmp_path / "conversations.sqlite3"
    broken.write_text(json.dumps({"no": "database"}) * 50)
    with pytest.raises(ArchiveError, match="cannot keep conversations"):
        ConversationStore(broken)


def test_every_query_finds_its_rows_by_an_index(path: Path, answer: Answer) -> None:
    statements: list[str] = []
    with closing(ConversationStore(path)) as kept:
        begun(kept, answer)
        file = cast(sqlite3.Connection, kept._shared._held)
        file.set_trace_callback(statements.append)
        conversation = begun(kept, answer, user="jo")
        kept.keep("jo", conversation, conversation.begin(exchange_with(answer, "And then?")))
        first, second = conversation.exchanges
        first.opinion = 1
        kept.judge("jo", conversation, first)
        kept.rename("jo", conversation.id, "Figures")
        assert kept.has_judged("jo")
        assert len(kept.list_judged("jo")) == 1
        assert len(kept.list_conversations("jo", "and")) == 1
        assert kept.open("jo", conversation.id) is not None
        kept.take_back("jo", conversation, second)
        kept.remove("jo", conversation.id)
        file.set_trace_callback(None)
        asked = {sql for sql in statements if sql.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))}
        assert len(asked) > 12
        assert [scan for sql in asked for scan in scans(file, sql)] == []


def test_what_is_pinned_stands_first_for_its_user_alone(kept: ConversationStore, answer: Answer) -> None:
    first, second = (begun(kept, answer, question) for question in ("First?", "Second?"))
    kept.pin("jo", first.id, True)
    assert [listed.title for listed in kept.list_conversations("")] == ["Second?", "First?"]
    kept.pin("", first.id, True)
    assert [(listed.title, listed.pinned) for listed in kept.list_conversations("")] == [
        ("First?", True),
        ("Second?", False),
    ]
    kept.pin("", first.id, False)
    assert kept.list_conversations("")[0].id == second.id


# What an earlier version made of a file, which had no number then.
MAKE_OLD = """
DROP TABLE under_way;
DROP INDEX unseen_of_user;
ALTER TABLE conversations DROP COLUMN unseen;
ALTER TABLE cited_articles RENAME TO articles;
PRAGMA user_version = 0;
"""


def test_a_file_of_an_earlier_version_is_brought_up_to_date(path: Path, answer: Answer) -> None:
    with closing(ConversationStore(path)) as first:
        conversation = begun(first, answer, "Old?")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(MAKE_OLD + "ALTER TABLE conversations DROP COLUMN pinned")
    for _ in range(2):
        with closing(ConversationStore(path)) as again:
            assert again.open("", conversation.id) == conversation
            again.pin("", conversation.id, True)
            assert again.list_conversations("")[0].pinned
    with closing(ConversationStore(path)) as again:
        again.remove("", conversation.id)
        assert (rows(again, "turns"), rows(again, "cited_articles")) == (0, 0)


def test_a_file_of_an_earlier_version_that_cannot_be_written_is_read(tmp_path: Path, answer: Answer) -> None:
    with small_disk(tmp_path / "data") as disk:
        file = disk / "conversations.sqlite3"
        with closing(ConversationStore(file)) as first:
            conversation = begun(first, answer, "Old?")
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(MAKE_OLD)
        make_read_only(disk)
        with closing(ConversationStore(file)) as again:
            assert again.open("", conversation.id) == conversation
            assert [listed.title for listed in again.list_conversations("")] == ["Old?"]
            with pytest.raises(ArchiveError, match="cannot be written"):
                again.pin("", conversation.id, True)


def test_a_database_that_goes_away_is_named_and_used_again(postgres: PostgresServer, answer: Answer) -> None:
    with closing(ConversationStore(postgres.make_schema())) as kept:
        first = begun(kept, answer, "First?")
        postgres.stop()
        try:
            for work in (lambda: kept.list_conversations(""), lambda: begun(kept, answer)):
                with pytest.raises(ArchiveError, match="does not answer"):
                    work()
        finally:
            postgres.start()
        second = begun(kept, answer, "Second?")
        assert [listed.id for listed in kept.list_conversations("")] == [second.id, first.id]
