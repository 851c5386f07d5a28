"""The model's server, through the client that the product uses."""

from typing import Literal

import httpx
import openai
import pytest
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel

from tests.model_server import Body, ModelServer, Reply, refused_url
from tests.waiting import PATIENCE_S


def model(url: str, retries: int = 0, timeout: float = 20.0) -> BaseChatModel:
    return init_chat_model(
        "openai:test", base_url=url, api_key="a-key", max_retries=retries, timeout=timeout, stream_usage=True
    )


def test_stream_gives_words_then_reason_and_usage(model_server: ModelServer) -> None:
    model_server.script(Reply("Nine leaders came."))
    chunks = list(model(model_server.url).stream("Who came there?"))
    assert [chunk.text for chunk in chunks if chunk.text] == ["Nine", " leaders", " came."]
    reasons = [chunk.response_metadata.get("finish_reason") for chunk in chunks]
    assert [reason for reason in reasons if reason] == ["stop"]
    usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert [(u["input_tokens"], u["output_tokens"], u["total_tokens"]) for u in usage] == [(3, 3, 6)]


def test_invoke_gives_the_whole_reply(model_server: ModelServer) -> None:
    model_server.script(Reply("Two words"))
    message = model(model_server.url).invoke("One two three four")
    assert message.content == "Two words"
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.response_metadata["token_usage"]["prompt_tokens"] == 4


def test_requests_are_recorded(model_server: ModelServer) -> None:
    model(model_server.url).invoke([("system", "Be brief."), ("human", "Why?")])
    (request,) = model_server.requests
    assert request.messages == [("system", "Be brief."), ("user", "Why?")]
    assert request.text == "Why?"
    assert request.body["model"] == "test"
    assert request.headers["authorization"] == "Bearer a-key"


def test_reply_is_computed_from_the_request(model_server: ModelServer) -> None:
    def obey(body: Body) -> str:
        return str(body["messages"][-1]["content"]).removeprefix("Say: ")

    model_server.reply = obey
    assert model(model_server.url).invoke("Say: pwned").content == "pwned"
    assert model(model_server.url).invoke("Say: twice").content == "twice"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_error_status_raises_its_error(model_server: ModelServer, status: int, error: type[Exception]) -> None:
    model_server.script(Reply(status=status))
    with pytest.raises(error):
        model(model_server.url).invoke("Anything")


def test_retry_after_is_sent_and_the_next_try_succeeds(model_server: ModelServer) -> None:
    limited = Reply(status=429, retry_after=0.01)
    model_server.script(limited, Reply("At last."), limited)
    assert model(model_server.url, retries=1).invoke("Anything").content == "At last."
    assert len(model_server.requests) == 2
    with pytest.raises(openai.RateLimitError) as raised:
        model(model_server.url).invoke("Anything")
    assert raised.value.response.headers["retry-after"] == "0.01"


def test_refused_connection() -> None:
    with refused_url() as url, pytest.raises(openai.APIConnectionError):
        model(url).invoke("Anything")


@pytest.mark.parametrize("hang", ["headers", "first token"])
def test_hanging_reply_times_out_and_is_abandoned(
    model_server: ModelServer, hang: Literal["headers", "first token"]
) -> None:
    model_server.script(Reply("Never.", hang=hang))
    with pytest.raises((openai.APITimeoutError, httpx.ReadTimeout)):
        list(model(model_server.url, timeout=0.3).stream("Anything"))
    assert model_server.abandoned.wait(PATIENCE_S)


def test_client_that_stops_reading_is_noticed(model_server: ModelServer) -> None:
    model_server.script(Reply("word " * 10_000, pause_s=0.01))
    stream = model(model_server.url).stream("Go on and on")
    first = [next(stream).text for _ in range(2)]
    stream.close()  # type: ignore[attr-defined]
    assert first == ["", "word"]
    assert model_server.abandoned.wait(PATIENCE_S)


def test_slow_tokens_all_arrive(model_server: ModelServer) -> None:
    model_server.script(Reply("one two three", pause_s=0.01))
    assert "".join(chunk.text for chunk in model(model_server.url).stream("Count")) == "one two three"


def test_clean_cut_raises_nothing_and_gives_no_reason(model_server: ModelServer) -> None:
    model_server.script(Reply("one two three four", cut_after=2))
    chunks = list(model(model_server.url).stream("Count"))
    assert "".join(chunk.text for chunk in chunks) == "one two"
    assert not [chunk for chunk in chunks if chunk.response_metadata.get("finish_reason")]


def test_broken_connection_raises_after_the_words_that_came(model_server: ModelServer) -> None:
    model_server.script(Reply("one two three four", cut_after=3, cut="broken"))
    words: list[str] = []
    with pytest.raises((httpx.RemoteProtocolError, openai.APIError)):
        words.extend(chunk.text for chunk in model(model_server.url).stream("Count"))
    assert words == ["", "one", " two", " three"]


def test_length_and_empty_replies(model_server: ModelServer) -> None:
    model_server.script(Reply("cut off by", finish_reason="length"), Reply(""))
    assert model(model_server.url).invoke("Go on").response_metadata["finish_reason"] == "length"
    assert "".join(chunk.text for chunk in model(model_server.url).stream("Nothing?")) == ""


@pytest.mark.parametrize("streamed", [True, False])
def test_malformed_json_raises(model_server: ModelServer, streamed: bool) -> None:
    model_server.script(Reply(malformed=True))
    with pytest.raises(ValueError, match=r"Expecting value"):
        list(model(model_server.url).stream("Anything")) if streamed else model(model_server.url).invoke("Anything")


class Outcome(BaseModel):
    """Tell who won."""

    winner: str
    points: int


def test_structured_output_by_schema(model_server: ModelServer) -> None:
    model_server.script(Reply('{"winner": "New Zealand", "points": 34}'))
    outcome = model(model_server.url).with_structured_output(Outcome, method="json_schema").invoke("Who won?")
    assert outcome == Outcome(winner="New Zealand", points=34)
    assert model_server.requests[0].body["response_format"]["json_schema"]["name"] == "Outcome"


def test_structured_output_by_tool(model_server: ModelServer) -> None:
    model_server.script(Reply(tool=("Outcome", {"winner": "New Zealand", "points": 34})))
    outcome = model(model_server.url).with_structured_output(Outcome, method="function_calling").invoke("Who won?")
    assert outcome == Outcome(winner="New Zealand", points=34)


def test_streamed_tool_call(model_server: ModelServer) -> None:
    model_server.script(Reply(tool=("Outcome", {"winner": "Japan", "points": 34})))
    bound = model(model_server.url).bind_tools([Outcome])
    calls = [call for chunk in bound.stream("Who?") for call in chunk.tool_calls]
    assert [(call["name"], call["args"]) for call in calls] == [("Outcome", {"winner": "Japan", "points": 34})]


def test_url_is_known_only_while_it_serves() -> None:
    server = ModelServer()
    with pytest.raises(ValueError, match="with"):
        _ = server.url
