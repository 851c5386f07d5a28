"""The archive as a model, asked by the clients that people use: OpenAI's own, and LangChain's."""

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import gradio as gr
import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI

from rag import Assistant
from tests.model_server import ModelServer, Reply
from tests.waiting import wait_until
from tests.web.conftest import Newsroom, served

QUESTION = "How many people did the Equifax breach affect?"
ASKED: Any = [{"role": "user", "content": QUESTION}]


def client_of(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0, timeout=60)


@pytest.fixture(scope="module")
def url(starter: Newsroom) -> Iterator[str]:
    with served(starter.open) as address:
        yield address


def test_models_are_listed_and_shown(url: str) -> None:
    client = client_of(url)
    assert [model.id for model in client.models.list()] == ["newsdesk", "newsdesk-verbatim"]
    assert client.models.retrieve("newsdesk").owned_by == "newsdesk"
    with pytest.raises(openai.NotFoundError, match="there are newsdesk and newsdesk-verbatim"):
        client.models.retrieve("gpt")


def test_an_answer_holds_its_sources_and_annotations(url: str) -> None:
    reply = client_of(url).chat.completions.create(model="newsdesk", messages=ASKED)
    message = reply.choices[0].message
    assert message.content is not None
    assert "147.9 million" in message.content
    assert "**Sources**\n\n- [1] Equifax finds another 2.4 million" in message.content
    assert message.annotations
    for annotation in message.annotations:
        found: Any = annotation.url_citation
        assert message.content[found.start_index : found.end_index] == f"[{found.number}]"
        assert found.title
        assert found.outlet
        assert found.quotes[0]["text"]
        assert found.claim["verdict"] == "supported"
    own: Any = message.model_extra
    assert own["newsdesk"]["status"] == "answered"
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.total_tokens == 0


def test_a_stream_brings_the_same_and_a_follow_up_is_understood(url: str) -> None:
    client = client_of(url)
    whole = client.chat.completions.create(model="newsdesk", messages=ASKED).choices[0].message
    options: Any = {"include_usage": True}
    chunks = list(client.chat.completions.create(model="newsdesk", messages=ASKED, stream=True, stream_options=options))
    deltas: list[Any] = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    assert sum(bool(delta.content) for delta in deltas) > 2
    assert "Searching the archive." in "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
    assert len(deltas[-1].annotations) == len(whole.annotations or ())
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    follow_up: Any = [*ASKED, {"role": "assistant", "content": whole.content}, {"role": "user", "content": "When?"}]
    own: Any = client.chat.completions.create(model="newsdesk", messages=follow_up).choices[0].message.model_extra
    assert "Equifax" in own["newsdesk"]["standalone"]


def test_filters_narrow_and_a_refusal_names_the_nearest(url: str) -> None:
    narrowed = {"until": "2016-12-31", "outlet": "Newsdesk Business Desk"}
    message = client_of(url).chat.completions.create(model="newsdesk", messages=ASKED, extra_body=narrowed).choices[0]
    own: Any = message.message.model_extra
    assert own["newsdesk"]["filters"]["outlets"] == ["Newsdesk Business Desk"]
    assert "147.9 million" not in (message.message.content or "")


def test_a_section_narrows_and_an_author_that_the_archive_lacks_is_refused(url: str) -> None:
    create, model = client_of(url).chat.completions.create, "newsdesk"
    own: Any = create(model=model, messages=ASKED, extra_body={"section": "Privacy"}).choices[0].message.model_extra
    assert own["newsdesk"]["filters"]["sections"] == ["privacy"]
    with pytest.raises(openai.BadRequestError, match="Nobody At All"):
        create(model=model, messages=ASKED, extra_body={"author": "Nobody At All"})
    with pytest.raises(openai.APIError, match="Nobody At All"):
        list(create(model=model, messages=ASKED, extra_body={"author": "Nobody At All"}, stream=True))


def test_langchain_asks_it_like_any_model(url: str) -> None:
    model = ChatOpenAI(model="newsdesk", base_url=f"{url}/v1", api_key="any", max_retries=0)
    assert "147.9 million" in str(model.invoke(QUESTION).content)
    assert "147.9 million" in "".join(str(chunk.content) for chunk in model.stream(QUESTION))


def test_a_chat_page_of_gradios_asks_it(url: str) -> None:
    page = gr.load_chat(f"{url}/v1", "newsdesk", "any", file_types=None)
    *_, last = page.fn(QUESTION, None)
    assert "147.9 million" in last
    assert "**Sources**" in last
    shown = [
        {"role": role, "content": [{"type": "text", "text": t}]}
        for role, t in (("user", QUESTION), ("assistant", last))
    ]
    *_, again = page.fn("When was that?", shown)
    assert "2017" in again


def test_a_model_behind_it_is_counted_and_can_be_left_out(page_url: str) -> None:
    client = client_of(page_url)
    written = client.chat.completions.create(model="newsdesk", messages=ASKED)
    assert written.usage is not None
    assert written.usage.completion_tokens > 0
    verbatim = client.chat.completions.create(model="newsdesk-verbatim", messages=ASKED)
    assert verbatim.usage is not None
    assert verbatim.usage.total_tokens == 0
    own: Any = verbatim.choices[0].message.model_extra
    assert own["newsdesk"]["model"] == "none"


@pytest.mark.parametrize(
    ("path", "sent", "status", "code", "param"),
    [
        ("chat/completions", {"json": {"model": "newsdesk", "messages": []}}, 400, None, "messages"),
        ("chat/completions", {"json": {"model": "gpt-5", "messages": ASKED}}, 404, "model_not_found", "model"),
        ("chat/completions", {"content": b"{", "headers": {"content-type": "application/json"}}, 400, None, None),
        ("chat/completions", {"content": b"a=1"}, 415, None, None),
        ("chat/completions", {"content": b"x" * 1_000_001}, 413, None, None),
        ("embeddings", {"json": {}}, 404, "not_found", None),
        ("chat/completions", {"json": {}, "headers": {"origin": "http://evil.example"}}, 403, None, None),
    ],
)
def test_errors_have_the_form_that_clients_read(
    url: str, path: str, sent: dict[str, Any], status: int, code: str | None, param: str | None
) -> None:
    answer = httpx.post(f"{url}/v1/{path}", **sent)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (status, code, param)
    assert error["message"]
    assert error["type"] == "invalid_request_error"


def test_one_question_too_many_is_refused_as_on_the_page(starter: Newsroom) -> None:
    with served(starter.open, per_minute=1) as address:
        client = client_of(address)
        with pytest.raises(openai.BadRequestError):  # Not counted, as nothing is asked.
            client.chat.completions.create(model="newsdesk", messages=[])
        client.chat.completions.create(model="newsdesk", messages=ASKED)
        with pytest.raises(openai.RateLimitError, match="can be asked in a minute") as caught:
            client.chat.completions.create(model="newsdesk", messages=ASKED)
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_ends_the_answer(starter: Newsroom, stream: bool) -> None:
    with (
        ModelServer(reply=lambda _: Reply("Word " * 500, pause_s=0.02)) as model,
        served(lambda: starter.open(model)) as address,
    ):
        body = json.dumps({"model": "newsdesk", "messages": ASKED, "stream": stream})
        with closing(HTTPConnection(address.removeprefix("http://"))) as client:
            client.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
            wait_until(lambda: bool(model.requests))
        assert model.abandoned.wait(60)


class Broken(Assistant):
    """Fail at every question."""

    def stream(self, *_: object, **__: object) -> Any:
        raise LookupError("a secret of the server")


def test_what_fails_says_so_and_tells_nothing(starter: Newsroom) -> None:
    with served(lambda: starter.open(kind=Broken)) as address:
        client = client_of(address)
        with pytest.raises(openai.InternalServerError, match="Something went wrong here") as caught:
            client.chat.completions.create(model="newsdesk", messages=ASKED)
        with pytest.raises(openai.APIError, match="Something went wrong here"):
            list(client.chat.completions.create(model="newsdesk", messages=ASKED, stream=True))
    assert "secret" not in str(caught.value)
