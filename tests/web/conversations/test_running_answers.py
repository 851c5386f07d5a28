"""Answers under way: how many, whose, and what becomes of them."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from corpus.archive.engine import Place
from corpus.errors import NewsdeskError
from rag.model import Answer, Event
from tests.postgresql import PostgresServer
from tests.waiting import PATIENCE_S, wait_until
from web.conversations.conversation import Conversation, Exchange
from web.conversations.conversation_store import ConversationStore
from web.conversations.running_answers import Progress, RunningAnswers
from web.conversations.running_turns import BROKEN_OFF, MOST_OF_USER, Step, Turn


@pytest.fixture
def store(place: Place) -> Iterator[ConversationStore]:
    with closing(ConversationStore(place)) as opened:
        yield opened


@contextmanager
def running(store: ConversationStore, beat_s: float = 0.02) -> Iterator[tuple[RunningAnswers, threading.Event]]:
    """Yield answers that are half written until an event is set, or until they are stopped."""
    whole = threading.Event()

    def write(_: Conversation, exchange: Exchange) -> Iterator[object]:
        exchange.take(Event("writing", "half"))
        yield exchange
        while exchange.open and not whole.wait(0.01):
            pass
        exchange.take(Event("done", "whole", answer=Answer(exchange.question, "answered", "whole")))
        yield exchange

    with closing(RunningAnswers(store, write, beat_s=beat_s)) as answers:
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
        assert titles(store, "anna") == ["One?"]
        assert answers.list_new("anna") == []
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
        with pytest.raises(NewsdeskError, match="still being answered in this conversation"):
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

        def keep(self, user: str, conversation: Conversation, exchange: Exchange, unseen: bool = False) -> None:
            keeping.set()
            deleted.wait()
            super().keep(user, conversation, exchange, unseen)

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
        async for _ in answers.watch("", conversation):
            seen.append(conversation.exchanges[0].text)
            whole.set()
        return seen

    with running(store) as (answers, whole):
        conversation = begin(answers, "", "One?")
        seen = asyncio.run(watch())
        assert seen[-1] == "whole"
        wait_until(lambda: answers.find("", conversation.id) is None)
        assert asyncio.run(watch()) == ["whole"]  # Whoever looks when it is over is shown it too.


Page = tuple[ConversationStore, RunningAnswers, threading.Event]


@contextmanager
def page(place: Place, beat_s: float = 0.02, lease_s: float = PATIENCE_S) -> Iterator[Page]:
    """Yield what one of several pages over a database has."""
    with closing(ConversationStore(place, lease_s=lease_s)) as store, running(store, beat_s) as (answers, whole):
        yield store, answers, whole


def read_last(store: ConversationStore, conversation: Conversation) -> Exchange:
    """Return the last exchange of a conversation as a page has it that opens it now."""
    found = store.open("anna", conversation.id)
    assert found is not None
    return found.exchanges[-1]


def test_an_answer_under_way_is_listed_and_shown_at_another_page(place: Place) -> None:
    async def watch(opened: Conversation) -> list[str]:
        seen = []
        async for _ in there.watch("anna", opened):
            seen.append(opened.exchanges[-1].text)
            whole.set()
        return seen

    with page(place) as (_, here, whole), page(place) as (store, there, _):
        conversation = begin(here, "anna", "One?")
        assert there.progress("anna") == Progress(writing=frozenset({conversation.id}))
        assert there.progress("ben") == Progress()
        wait_until(lambda: read_last(store, conversation).text == "half")
        with pytest.raises(NewsdeskError, match="still being answered in this conversation"):
            there.check("anna", conversation)
        opened = store.open("anna", conversation.id)
        assert opened is not None
        assert opened.busy
        assert asyncio.run(watch(opened))[-1] == "whole"
        assert opened.exchanges[0].answer is not None
        assert there.progress("anna") == Progress(ready=frozenset({conversation.id}))
        there.mark_seen("anna", conversation.id)
        assert here.progress("anna") == Progress()


def test_an_answer_is_stopped_or_deleted_from_another_page(place: Place) -> None:
    with page(place) as (_, here, _), page(place) as (store, there, _):
        stopped, deleted = begin(here, "anna", "One?"), begin(here, "anna", "Two?")
        wait_until(lambda: read_last(store, stopped).text == "half")
        opened = store.open("anna", stopped.id)
        assert opened is not None
        there.stop("ben", opened)
        assert there.stop("anna", opened) == ""
        wait_until(lambda: read_last(store, stopped).stage == "stopped")
        assert read_last(store, stopped).text == "half"
        there.drop("anna", deleted.id)
        store.remove("anna", deleted.id)
        wait_until(lambda: here.find("anna", deleted.id) is None)
        assert titles(store, "anna") == ["One?"]


def test_the_answers_of_a_user_are_counted_together(place: Place) -> None:
    with page(place) as (_, here, _), page(place) as (_, there, _):
        for n in range(MOST_OF_USER - 1):
            begin(here, "anna", f"{n}?")
        begin(there, "anna", "Last?")
        for answers in (here, there):
            with pytest.raises(NewsdeskError, match=f"{MOST_OF_USER} of your answers are still being made"):
                begin(answers, "anna", "One more?")


def test_an_answer_whose_page_is_gone_is_broken_off_and_one_that_was_held_up_comes_all_the_same(place: Place) -> None:
    # The first page says nothing for as long as it lives; the other one has no patience.
    with page(place, beat_s=PATIENCE_S) as (_, here, whole), page(place, lease_s=0.1) as (store, there, _):
        conversation = begin(here, "anna", "One?")
        wait_until(lambda: there.progress("anna") == Progress(ready=frozenset({conversation.id})))
        broken = read_last(store, conversation)
        assert (broken.question, broken.stage, broken.error) == ("One?", "failed", BROKEN_OFF)
        whole.set()
        wait_until(lambda: read_last(store, conversation).answer is not None)
        assert (read_last(store, conversation).stage, read_last(store, conversation).error) == ("done", "")


def test_a_page_that_was_held_up_goes_on_with_its_next_word(place: Place) -> None:
    with page(place) as (_, here, _), page(place) as (store, _, _):
        conversation = begin(here, "anna", "One?")
        with store._shared.write() as connection:  # As a third page does that has not heard of the first.
            connection.execute("DELETE FROM under_way")
            connection.execute("UPDATE turns SET stage = 'failed', error = ?", (BROKEN_OFF,))
        wait_until(lambda: read_last(store, conversation).open)
        assert conversation.busy


def test_a_turn_that_its_page_works_on_no_longer_is_broken_off_and_the_others_are_not(place: Place) -> None:
    with closing(ConversationStore(place)) as here, closing(ConversationStore(place, lease_s=0)) as there:
        left, made = begin_turn(here, "anna"), begin_turn(here, "anna")
        before = read_heard(here)
        assert here.running.report({made: None}) == []
        assert read_heard(here)[left[0]] == before[left[0]]
        assert read_heard(here)[made[0]] > before[made[0]]
        there.running.break_off()
        assert read_heard(here) == {}


def test_a_turn_whose_number_another_one_has_now_is_neither_written_nor_read(place: Place) -> None:
    with closing(ConversationStore(place)) as here, closing(ConversationStore(place)) as there:
        # As in a database that lost the first of them, and then gave its number to the other one.
        (_, lost), (key, other) = begin_turn(here, "anna"), begin_turn(there, "ben")
        exchange = Exchange("One?", stage="failed", text="Secret.", key=key)
        for error in ("", BROKEN_OFF):
            with there._shared.write() as connection:
                connection.execute("UPDATE turns SET error = ? WHERE key = ?", (error, key))
            assert here.running.read_step((key, lost)) is None
            assert here.running.report({(key, lost): Step("writing", exchange.text)}) == [(key, lost)]
            here.keep("anna", Conversation([exchange], lost, "One?", kept=True), exchange, unseen=True)
            here.keep("anna", Conversation([exchange], other, "One?", kept=True), exchange, unseen=True)
            assert there.running.list_written("ben") == {other}
            assert there.running.list_unseen("ben") == frozenset()
            kept = there.open("ben", other)
            assert kept is not None
            assert (kept.exchanges[0].stage, kept.exchanges[0].text) == ("searching", "")


def test_an_answer_that_was_under_way_when_a_copy_was_made_is_broken_off_there(place: Place) -> None:
    with closing(ConversationStore(place)) as store:
        _, conversation = begin_turn(store, "anna")
        with store._shared.write() as connection:  # Which a copy does not hold.
            connection.execute("DELETE FROM under_way")
        copied = store.open("anna", conversation)
        assert copied is not None
        assert (copied.busy, copied.exchanges[0].stage, copied.exchanges[0].error) == (False, "failed", BROKEN_OFF)
        store.begin("anna", copied, copied.begin(Exchange("Again?")))
        assert read_last(store, copied).open


@pytest.mark.parametrize("began", [True, False])
def test_a_turn_of_which_the_page_does_not_know_that_it_was_written_is_written_once(place: Place, began: bool) -> None:
    with closing(ConversationStore(place)) as store:
        conversation, exchange = Conversation(id="one", title="One?"), Exchange("One?")
        conversation.begin(exchange)
        if began:
            store.begin("anna", conversation, exchange)
        exchange.take(Event("done", "whole", answer=Answer(exchange.question, "answered", "whole")))
        for _ in range(2):
            exchange.key, conversation.kept = 0, False  # As where the reply to COMMIT is lost.
            store.keep("anna", conversation, exchange, unseen=True)
            assert store.open("anna", "one") == conversation
            assert store.running.list_written("anna") == frozenset()


def begin_turn(store: ConversationStore, user: str) -> Turn:
    """Begin a conversation with a turn that nothing answers."""
    conversation, exchange = Conversation(), Exchange("One?")
    store.begin(user, conversation, exchange)
    return exchange.key, conversation.id


def read_heard(store: ConversationStore) -> dict[int, float]:
    """Return when the page of each turn under way was last heard of."""
    with store._shared.read() as connection:
        return {row["turn"]: row["heard_at"] for row in connection.execute("SELECT turn, heard_at FROM under_way")}


def test_an_answer_that_ends_while_the_file_is_locked_is_kept_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite3"
    with closing(ConversationStore(path, wait_s=0.01)) as store, running(store) as (answers, whole):
        conversation = begin(answers, "anna", "One?")
        exchange = conversation.exchanges[0]
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            whole.set()
            wait_until(lambda: exchange.note.startswith("This was not saved"))
            wait_until(lambda: answers.find("anna", conversation.id) is None)
        wait_until(lambda: answers.progress("anna") == Progress(ready=frozenset({conversation.id})))
        assert read_last(store, conversation).text == "whole"
        assert (read_last(store, conversation).note, exchange.note) == ("", "")


def test_an_answer_that_ends_while_the_database_is_away_is_kept_when_it_is_back(postgres: PostgresServer) -> None:
    with page(postgres.make_schema()) as (store, answers, whole):
        kept, deleted = begin(answers, "anna", "One?"), begin(answers, "anna", "Two?")
        postgres.stop()
        try:
            whole.set()
            for conversation in (kept, deleted):
                wait_until(lambda it=conversation: answers.find("anna", it.id) is None)  # type: ignore[misc]
                assert conversation.exchanges[0].note.startswith("This was not saved")
            answers.drop("anna", deleted.id)
        finally:
            postgres.start()
        wait_until(lambda: not answers.progress("anna").writing and titles(store, "anna") == ["One?"])
        assert (read_last(store, kept).stage, read_last(store, kept).note) == ("done", "")
