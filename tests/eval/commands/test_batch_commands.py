import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.__main__ import app
from eval.json_lines import read_json_lines
from eval.measures import score
from eval.question_result import Outcome
from eval.runs.run_folder import open_run
from tests import http_client
from tests.eval.newsroom import ARTICLES
from tests.model_server import Body, ModelServer, Reply

AS_OF = "2018-03-31"
QUESTIONS: list[dict[str, Any]] = [
    {"id": "yahoo", "question": "How many accounts did Yahoo say were affected?", "answer": "3 billion",
     "type": "number", "as_of": AS_OF, "evidence": [{"article_id": "yahoo", "quote": "all 3 billion accounts"}]},
    {"id": "dubai", "question": "How many states signed the treaty in Dubai?", "answer": "Eighty-nine",
     "type": "number", "as_of": AS_OF, "evidence": [{"article_id": "dubai", "quote": "Eighty-nine states signed"}]},
    {"id": "more", "question": "And how many did not sign?", "answer": "Fifty-five", "type": "followup",
     "as_of": AS_OF, "evidence": [{"article_id": "dubai", "quote": "Fifty-five did not sign"}],
     "history": [{"role": "user", "content": "How many states signed the treaty in Dubai?"},
                 {"role": "assistant", "content": "Eighty-nine states signed it [1]."}]},
    {"id": "null", "question": "Who won the 2015 Rugby World Cup?", "type": "null", "as_of": AS_OF},
]  # fmt: skip


def first_passage(body: Body) -> Reply:
    """Say what the first passage of the prompt says, and, of the treaty, something that no passage does."""
    text = body["messages"][-1]["content"]
    match = re.search(r"^\[1\] .*\n.*\n(.*)$", text, re.MULTILINE)
    assert match
    return Reply(f"{match.group(1)} [1]" + (" Ninety senators met in Rome [1]." if "treaty" in match.group(1) else ""))


def call(server: ModelServer, *arguments: object) -> Result:
    env = {"NEWSDESK_LLM_BASE_URL": server.url, "NEWSDESK_LLM_API_KEY": "key", "NEWSDESK_PLAN_S": "60"}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=env)


def answered(server: ModelServer, requests: Path, responses: Path) -> list[dict[str, Any]]:
    """Put each request to the server, and write its replies in reverse order; return the requests."""
    rows = [row for _, row in read_json_lines(requests) if isinstance(row, dict)]
    lines = []
    for row in reversed(rows):
        reply = http_client.post(server.url.removesuffix("/v1") + row["url"], json=row["body"])
        response = {"status_code": reply.status_code, "request_id": "r", "body": reply.json()}
        lines.append(json.dumps({"id": "x", "custom_id": row["custom_id"], "response": response, "error": None}))
    responses.write_text("\n".join(lines))
    return rows


def told(outcome: Outcome) -> dict[str, Any]:
    """Return what two runs of the same must have in common: not times, the prompt's random line, the provider's name."""
    record: dict[str, Any] = json.loads(json.dumps(outcome.to_record()).replace("openai:test", "test"))
    record.pop("timings_ms")
    record["answer"] = {k: v for k, v in record["answer"].items() if k not in ("timings_ms", "prompt", "model")}
    return record


def without_boundary(body: Body) -> str:
    return re.sub(r"(?:passages|conversation|material)-[0-9a-f]{16}", "", json.dumps(body, sort_keys=True))


def sent(*rows: dict[str, Any]) -> list[str]:
    """Return the bodies of requests as a client streams them, whatever random line is in them, in order."""
    streaming = {"stream": True, "stream_options": {"include_usage": True}}
    return sorted(without_boundary(row["body"] | streaming) for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "small"
    path.mkdir()
    (path / "articles.jsonl").write_text("\n".join(json.dumps(article.to_record()) for article in ARTICLES))
    (path / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    return path


def test_export_answer_score_equals_the_live_run(folder: Path, tmp_path: Path, model_server: ModelServer) -> None:
    model_server.reply = first_passage
    out, requests, responses = tmp_path / "runs", tmp_path / "requests.jsonl", tmp_path / "responses.jsonl"
    llm = ("--llm", "openai:test", "--out", out)
    result = call(model_server, "run", folder, *llm, "--no-baselines", "--name", "live")
    assert result.exit_code == 0, result.output
    asked = [r.body for r in (*model_server.plans, *model_server.requests, *model_server.verifications)]
    result = call(model_server, "batch", "export", folder, *llm, "-o", requests)
    assert result.exit_code == 0, result.output
    received = (model_server.plans, model_server.requests, model_server.verifications)
    assert sum(map(len, received)) == len(asked)  # nothing is asked on the way

    rows, stages = answered(model_server, requests, responses), list[str]()
    while True:
        result = call(model_server, "batch", "next", responses, "--out", out, "-o", requests)
        if "none left" in result.output:
            break
        stages += re.findall(r"\d \w+(?=[,)])", result.output)
        before = responses.read_text()
        rows += answered(model_server, requests, responses)
        responses.write_text(f"{before}\n{responses.read_text()}")
    assert stages[0] == "3 write"
    assert sent(*rows) == sorted(map(without_boundary, asked))

    result = call(model_server, "batch", "score", responses, "--out", out, "--no-baselines", "--name", "scored")
    assert result.exit_code == 0, result.output
    live, scored = open_run(out / "live"), open_run(out / "scored")
    assert [told(outcome) for outcome in scored.outcomes()] == [told(outcome) for outcome in live.outcomes()]
    assert score(scored.outcomes()) == score(live.outcomes())
    assert scored.summaries()["newsdesk"].figures == live.summaries()["newsdesk"].figures
    assert scored.manifest.llm == "batch of test"
    statuses = {outcome.question.id: outcome.status for outcome in live.outcomes()}
    assert statuses == {"yahoo": "answered", "dubai": "answered", "more": "answered", "null": "not_found"}
    supported = live.summaries()["newsdesk"].figures["all"]["claims supported"]
    assert 0 < supported.mean < 1  # both verdicts of the check went round


def test_questions_that_changed_are_not_scored(folder: Path, tmp_path: Path, model_server: ModelServer) -> None:
    requests, responses = tmp_path / "requests.jsonl", tmp_path / "responses.jsonl"
    result = call(model_server, "batch", "export", folder, "--llm", "openai:test", "-o", requests, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    answered(model_server, requests, responses)
    (folder / "questions.jsonl").write_text(json.dumps(QUESTIONS[0] | {"answer": "4 billion"}))
    result = call(model_server, "batch", "score", responses, "--out", tmp_path)
    assert "are not those of the export any more" in str(result.exception)
