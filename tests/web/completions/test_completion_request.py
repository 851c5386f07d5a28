"""What clients of OpenAI's protocol may send: unknown fields are left alone, wrong ones are named."""

import json
from typing import Any

import pytest

from rag.model import Filters
from rag.question.filter_values import LONGEST_NAME
from web.completions.completion_request import RequestError, read_request

ASKED: dict[str, Any] = {"model": "newsdesk", "messages": [{"role": "user", "content": "Equifax?"}]}


def read(**fields: Any) -> Any:
    return read_request(json.dumps(ASKED | fields).encode())


def test_the_last_message_of_the_user_is_the_question_and_those_before_are_the_conversation() -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "Equifax?"},
        {"role": "assistant", "content": "143 million [1].\n\n---\n\n**Sources**\n\n- [1] An article", "refusal": None},
        {"role": "tool", "content": "x", "tool_call_id": "1"},
        {"role": "user", "content": [{"type": "text", "text": "When\u200b"}, {"type": "text", "text": "was that?"}]},
        {"role": "assistant", "content": None},
    ]
    found = read(messages=messages)
    assert found.question == "When was that?"
    assert [(turn.role, turn.content) for turn in found.history] == [
        ("user", "Equifax?"),
        ("assistant", "143 million [1]."),
    ]


def test_unknown_fields_and_nulls_are_left_alone() -> None:
    unknown = {"temperature": 0.2, "tools": [{"function": {"parameters": {"path": 1}}}], "metadata": {}, "seed": None}
    found = read(**unknown, stream=None, stream_options=None, n=1, user="a", response_format={"type": "text"})
    assert (found.question, found.stream, found.usage) == ("Equifax?", False, False)


def test_filters_are_fields_of_our_own() -> None:
    found = read(since="2017-01-01", outlet="Yonder Gazette", stream=True, stream_options={"include_usage": True})
    assert found.filters.since.year == 2017
    assert found.filters.outlets == ("Yonder Gazette",)
    assert read(author="Jane Doe", section="Business").filters == Filters(authors=("Jane Doe",), sections=("Business",))
    assert found.stream
    assert found.usage
    mine = read_request(json.dumps(ASKED | {"collection": "Bridges"}).encode(), "anna").filters
    assert mine == Filters(collections=("Bridges",), owner="anna")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": 5}, "model"),
        ({"model": None}, "model"),
        ({"messages": "hello"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 5}]}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "  "}]}, "messages[0].content"),
        ({"messages": [*ASKED["messages"], {"role": "user", "content": "x" * 2001}]}, "messages[1].content"),
        ({"stream": "yes"}, "stream"),
        ({"n": 2}, "n"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"since": "last week"}, "since"),
        ({"until": "9999-99-99"}, "until"),
        ({"outlet": ["a"]}, "outlet"),
        ({"author": 5}, "author"),
        ({"section": "x" * (LONGEST_NAME + 1)}, "section"),
        ({"collection": ["a"]}, "collection"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(**fields)
    assert caught.value.param == param


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"model": "\\ud83d"}', b"[" * 100_000])
def test_what_is_no_object_of_json_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        read_request(body)
    assert caught.value.param is None or body.startswith(b'{"model')
