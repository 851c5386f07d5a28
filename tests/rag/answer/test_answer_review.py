"""The second reading of answers, and their mending, with the real client and a model that reads well, badly, or not at all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rag import Answer, Assistant
from rag.answer.answer_review import AnswerReview, make_check
from rag.llm.prompt import Prompt
from rag.llm.verification_prompt import VERDICT_SCHEMA
from tests.model_server import Body, ModelServer, Reply
from tests.rag.answer.test_answer_pipeline import citing
from tests.rag.conftest_answers import TOLL, FixedWriter, place, with_model

NOW = datetime(2024, 8, 1, tzinfo=UTC)
RISES = "From June 2024 ships pay 12 crowns in Selmouth [N]."
WRONG = "The toll was lowered after protests by skippers [N]."
CARRIED = "The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"


def judged(**verdicts: dict[str, Any]) -> Callable[[Body], str]:
    """Return a verifier that judges each claim by words in it, and cites the first passage that the claim cites."""

    def reply(body: Body) -> str:
        claims = str(body["messages"][-1]["content"]).split("Claims:\n")[1].splitlines()
        rows = []
        for line in claims[:-1]:
            number, _, text = line.partition(". ")
            cited = text.rpartition("cites [")[2].partition("]")[0]
            for words, verdict in verdicts.items():
                if words in text:
                    evidence = [{"passage": int(cited or 0), "words": w} for w in verdict.get("words", ())]
                    rows.append({"claim": int(number), "problem": "", **verdict, "evidence": evidence})
        return json.dumps({"verdicts": rows})

    return reply


READS_WELL = judged(
    crowns={"verdict": "supported", "words": [CARRIED]},
    lowered={"verdict": "contradicted", "words": [CARRIED], "problem": "it rises"},
)


def asked(assistant: Assistant, server: ModelServer, text: str, **changes: Any) -> Answer:
    if text:
        server.reply = citing(text)
    return with_model(assistant, server.url, **{"verifier": "", **changes}).ask(TOLL, now=NOW)


def test_claims_are_read_against_what_they_cite(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = READS_WELL
    answer = asked(assistant, model_server, f"{RISES} {WRONG}", mend=False)
    assert [(claim.verdict, claim.read) for claim in answer.claims] == [("supported", True), ("flagged", True)]
    assert CARRIED in answer.claims[1].reason
    assert CARRIED in [citation.quote for citation in answer.citations]
    assert answer.notes == ()
    assert {"write", "check", "verify"} <= set(answer.timings_ms)
    (request,) = model_server.verifications
    assert request.body["response_format"]["json_schema"]["schema"]["properties"].keys() == {"verdicts"}
    assert TOLL not in request.text
    assert "When does" not in str(request.body)


def test_the_answer_shows_while_it_is_read_again(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply, model_server.verify = citing(RISES), READS_WELL
    events = list(with_model(assistant, model_server.url, verifier="").stream(TOLL, now=NOW))
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["searching", "reading", "writing", "checking", "verifying", "done"]
    before = next(event for event in events if event.stage == "verifying")
    assert before.answer is not None
    assert [claim.verdict for claim in before.answer.claims] == ["unchecked"]
    last = events[-1].answer
    assert last is not None
    assert last.text == before.text == before.answer.text
    assert [claim.verdict for claim in last.claims] == ["supported"]


def test_what_fails_is_mended_once_and_checked_again(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = READS_WELL
    number = "N"
    model_server.reply = lambda body: (
        RISES.replace("N", "1") + " It was announced by the port authority [1]."
        if body["messages"][-2]["role"] == "assistant"
        else citing(f"{RISES} {WRONG}")(body)
    )
    answer = asked(assistant, model_server, "")
    assert WRONG.removesuffix(f" [{number}].") not in answer.text
    assert [claim.verdict for claim in answer.claims] == ["supported", "unchecked"]
    drafted, mended = model_server.requests
    assert mended.messages[: len(drafted.messages)] == drafted.messages
    assert mended.messages[-2][1].startswith("From June 2024")
    assert "lowered after protests" in mended.text
    assert CARRIED in mended.text
    assert "12 crowns" not in mended.text.replace(CARRIED, "")
    assert len(model_server.verifications) == 1
    assert {"verify", "mend"} <= set(answer.timings_ms)


@pytest.mark.parametrize(
    "worse",
    [
        Reply(f"{WRONG.replace('N', '1')} It cost 77 crowns [1]."),
        Reply(status=500),
        Reply("The toll", cut_after=1),
        Reply(""),
    ],
)
def test_a_mended_answer_that_is_no_better_is_not_taken(
    assistant: Assistant, model_server: ModelServer, worse: Reply
) -> None:
    model_server.verify = READS_WELL
    model_server.reply = lambda body: (
        worse if body["messages"][-2]["role"] == "assistant" else citing(f"{RISES} {WRONG}")(body)
    )
    answer = asked(assistant, model_server, "")
    assert "lowered after protests" in answer.text
    assert [claim.verdict for claim in answer.claims] == ["supported", "flagged"]
    assert answer.status == "answered"


def test_nothing_is_mended_where_nothing_fails(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = READS_WELL
    asked(assistant, model_server, RISES)
    assert (len(model_server.requests), len(model_server.verifications)) == (1, 1)


def test_a_verbatim_answer_needs_no_second_reading(assistant: Assistant, model_server: ModelServer) -> None:
    sentence = f"{CARRIED}, the port authority said on Tuesday [N]."
    answer = asked(assistant, model_server, sentence)
    assert [claim.verdict for claim in answer.claims] == ["supported"]
    assert model_server.verifications == []


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500),
        Reply(status=401),
        Reply("I find all of it convincing."),
        Reply('{"verdicts": [', cut_after=1),
        Reply(malformed=True),
        Reply(hang="first token"),
        Reply(hang="headers"),
    ],
)
def test_without_a_second_reading_the_rules_stand_and_that_is_told(
    assistant: Assistant, model_server: ModelServer, fault: Reply
) -> None:
    model_server.verify = lambda body: fault
    limits = {"llm_first_token_s": 0.5, "llm_token_s": 0.5} if fault.hang else {}
    answer = asked(assistant, model_server, f"{RISES} The toll brings 77 crowns a year [N].", **limits)
    assert answer.status == "answered"
    assert [(claim.verdict, claim.read) for claim in answer.claims] == [("unchecked", False), ("flagged", False)]
    (note,) = answer.notes
    assert note.startswith("A second reading of the claims was not possible (")
    assert len(model_server.requests) == 1, "nothing is mended by rules alone"


def test_a_server_without_structured_output_is_asked_in_words(assistant: Assistant, model_server: ModelServer) -> None:
    def verify(body: Body) -> Reply | str:
        return Reply(status=400) if "response_format" in body else f"Sure.\n```json\n{READS_WELL(body)}\n```"

    model_server.verify = verify
    twin = with_model(assistant, model_server.url, verifier="")
    model_server.reply = citing(RISES)
    assert [claim.verdict for claim in twin.ask(TOLL, now=NOW).claims] == ["supported"]
    assert [claim.verdict for claim in twin.ask(TOLL, now=NOW).claims] == ["supported"]
    assert ["response_format" in request.body for request in model_server.verifications] == [True, False, False]


def test_where_no_time_is_left_nothing_is_asked(assistant: Assistant) -> None:
    writer = FixedWriter(RISES)
    assistant.with_writer(writer).ask(TOLL, now=NOW)
    (prompt,) = writer.prompts
    assert isinstance(prompt, Prompt)
    text = RISES.replace("[N]", f"[{place(prompt.messages[1][1], 'harbour toll rises')}]")
    (review,) = AnswerReview(writer, writer, mend=True, total_s=10).run(text, make_check(text, prompt), prompt, 9.5)
    assert review is not None
    assert review.checked.text == text
    assert "no time is left" in review.notes[0]
    assert writer.prompts == [prompt]


def test_another_model_may_read(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = READS_WELL
    asked(assistant, model_server, RISES, verifier="openai:careful")
    assert [request.body["model"] for request in model_server.verifications] == ["careful"]


def test_a_closed_answer_asks_for_no_reading(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply = citing(RISES)
    stream = with_model(assistant, model_server.url, verifier="").stream(TOLL, now=NOW)
    while next(stream).stage != "checking":
        pass
    stream.close()  # type: ignore[attr-defined]
    assert model_server.verifications == []


def test_where_all_that_is_left_is_flagged_the_archive_speaks(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = READS_WELL
    answer = asked(assistant, model_server, WRONG, mend=False)
    assert "lowered" not in answer.text
    assert {claim.verdict for claim in answer.claims} == {"supported"}


def test_an_invented_mark_is_told(assistant: Assistant, model_server: ModelServer) -> None:
    answer = asked(assistant, model_server, f"{RISES} It was long planned [47].", verifier="none")
    assert "[47]" not in answer.text
    assert answer.claims[-1].reason == "it cites [47], and there is no such passage"
    assert answer.notes == ("The model cited [47], and there is no such passage.",)


def test_requests_and_replies_may_travel_as_files(assistant: Assistant, model_server: ModelServer) -> None:
    twin = with_model(assistant, model_server.url)
    prompt = twin.prompt_for(TOLL, now=NOW)
    assert not isinstance(prompt, Answer)
    reply = citing(f"{RISES} {WRONG}")({"messages": [{"content": prompt.messages[-1][1]}]})
    number = reply.partition("[")[2].partition("]")[0]
    evidence = [{"passage": int(number), "words": CARRIED}]
    rows = [{"claim": n, "verdict": v, "evidence": evidence} for n, v in ((1, "supported"), (2, "contradicted"))]
    verdicts = json.dumps({"verdicts": rows})
    assert [claim.verdict for claim in twin.answer_from(prompt, reply, verdicts).claims] == ["supported", "flagged"]
    assert [claim.verdict for claim in twin.answer_from(prompt, reply).claims] == ["unchecked", "unchecked"]
    assert twin.answer_from(prompt, "NOT IN THE ARCHIVE.").status == "not_found"
    assert model_server.requests == model_server.plans == []


def test_the_schema_is_strict() -> None:
    """OpenAI refuses a strict schema in which a property is not required."""

    def objects(schema: Any) -> list[dict[str, Any]]:
        if not isinstance(schema, dict):
            return []
        own = [schema] if schema.get("type") == "object" else []
        return own + [found for value in schema.values() for found in objects(value)]

    for schema in objects(VERDICT_SCHEMA):
        assert schema["required"] == list(schema["properties"])
        assert schema["additionalProperties"] is False
