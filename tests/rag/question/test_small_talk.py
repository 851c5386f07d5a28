"""Messages that ask for no news."""

import pytest

from rag import Assistant, Turn
from rag.question.small_talk import find_small_talk


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Hello!", "greeting"),
        ("thanks :)", "thanks"),
        ("What can you do?", "greeting"),
        ("Danke schön!", "thanks"),
        ("thanks, that helps a lot", "thanks"),
        ("How are you?", "greeting"),
        ("hi, what can you do?", "greeting"),
        ("great, and in Spanish please", "rewording"),
        ("translate it into German", "rewording"),
        ("thanks. Who paid?", None),
        ("in German, please", "rewording"),
        ("In Brazilian Portuguese", "rewording"),
        ("Summarise that.", "rewording"),
        ("tl;dr", "rewording"),
        ("are you sure?", "sources"),
        ("What's your source?", "sources"),
        ("Hello Kitty was sold to whom?", None),
        ("Thanks to whom was the toll lowered?", None),
        ("in Germany", None),
        ("in March 2018", None),
        ("Help for the flooded library?", None),
        ("What are the sources of the flood?", None),
        ("", None),
    ],
)
def test_whole_messages_are_known(message: str, kind: str | None) -> None:
    assert find_small_talk(message) == kind


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "from the 5 articles of this archive"),
        ("in German, please", "NEWSDESK_LLM"),
        ("are you sure?", "opens the article"),
        ("thanks, that helps a lot", "You are welcome"),
    ],
)
def test_small_talk_is_answered_for_what_it_is(assistant: Assistant, message: str, words: str) -> None:
    history = [Turn("user", "When does the toll rise?"), Turn("assistant", "On 1 June 2024 [1].")]
    answer = assistant.ask(message, history)
    assert (answer.status, answer.citations, answer.passages) == ("answered", (), ())
    assert words in answer.text
