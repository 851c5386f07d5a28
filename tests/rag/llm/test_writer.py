"""The writer, through the real client, against a model's server that fails in every way."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from corpus.errors import ModelError, SettingsError
from rag.llm.chat_model import chat_model
from rag.llm.prompt import Prompt
from rag.llm.writer import BREAK_AFTER, Outage, Reply, Writer
from rag.model import Filters
from rag.question.query import Query
from rag.question.question_kind import classify_question
from tests.model_server import ModelServer, refused_url
from tests.model_server import Reply as Sent
from tests.rag.conftest_answers import CANARY, model_settings
from tests.waiting import PATIENCE_S, wait_until

NOW = datetime(2024, 8, 1, tzinfo=UTC)
QUERY = Query("Why?", "Why?", classify_question("Why?"), Filters(), Filters(), (), False, None)
PROMPT = Prompt((("system", "Be brief."), ("user", "Why?")), (), "passages-0", QUERY, NOW)
WORDS = "The harbour toll rises from nine to twelve crowns on the first of June [1]."


def writer(url: str, **changes: Any) -> Writer:
    return Writer.from_settings(model_settings(url, **changes))


def failure(asked: Writer, reply: Reply | None = None) -> str:
    """Ask, and return the sentence that it fails with; the key and the address stand in none."""
    with pytest.raises(ModelError) as raised:
        list(asked.stream(PROMPT, reply or Reply()))
    said = str(raised.value)
    assert CANARY not in said
    assert "127.0.0.1" not in said
    return said


def test_a_reply_is_streamed_word_by_word_and_collected(model_server: ModelServer) -> None:
    model_server.script(Sent("Nine leaders came."))
    reply = Reply()
    pieces = [piece for piece in writer(model_server.url).stream(PROMPT, reply) if piece]
    assert pieces == ["Nine", " leaders", " came."]
    assert (reply.text, reply.whole) == ("Nine leaders came.", True)
    assert reply.usage == {"input_tokens": 3, "output_tokens": 3, "total_tokens": 6}
    (request,) = model_server.requests
    assert request.messages == [("system", "Be brief."), ("user", "Why?")]
    assert (request.body["stream"], request.body["max_completion_tokens"]) == (True, 800)
    assert request.headers["authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "the evidence is too long for openai:test (HTTP 400); lower NEWSDESK_EVIDENCE_TOKENS"),
        (401, "openai:test refused the key (HTTP 401); set NEWSDESK_LLM_API_KEY"),
        (404, "openai:test is not known there (HTTP 404); check NEWSDESK_LLM and NEWSDESK_LLM_BASE_URL"),
        (429, "openai:test has too many requests (HTTP 429); wait 30 seconds and ask again"),
        (500, "openai:test is in trouble (HTTP 500); ask again later"),
        (503, "openai:test is in trouble (HTTP 503); ask again later"),
    ],
)
def test_a_refused_request_is_explained(model_server: ModelServer, status: int, said: str) -> None:
    model_server.script(Sent(status=status))
    assert failure(writer(model_server.url)) == said
    assert len(model_server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_model_is_asked_again(model_server: ModelServer, status: int) -> None:
    model_server.script(Sent(status=status, retry_after=0), Sent(status=status, retry_after=0), Sent("At last."))
    reply = Reply()
    assert "".join(writer(model_server.url, llm_tries=3).stream(PROMPT, reply)) == "At last."
    assert (len(model_server.requests), reply.whole) == (3, True)


def test_no_more_than_the_given_tries(model_server: ModelServer) -> None:
    model_server.reply = lambda body: Sent(status=429, retry_after=0)
    assert failure(writer(model_server.url, llm_tries=3)).startswith("openai:test has too many requests")
    assert len(model_server.requests) == 3


def test_a_wrong_key_is_not_tried_again(model_server: ModelServer) -> None:
    model_server.reply = lambda body: Sent(status=401)
    failure(writer(model_server.url, llm_tries=3))
    assert len(model_server.requests) == 1


def test_a_server_that_asks_for_an_hour_is_not_waited_for(model_server: ModelServer) -> None:
    model_server.reply = lambda body: Sent(status=429, retry_after=3600)
    assert failure(writer(model_server.url, llm_tries=3)).endswith("(HTTP 429); wait 3600 seconds and ask again")
    assert len(model_server.requests) == 1


def test_a_try_that_would_come_too_late_is_not_made(model_server: ModelServer) -> None:
    model_server.reply = lambda body: Sent(status=503, retry_after=25)
    assert "HTTP 503" in failure(writer(model_server.url, llm_tries=3, llm_total_s=20))
    assert len(model_server.requests) == 1


def test_a_nonsensical_retry_after_is_passed_over(model_server: ModelServer) -> None:
    model_server.script(Sent(status=429, retry_after=-5), Sent("Here."))
    assert "".join(writer(model_server.url, llm_tries=2).stream(PROMPT, Reply())) == "Here."


def test_a_refused_connection() -> None:
    with refused_url() as url:
        said = failure(writer(url, llm_tries=2))
    assert said == "openai:test cannot be reached; is its server running, and is NEWSDESK_LLM_BASE_URL right?"


@pytest.mark.parametrize("hang", ["headers", "first token"])
def test_silence_before_the_first_token(model_server: ModelServer, hang: Literal["headers", "first token"]) -> None:
    model_server.script(Sent("Never.", hang=hang))
    said = failure(writer(model_server.url, llm_first_token_s=1.0, llm_token_s=PATIENCE_S))
    assert said == "openai:test did not begin to answer within 1 seconds; ask again"
    assert model_server.abandoned.wait(PATIENCE_S)


def test_tokens_that_stop_coming(model_server: ModelServer) -> None:
    model_server.script(Sent("one two three", pause_s=2 * PATIENCE_S, pause_from=1))
    reply = Reply()
    said = failure(writer(model_server.url, llm_token_s=0.3), reply)
    assert said == "openai:test stopped writing and did not go on for 0.3 seconds; ask again"
    assert (reply.text, reply.whole) == ("one", False)
    assert model_server.abandoned.wait(PATIENCE_S)


def test_slow_tokens_all_arrive(model_server: ModelServer) -> None:
    model_server.script(Sent("one two", pause_s=0.3))
    reply = Reply()
    pieces = list(writer(model_server.url).stream(PROMPT, reply))
    assert ("".join(pieces), reply.whole) == ("one two", True)


def test_an_answer_that_never_ends_is_stopped_at_its_limit(model_server: ModelServer) -> None:
    model_server.script(Sent("word " * 10_000, pause_s=0.02))
    said = failure(writer(model_server.url, llm_total_s=1.0))
    assert said == "openai:test was not done within 1 seconds; ask again"
    assert model_server.abandoned.wait(PATIENCE_S)


def test_a_model_that_ignores_its_number_of_tokens_is_stopped(model_server: ModelServer) -> None:
    model_server.script(Sent("word " * 2_000))
    said = failure(writer(model_server.url, llm_max_tokens=100))
    assert said == "openai:test wrote far more than 100 tokens and was stopped"


@pytest.mark.parametrize("cut", ["clean", "broken"])
@pytest.mark.parametrize("after", range(0, 15, 2))
def test_a_cut_stream_is_never_whole(model_server: ModelServer, after: int, cut: Literal["clean", "broken"]) -> None:
    model_server.script(Sent(WORDS, cut_after=after, cut=cut))
    reply = Reply()
    said = failure(writer(model_server.url), reply)
    assert reply.text == "".join(Sent(WORDS).pieces[:after])
    assert not reply.whole
    assert "in the middle of the answer" in said or (not after and "cannot be reached" in said)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (Sent("cut", finish_reason="length"), "openai:test was cut off at 800 tokens; raise NEWSDESK_LLM_MAX_TOKENS"),
        (Sent("no", finish_reason="content_filter"), "openai:test refused to answer this question"),
        (Sent("no", finish_reason="SAFETY"), "openai:test refused to answer this question"),
        (
            Sent("cut", finish_reason="MAX_TOKENS"),
            "openai:test was cut off at 800 tokens; raise NEWSDESK_LLM_MAX_TOKENS",
        ),
        (Sent("hm", finish_reason="pause_turn"), "openai:test ended before it was done (pause_turn); ask again"),
        (Sent(tool=("f", {})), "openai:test ended before it was done (tool_calls); ask again"),
        (Sent(""), "openai:test gave an empty answer; ask again"),
        (Sent(" \n "), "openai:test gave an empty answer; ask again"),
        (Sent(malformed=True), "openai:test sent what cannot be read; is NEWSDESK_LLM_BASE_URL right?"),
    ],
)
def test_an_end_that_is_no_end(model_server: ModelServer, sent: Sent, said: str) -> None:
    model_server.script(sent)
    reply = Reply()
    assert failure(writer(model_server.url), reply) == said
    assert not reply.whole


@pytest.mark.parametrize("reason", ["STOP", "end_turn", "FinishReason.STOP"])
def test_every_provider_s_word_for_a_whole_answer(model_server: ModelServer, reason: str) -> None:
    model_server.script(Sent("Yes.", finish_reason=reason))
    reply = Reply()
    assert ("".join(writer(model_server.url).stream(PROMPT, reply)), reply.whole) == ("Yes.", True)


def test_the_breaker_leaves_a_failing_model_alone(model_server: ModelServer) -> None:
    model_server.reply = lambda body: Sent(status=500)
    asked = writer(model_server.url)
    for _ in range(BREAK_AFTER):
        assert "HTTP 500" in failure(asked)
    assert failure(asked).startswith("openai:test failed 5 times in a row; it is left alone for")
    assert len(model_server.requests) == BREAK_AFTER


def test_an_answer_in_between_closes_the_breaker(model_server: ModelServer) -> None:
    asked = writer(model_server.url)
    broken = [Sent(status=500)] * (BREAK_AFTER - 1)
    model_server.script(*broken, Sent("Fine."), *broken, Sent("Fine again."))
    for _ in range(2):
        for _ in broken:
            failure(asked)
        assert "".join(asked.stream(PROMPT, Reply())).startswith("Fine")


def test_refusals_and_long_answers_do_not_trip_the_breaker(model_server: ModelServer) -> None:
    asked = writer(model_server.url)
    model_server.script(*[Sent("cut", finish_reason="length")] * (BREAK_AFTER + 1), Sent("Fine."))
    for _ in range(BREAK_AFTER + 1):
        assert "was cut off" in failure(asked)
    assert "".join(asked.stream(PROMPT, Reply())) == "Fine."


def test_a_reply_that_is_left_at_its_end_leaves_no_connection_open(model_server: ModelServer) -> None:
    asked, before = writer(model_server.url), model_server.connections
    model_server.script(*[Sent("cut", finish_reason="length")] * 60)
    for _ in range(60):
        assert "was cut off" in failure(asked)
    wait_until(lambda: model_server.connections <= before)
    gc.collect()  # What this closed instead is reported, and fails the test.


@pytest.mark.parametrize(
    "sent",
    [Sent("word " * 500, pause_s=0.05), Sent("Never.", hang="headers"), Sent("Never.", hang="first token")],
    ids=["while it writes", "before it answers", "before the first token"],
)
def test_closing_the_stream_cancels_the_request(model_server: ModelServer, sent: Sent) -> None:
    model_server.script(sent)
    asked = writer(model_server.url)
    stream = asked.stream(PROMPT, Reply())
    while not model_server.requests:
        next(stream)
    assert isinstance(stream, Iterator)
    stream.close()  # type: ignore[attr-defined]
    assert model_server.abandoned.wait(PATIENCE_S)
    model_server.script(Sent("Next."))
    assert "".join(asked.stream(PROMPT, Reply())) == "Next."


def test_each_of_many_streams_that_are_closed_while_words_come_is_cancelled() -> None:
    with ExitStack() as stack:  # A cancellation that met a word on its way was lost about once in five times.
        servers = [stack.enter_context(ModelServer()) for _ in range(12)]
        for server in servers:
            server.script(Sent("word " * 3000, pause_s=0.01))
            stream = writer(server.url).stream(PROMPT, Reply())
            while not next(stream):
                pass
            stream.close()  # type: ignore[attr-defined]
        assert [n for n, server in enumerate(servers) if not server.abandoned.wait(PATIENCE_S)] == []


def test_outages_are_told_from_other_failures(model_server: ModelServer) -> None:
    model_server.script(Sent(WORDS, cut_after=3), Sent("", finish_reason="content_filter"))
    asked = writer(model_server.url)
    with pytest.raises(Outage):
        list(asked.stream(PROMPT, Reply()))
    with pytest.raises(ModelError) as raised:
        list(asked.stream(PROMPT, Reply()))
    assert not isinstance(raised.value, Outage)


@pytest.mark.parametrize(
    ("llm", "url", "said"),
    [
        ("nosuch:x", "", "nosuch is not a provider that LangChain knows; write it as provider:name"),
        (
            "gpt-5-mini",
            "",
            'no provider or no model in it; write it as provider:name, for instance "openai:gpt-5-mini"',
        ),
        ("openai:", "", 'no provider or no model in it; write it as provider:name, for instance "openai:gpt-5-mini"'),
        ("groq:x", "", "the client for groq is not installed; run `pip install langchain-groq`"),
        (
            "google_genai:x",
            "",
            "the client for google_genai is not installed; run `pip install langchain-google-genai`",
        ),
        (
            "openai:x",
            "http://10.9.8.7:port",
            "NEWSDESK_LLM_BASE_URL is no address; write it like http://localhost:8080/v1",
        ),
    ],
)
def test_a_model_that_cannot_be_made(llm: str, url: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        chat_model(model_settings(url, llm=llm))
    assert str(raised.value) == f"NEWSDESK_LLM={llm}: {said}"
    assert CANARY not in str(raised.value)
    assert "10.9.8.7" not in str(raised.value)
