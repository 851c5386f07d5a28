"""Answers under way: how many, whose, and what becomes of them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from corpus.errors import NewsdeskError
from rag.model import Answer, Event
from tests.waiting import wait_until
from web.conversations.conversation import Conversation, Exchange
from web.conversations.conversation_store import ConversationStore
from web.conversations.running_answers import MOST_OF_USER, Progress, RunningAnswers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    with closing(ConversationStore(tmp_path / "conversations.sqlite3")) as opened:
        yield opened


@contextmanager
def running(store: ConversationStore) -> Iterator[tuple[RunningAnswers, threading.Event]]:
    """Yield answers that are half written until an event is set, or until they are stopped."""
    whole = threading.Event()

    def write(_: Conversation, exchange: Exchange) -> Iterator[object]:
        exchange.take(Event("writing", "half"))
        yield exchange
        while exchange.open and not whole.wait(0.01):
            pass
        exchange.take(Event("done", "whole", answer=Answer(exchange.question, "answered", "whole")))
        yield exchange

    with closing(RunningAnswers(store, write)) as answers:
        yield answers, whole


def begin(answers: RunningAnswers, user: str, question: str) -> Conversation:
    conversation = Conversation()
    answers.begin(user, conversation, Exchange(question))
    return conversation


def titles(store: ConversationStore, user: str) -> list[str]:
    return [listed.title for listed in store.list_conversations(user)]


def test_an_answer_that_nobody_watches_is_kept_and_reported_until_it_is_looked_at(store: ConversationStore) -> None:
    with running(store) as (answers, whole):
        conversation = begin(answers, "anna", "One?")
        assert answers.progress("anna") == Progress(writing=frozenset({conversation.id}))
        assert [listed.title for listed in answers.list_new("anna")] == ["One?"]
        assert titles(store, "anna") == []
        whole.set()
        wait_until(lambda: answers.progress("anna") == Progress(ready=frozenset({conversation.id})))
        kept = store.open("anna", conversation.id)
        assert kept is not None
        assert kept.exchanges[0].text == "whole"
        answers.mark_seen("anna", conversation.id)
        assert answers.progress("anna") == Progress()


def test_nobody_else_sees_stops_or_drops_an_answer_under_way(store: ConversationStore) -> None:
    with running(store) as (answers, _):
        conversation = begin(answers, "anna", "Secret?")
        assert answers.find("anna", conversation.id) is conversation
        for other in ("ben", ""):
            assert answers.find(other, conversation.id) is None
            assert answers.progress(other) == Progress()
            assert answers.list_new(other) == []
            answers.drop(other, conversation.id)
        assert conversation.busy
        assert answers.find("anna", "") is None


def test_a_user_has_a_handful_under_way_and_one_in_each_conversation(store: ConversationStore) -> None:
    with running(store) as (answers, _):
        conversations = [begin(answers, "anna", f"{n}?") for n in range(MOST_OF_USER)]
        with pytest.raises(NewsdeskError, match=f"{MOST_OF_USER} of your answers are still being made"):
            begin(answers, "anna", "One more?")
        begin(answers, "ben", "Mine?")
        answers.stop("anna", conversations[0])
        answers.begin("anna", conversations[0], Exchange("And then?"))
        reopened = Conversation(id=conversations[0].id, kept=True)
        answers.stop("anna", conversations[1])
        with pytest.raises(NewsdeskError, match="still being made in this conversation"):
            answers.begin("anna", reopened, Exchange("From another window?"))


def test_what_was_stopped_is_kept_at_once_and_before_the_next_question(store: ConversationStore) -> None:
    with running(store) as (answers, whole):
        conversation = begin(answers, "", "One?")
        wait_until(lambda: conversation.exchanges[0].text == "half")
        assert answers.stop("", conversation) == ""
        answers.begin("", conversation, Exchange("Two?"))
        whole.set()
        wait_until(lambda: not answers.progress("").writing)
        kept = store.open("", conversation.id)
        assert kept is not None
        assert [(e.question, e.stage, e.text) for e in kept.exchanges] == [
            ("One?", "stopped", "half"),
            ("Two?", "done", "whole"),
        ]


def test_a_conversation_that_is_deleted_meanwhile_does_not_come_back(store: ConversationStore) -> None:
    with running(store) as (answers, whole):
        conversation = begin(answers, "", "One?")
        answers.drop("", conversation.id)
        whole.set()
        wait_until(lambda: answers.find("", conversation.id) is None)
        assert titles(store, "") == []
        assert answers.progress("") == Progress()


def test_a_conversation_that_is_deleted_while_it_is_being_kept_does_not_come_back(tmp_path: Path) -> None:
    class BusyStore(ConversationStore):
        """Wait before the first answer is written, as for another one that is just being written."""

        def keep(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
            keeping.set()
            deleted.wait()
            super().keep(user, conversation, exchange)

    keeping, deleted = threading.Event(), threading.Event()
    with closing(BusyStore(tmp_path / "conversations.sqlite3")) as store, running(store) as (answers, whole):
        conversation = begin(answers, "", "One?")
        whole.set()
        keeping.wait()
        answers.drop("", conversation.id)
        store.remove("", conversation.id)
        deleted.set()
        wait_until(lambda: answers.find("", conversation.id) is None)
        assert titles(store, "") == []


def test_the_end_of_the_server_keeps_what_is_half_written(store: ConversationStore) -> None:
    with running(store) as (answers, _):
        conversation = begin(answers, "", "One?")
        wait_until(lambda: conversation.exchanges[0].text == "half")
    kept = store.open("", conversation.id)
    assert kept is not None
    assert kept.exchanges[0].stage == "stopped"


def test_who_watches_is_shown_the_end(store: ConversationStore) -> None:
    async def watch() -> list[str]:
        seen = []
        async for _ in answers.watch(conversation):
            seen.append(conversation.exchanges[0].text)
            whole.set()
        return seen

    with running(store) as (answers, whole):
        conversation = begin(answers, "", "One?")
        seen = asyncio.run(watch())
        assert seen[-1] == "whole"
        wait_until(lambda: answers.find("", conversation.id) is None)
        assert asyncio.run(watch()) == ["whole"]  # Whoever looks when it is over is shown it too.
