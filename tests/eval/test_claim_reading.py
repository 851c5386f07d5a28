"""Labelled claims read by a model: now, with the real client, and by files."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.__main__ import app
from eval.claim_reading import group_requests
from eval.claim_scoring import read_claims
from tests.eval.test_claim_scoring import written
from tests.model_server import Body, ModelServer, Reply

RUN = CliRunner()
RISES = "The toll rises from 9 to 12 crowns on 1 June"


def read_well(body: Body) -> str:
    """Reply as a careful reader of the five claims would."""
    claims = str(body["messages"][-1]["content"]).split("Claims:\n")[1].splitlines()
    rows: list[dict[str, Any]] = []
    for line in filter(None, claims[:-1]):
        number, _, text = line.partition(". ")
        if text.startswith("The passage does not"):
            said, words = "about the passages", ""
        elif "goes up" in text:
            said, words = "supported", RISES
        else:
            said, words = "contradicted", RISES
        evidence = [{"passage": 1, "words": words}] if words else []
        rows.append({"claim": int(number), "verdict": said, "evidence": evidence, "problem": ""})
    return json.dumps({"verdicts": rows})


def scored(*arguments: str, server: ModelServer | None = None) -> dict[str, Any]:
    env = {"NEWSDESK_LLM_BASE_URL": server.url, "NEWSDESK_LLM_API_KEY": "key"} if server else {}
    done = RUN.invoke(app, ["claims", *arguments, "--json"], env=env)
    assert done.exit_code == 0, done.output
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def test_a_model_reads_the_claims_now(tmp_path: Path, model_server: ModelServer) -> None:
    model_server.verify = read_well
    record = scored(str(written(tmp_path / "toll.jsonl")), "--llm", "openai:test", server=model_server)
    assert record["rules"]["measures"]["caught"]["mean"] == 0.5
    assert record["second reading"]["measures"]["caught"]["mean"] == 1.0
    assert record["second reading"]["measures"]["false alarms"]["mean"] == 0.0
    assert len(model_server.verifications) == 1


def test_where_the_model_fails_the_rules_stand(tmp_path: Path, model_server: ModelServer) -> None:
    model_server.verify = lambda body: Reply(status=401)
    record = scored(str(written(tmp_path / "toll.jsonl")), "--llm", "openai:test", server=model_server)
    assert record["second reading"]["measures"] == record["rules"]["measures"]


def test_requests_and_replies_travel_as_files(tmp_path: Path) -> None:
    claims, requests = written(tmp_path / "toll.jsonl"), tmp_path / "requests.jsonl"
    done = RUN.invoke(app, ["claims", str(claims), "--export", str(requests), "--llm", "openai:test"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in requests.read_text("utf-8").splitlines()]
    assert [row["body"]["model"] for row in rows] == ["test"]
    assert "json_schema" in str(rows[0]["body"]["response_format"])
    replies = tmp_path / "replies.jsonl"
    message = {"message": {"content": read_well(rows[0]["body"])}, "finish_reason": "stop"}
    reply = {"custom_id": rows[0]["custom_id"], "response": {"body": {"choices": [message], "model": "test"}}}
    replies.write_text(json.dumps(reply) + "\n", "utf-8")
    assert scored(str(claims), "--replies", str(replies))["second reading"]["measures"]["caught"]["mean"] == 1.0
    other = {**reply, "custom_id": f"{rows[0]['custom_id'][:-1]}x"}
    replies.write_text(json.dumps(other) + "\n", "utf-8")
    failed = RUN.invoke(app, ["claims", str(claims), "--replies", str(replies)])
    assert failed.exit_code
    assert "Export again" in failed.output + str(failed.exception)


@pytest.mark.parametrize("together", [1, 2, 5])
def test_claims_share_requests_and_passages(tmp_path: Path, together: int) -> None:
    claims = read_claims(written(tmp_path / "toll.jsonl"))
    requests = group_requests(claims, together)
    assert sum(len(request.prompt.claims) for request in requests) == 5
    assert all(request.prompt.messages[1][1].count("Toll rises |") == 1 for request in requests)
    verdicts = {
        name: verdict
        for request in requests
        for name, verdict in request.judge(
            read_well({"messages": [{"content": request.prompt.messages[1][1]}]})
        ).items()
    }
    assert verdicts == {
        "right": "supported",
        "false": "flagged",
        "roles": "flagged",
        "note": "note",
        "lie": "note",
    }
