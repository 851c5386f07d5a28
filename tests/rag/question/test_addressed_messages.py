"""Messages to the assistant itself are told from questions to the archive by their meaning."""

import json
from pathlib import Path

import pytest

from rag import Assistant
from rag.index.embedder import Embedder
from rag.question.addressed_messages import AddressedMessages

SETS = Path(__file__).parents[3] / "eval" / "sets"
# Questions that no archive of news answers, so that either reply is right.
ERRANDS = {"weather tomorrow", "how do I bake bread", "What is the meaning of life?"}


@pytest.fixture(scope="module")
def messages(embedder: Embedder) -> AddressedMessages:
    return AddressedMessages(embedder.embed)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("how smart are you", "greeting"),
        ("which questions can you answer?", "greeting"),
        ("am I talking to a person?", "greeting"),
        ("where did you learn all this?", "greeting"),
        ("I think you got that wrong", "complaint"),
        ("this answer is rubbish", "complaint"),
        ("make me laugh", "errand"),
        ("tell me a funny story", "errand"),
        ("what is 2+2?", "errand"),
        ("tell me a joke about the weather", "errand"),
        ("can you make a poem about banks?", "errand"),
        ("what was the joke about the weather?", None),
        ("what does the song about money say?", None),
        ("", None),
        ("what can I ask about the flood of 2013?", None),
        ("What do you think of the ruling against Google?", None),
        ("how old is the mayor?", None),
        ("who made the vaccine?", None),
        ("what does the minister think?", None),
        ("are robots taking jobs?", None),
        ("tell me the story of the pipeline attack", None),
    ],
)
def test_a_message_is_known_by_its_meaning(messages: AddressedMessages, message: str, kind: str | None) -> None:
    assert messages.find_kind(message) == kind


def test_no_question_of_the_sets_is_taken_for_one(messages: AddressedMessages) -> None:
    named = ("starter", "short", "multi_article", "multi_article_wire")
    lines = [line for name in named for line in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    asked = [json.loads(line)["question"] for line in lines]
    assert len(asked) > 300
    assert {question for question in asked if messages.find_kind(question)} <= ERRANDS


@pytest.mark.parametrize(
    ("message", "status", "words"),
    [
        ("do you make things up?", "answered", "from the 5 articles of this archive"),
        ("you are wrong about this", "answered", "put the question in other words"),
        ("tell me a joke", "not_found", "That is nothing I can do."),
        ("translate that to French", "answered", "NEWSDESK_LLM"),
    ],
)
def test_it_is_answered_without_a_search(assistant: Assistant, message: str, status: str, words: str) -> None:
    answer = assistant.ask(message)
    assert (answer.status, answer.citations, answer.nearest) == (status, (), ())
    assert words in answer.text
