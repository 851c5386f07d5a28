"""What the page's script sends with an event, and what others send in its place."""

import gradio as gr
import pytest

from web.conversations.conversation import Conversation, Exchange, SessionState
from web.event_data import is_number
from web.rail.conversation_actions import ConversationActions


@pytest.mark.parametrize("value", ["9" * 5_000, "", "-1", "1.0", "²", 1, None, ["1"]])
def test_what_is_no_number_that_the_page_sends_is_told(value: object) -> None:
    assert not is_number(value)
    assert is_number("0")
    assert is_number("123456789")


def test_an_answer_with_a_number_of_thousands_of_digits_is_not_looked_for() -> None:
    session = SessionState()
    session.open(Conversation([Exchange("One?")]))
    event = gr.EventData(None, {"turn": "9" * 5_000, "kind": "markdown"})
    # Neither the page nor a store is asked, so none is needed.
    assert ConversationActions(None, lambda: ()).on_save_answer(session, event) == gr.skip()  # type: ignore[arg-type]
