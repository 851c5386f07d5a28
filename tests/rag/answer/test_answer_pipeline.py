"""From a question to a checked answer, with a real client and a model that does well, badly, or not at all."""

import json
import logging
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from rag import Answer, Assistant, Turn
from rag.answer.answer_building import NOT_FOUND
from tests.model_server import Body, ModelServer, Reply, refused_url
from tests.rag.conftest_answers import CANARY, NOT_HELD, TOLL, place, with_model
from tests.waiting import PATIENCE_S

NOW = datetime(2024, 8, 1, tzinfo=UTC)
TRUE = "The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"


@pytest.fixture(scope="module")
def assistant(newsroom_on_both_records: Assistant) -> Assistant:
    return newsroom_on_both_records


def prompted(body: Body) -> str:
    return str(body["messages"][-1]["content"])


def citing(text: str, words: str = "harbour toll rises") -> "Writes":
    """Return a model that writes a text; N in it becomes the number of the passage that holds some words."""
    return Writes(text, words)


class Writes:
    """A model that writes one text to every prompt."""

    def __init__(self, text: str, words: str) -> None:
        self.text = text
        self.words = words

    def __call__(self, body: Body) -> str:
        return self.text.replace("N", str(place(prompted(body), self.words)))


def asked(assistant: Assistant, server: ModelServer, text: str, question: str = TOLL) -> Answer:
    server.reply = citing(text)
    return with_model(assistant, server.url).ask(question, now=NOW)


def quoted_only(answer: Answer) -> bool:
    """Tell whether every sentence of an answer stands in an article, and each is cited."""
    return bool(answer.claims) and all(
        claim.supported and claim.citations and any(claim.text in c.passage.article.body for c in answer.citations)
        for claim in answer.claims
    )


def test_without_a_model_the_answer_is_verbatim_and_cited(assistant: Assistant) -> None:
    answer = assistant.ask(TOLL, now=NOW)
    assert (answer.status, answer.model, answer.prompt) == ("answered", "none", ())
    assert answer.text.startswith(
        f"**Coast Wire, 5 March 2024 – Selmouth harbour toll goes up in June**\n{TRUE}, the port authority said on Tuesday [1]."
    )
    assert quoted_only(answer)
    cited = answer.citations[0]
    assert cited.passage.article.id == "toll"
    assert cited.passage.article.body[cited.start : cited.end] == cited.quote
    assert TRUE in cited.quote


def test_marks_inside_an_article_are_no_citations(assistant: Assistant) -> None:
    answer = assistant.ask("Did the council of Arden shelve the tram line to Westgate?", now=NOW)
    assert {c.passage.article.id for c in answer.citations} == {"tram"}
    assert {c.n for c in answer.citations} == {1}


def test_a_model_s_answer_is_streamed_checked_and_recorded(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply = citing(f"{TRUE} [N].")
    events = list(with_model(assistant, model_server.url).stream(TOLL, now=NOW))
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["searching", "reading", "writing", "checking", "done"]
    texts = [event.text for event in events if event.stage == "writing"]
    assert texts[0] == "The"
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    answer = events[-1].answer
    assert answer is not None
    assert (answer.status, answer.text) == ("answered", f"{TRUE} [1].")
    assert [(c.n, c.passage.article.id) for c in answer.citations] == [(1, "toll")]
    assert [claim.verdict for claim in answer.claims] == ["unchecked"]
    assert (answer.model, answer.usage["output_tokens"]) == ("openai:test", 16)  # One is that of the plan.
    assert [role for role, _ in answer.prompt] == ["system", "user"]
    assert set(answer.timings_ms) == {"plan", "retrieve", "read", "write", "check"}


def test_numbers_of_no_passage_are_dropped(assistant: Assistant, model_server: ModelServer) -> None:
    answer = asked(assistant, model_server, f"{TRUE} [N][77]. It is so [99].")
    assert answer.text.startswith(f"{TRUE} [1].")
    assert "77" not in answer.text
    assert "99" not in answer.text
    assert [c.n for c in answer.citations] == [1]


def test_an_unsupported_claim_stays_and_is_marked(assistant: Assistant, model_server: ModelServer) -> None:
    answer = asked(assistant, model_server, f"{TRUE} [N]. The Moon Bank paid 77 million crowns for it [N].")
    assert [claim.verdict for claim in answer.claims] == ["unchecked", "flagged"]
    assert "Moon Bank" in answer.text
    assert answer.claims[1].reason


def test_prose_without_any_support_gives_way_to_the_archive(assistant: Assistant, model_server: ModelServer) -> None:
    answer = asked(assistant, model_server, "The Moon Bank paid 77 million crowns in 1968 [N].")
    assert answer.status == "answered"
    assert "Moon Bank" not in answer.text
    assert quoted_only(answer)
    assert "Every statement that the model wrote" in answer.notes[-1]


@pytest.mark.parametrize("text", ["NOT IN THE ARCHIVE", "Not in the archive.", "**NOT IN THE ARCHIVE**"])
def test_a_model_that_finds_nothing_refuses(assistant: Assistant, model_server: ModelServer, text: str) -> None:
    server_says = text.replace("N", "\u0000").replace("\u0000", "N")
    model_server.reply = lambda body: server_says
    answer = with_model(assistant, model_server.url).ask(TOLL, now=NOW)
    assert (answer.status, answer.text, answer.citations) == ("not_found", NOT_FOUND, ())
    assert answer.nearest[0].id == "toll"


def test_a_part_that_is_missing_does_not_refuse_the_rest(assistant: Assistant, model_server: ModelServer) -> None:
    answer = asked(assistant, model_server, f"{TRUE} [N]. Who pays for it is not in the archive.")
    assert (answer.status, answer.claims[0].verdict) == ("answered", "unchecked")


def test_code_refuses_before_any_model_is_asked(assistant: Assistant, model_server: ModelServer) -> None:
    twin = with_model(assistant, model_server.url)
    answer = twin.ask(NOT_HELD, now=NOW)
    assert (answer.status, answer.text, answer.citations) == ("not_found", NOT_FOUND, ())
    assert 1 <= len(answer.nearest) <= 3
    assert model_server.requests == []


def test_the_budget_of_tokens_holds_for_what_is_sent(assistant: Assistant, model_server: ModelServer) -> None:
    twin = with_model(assistant, model_server.url, evidence_tokens=200)
    twin.ask(TOLL, now=NOW)
    blocks = model_server.requests[0].text.split(" ===\n", 1)[1].split("\n=== end")[0]
    assert twin.pipeline.count(blocks) <= 200
    assert blocks.startswith("[1] Selmouth harbour toll goes up in June\nOutlet: Coast Wire; published: 5 March 2024\n")


def test_a_follow_up_is_asked_in_full(assistant: Assistant, model_server: ModelServer) -> None:
    history = (Turn("user", TOLL), Turn("assistant", f"{TRUE} [1]."))
    model_server.reply = citing("Ines Calder said: “Dredging has to be paid for” [N].", "Dredging has")
    answer = with_model(assistant, model_server.url).ask("Who is the harbour master there?", history, now=NOW)
    assert "Selmouth" in answer.standalone
    assert f"Conversation so far:\nuser: {TOLL}\nassistant: {TRUE} (1).\n" in model_server.requests[-1].text
    assert (answer.status, answer.citations[0].passage.article.id) == ("answered", "toll")


SOON = {"llm_first_token_s": 0.3}
FAULTS: dict[str, tuple[Reply, str, dict[str, float]]] = {
    "401": (Reply(status=401), "refused the key (HTTP 401)", {}),
    "429": (Reply(status=429), "too many requests (HTTP 429)", {}),
    "500": (Reply(status=500), "in trouble (HTTP 500)", {}),
    "hang": (Reply(hang="headers"), "did not begin to answer within 0.3 seconds", SOON),
    "silence": (Reply(hang="first token"), "did not begin to answer within 0.3 seconds", SOON),
    "stall": (
        Reply(f"{TRUE} [1].", pause_s=2 * PATIENCE_S, pause_from=1),
        "did not go on for 0.3 seconds",
        {"llm_token_s": 0.3},
    ),
    "cut": (Reply(f"{TRUE} [1].", cut_after=5), "in the middle of the answer", {}),
    "broken": (Reply(f"{TRUE} [1].", cut_after=5, cut="broken"), "in the middle of the answer", {}),
    "length": (Reply(f"{TRUE}", finish_reason="length"), "was cut off at 800 tokens", {}),
    "filter": (Reply("I", finish_reason="content_filter"), "refused to answer", {}),
    "empty": (Reply(""), "gave an empty answer", {}),
    "malformed": (Reply(malformed=True), "sent what cannot be read", {}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_model_leaves_the_evidence_and_a_sentence(
    assistant: Assistant, model_server: ModelServer, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply, said, limits = FAULTS[fault]
    model_server.script(reply)
    with caplog.at_level(logging.DEBUG):
        events = list(with_model(assistant, model_server.url, **limits).stream(TOLL, now=NOW))
    answer = events[-1].answer
    assert answer is not None
    assert answer.status == "incomplete"
    assert said in answer.notes[-1]
    assert answer.notes[-1].endswith("These are the sentences of the archive instead.")
    assert quoted_only(answer)
    assert answer.citations[0].passage.article.id == "toll"
    everything = json.dumps(answer.to_record()) + "".join(e.text for e in events) + caplog.text + repr(answer)
    assert CANARY not in everything
    assert model_server.url.partition("//")[2].partition("/")[0] not in json.dumps(answer.to_record())


def test_a_model_that_nobody_runs(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    with refused_url() as url, caplog.at_level(logging.DEBUG):
        answer = with_model(assistant, url).ask(TOLL, now=NOW)
    assert answer.status == "incomplete"
    assert "cannot be reached; is its server running, and is NEWSDESK_LLM_BASE_URL right? These" in answer.notes[-1]
    assert quoted_only(answer)
    assert CANARY not in json.dumps(answer.to_record()) + caplog.text


@pytest.mark.parametrize("after", range(1, 14, 3))
def test_half_an_answer_is_never_given(assistant: Assistant, model_server: ModelServer, after: int) -> None:
    half = Reply(f"{TRUE} [1].", cut_after=after)
    model_server.script(half)
    answer = with_model(assistant, model_server.url).ask(TOLL, now=NOW)
    assert answer.status == "incomplete"
    assert answer.text != "".join(half.pieces[:after])
    assert quoted_only(answer)


def test_closing_the_stream_stops_the_model(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.script(Reply("word " * 1000, pause_s=0.05))
    stream = with_model(assistant, model_server.url).stream(TOLL, now=NOW)
    for event in stream:
        if event.stage == "writing":
            break
    stream.close()  # type: ignore[attr-defined]
    assert model_server.abandoned.wait(PATIENCE_S)


def test_a_silent_model_can_be_stopped_too(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.script(Reply(hang="first token"))
    stream = with_model(assistant, model_server.url).stream(TOLL, now=NOW)
    for _ in stream:
        if model_server.requests:
            break
    stream.close()  # type: ignore[attr-defined]
    assert model_server.abandoned.wait(PATIENCE_S)


def test_the_archive_folder_holds_no_key(assistant: Assistant, model_server: ModelServer, tmp_path: Path) -> None:
    with_model(assistant, model_server.url).ask(TOLL, now=NOW)
    held = [p for p in assistant.settings.data_dir.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]
    assert held == []
    assert CANARY not in "".join(text for _, text in model_server.requests[0].messages)


@pytest.mark.parametrize(
    ("question", "later"),
    [
        ("What happened at Selmouth harbour in 2031?", True),
        ("What did the Selmouth port authority say after 20 July 2024?", True),
        ("When does the Selmouth harbour toll rise?", False),
        ("What did the council of Arden decide in 2022?", False),
    ],
)
def test_a_time_after_the_newest_article_is_said(assistant: Assistant, question: str, later: bool) -> None:
    answer = assistant.ask(question, now=NOW)
    note = "Nothing in the archive is dated after 18 July 2024, and the question asks about a later time."
    assert (note in answer.notes) == later
    assert (answer.asked_at, answer.archive_until) == (NOW, datetime(2024, 7, 18, 8, tzinfo=UTC))


def test_last_week_is_later_than_an_old_archive(assistant: Assistant) -> None:
    answer = assistant.ask("What was reported about Selmouth last week?", now=datetime(2025, 3, 1, tzinfo=UTC))
    assert answer.notes[0].startswith("No article passes the filter (last week)")
    assert answer.notes[-1].startswith("Nothing in the archive is dated after 18 July 2024")


def test_what_is_published_after_the_stated_now_is_not_there_yet(assistant: Assistant) -> None:
    answer = assistant.ask(TOLL, now=datetime(2024, 4, 1, tzinfo=UTC))
    assert answer.archive_until == datetime(2024, 3, 5, 8, tzinfo=UTC)
