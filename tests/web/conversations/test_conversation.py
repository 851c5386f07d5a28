"""A conversation: what is open, what a follow-up is told, what comes too late."""

from rag.model import REMEMBERED, Answer, Event, Turn
from web.ask.reader_actions import exchange_from_click
from web.conversations.conversation import Conversation, Exchange, SessionState


def answered(conversation: Conversation, question: str, text: str) -> None:
    conversation.begin(Exchange(question)).take(Event("done", text, answer=Answer(question, "answered", text)))


def test_a_follow_up_is_told_what_was_answered_before_it() -> None:
    conversation = Conversation()
    answered(conversation, "one?", "1")
    conversation.begin(Exchange("failed?")).fail("no")
    conversation.begin(Exchange("stopped?")).stop()
    conversation.begin(Exchange("two?"))
    assert conversation.history() == [Turn("user", "one?"), Turn("assistant", "1")]


def test_a_question_asked_alone_is_told_nothing() -> None:
    conversation = Conversation()
    answered(conversation, "one?", "1")
    conversation.begin(Exchange("two?", alone=True))
    assert conversation.history() == []
    assert Conversation().history() == []


def test_only_the_last_exchanges_are_told() -> None:
    conversation = Conversation()
    for number in range(REMEMBERED + 3):
        answered(conversation, f"q{number}", f"a{number}")
    conversation.begin(Exchange("now?"))
    assert [turn.content for turn in conversation.history()][:2] == ["q3", "a3"]
    assert len(conversation.history()) == 2 * REMEMBERED


def test_a_question_that_is_being_answered_is_known_again() -> None:
    conversation = Conversation()
    answered(conversation, "one?", "1")
    conversation.begin(Exchange("two?"))
    assert conversation.is_answering(" two?\n")
    assert not conversation.is_answering("one?")
    assert not conversation.is_answering("three?")
    session = SessionState(conversation)
    assert exchange_from_click(session, {"act": "ask", "question": "two?"}) is None
    other = exchange_from_click(session, {"act": "ask", "question": "three?"})
    assert other is not None
    assert other.question == "three?"


def test_what_comes_after_a_stop_is_too_late() -> None:
    exchange = Conversation().begin(Exchange("q"))
    exchange.take(Event("writing", "half"))
    exchange.stop()
    exchange.take(Event("done", "whole", answer=Answer("q", "answered", "whole")))
    assert (exchange.stage, exchange.text, exchange.answer, exchange.open) == ("stopped", "half", None, False)


def test_a_stop_does_not_undo_an_answer() -> None:
    conversation = Conversation()
    answered(conversation, "q", "whole")
    conversation.exchanges[0].stop()
    assert conversation.exchanges[0].stage == "done"


def test_an_empty_conversation_has_nothing_to_take_back() -> None:
    assert Conversation().take_back() is None
