import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.batch import Batch, Reply, batch_name, outcomes, read_replies, requests, write_requests
from eval.question import Question
from rag.model import Answer, Filters, Turn

NOW = datetime(2026, 1, 2, tzinfo=UTC)
BATCH = Batch("b1", NOW)
QUESTIONS = [Question(key, f"{key}?", ("x",)) for key in ("a:1", "b", "c", "d", "e")] + [
    Question("n", "refuse", type="null")
]


@dataclass(frozen=True)
class Sent:
    messages: tuple[tuple[str, str], ...]
    boundary: str


class Desk:
    """Prompt with a new random line each time, refuse what says so, and answer with the reply."""

    def __init__(self, today: str = "") -> None:
        self.count = 0
        self._today = today

    def prompt_for(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
    ) -> Sent | Answer:
        self.count += 1
        if question == "refuse":
            return Answer(question, "not_found", "Not here.")
        line = f"line-{self.count}"
        return Sent((("system", "Cite."), ("user", f"{line} {question} {now} {self._today}")), line)

    def answer_from(self, prompt: Any, reply_text: str) -> Answer:
        return Answer("?", "answered", reply_text.upper(), prompt=prompt.messages)


def exported() -> list[dict[str, Any]]:
    return list(requests(Desk(), QUESTIONS, BATCH, "some-model", 300))


def good(key: str, text: str, finish: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return {"custom_id": key, "error": None, "response": {"status_code": 200, "body": {"choices": [choice]}}}


def test_requests_are_what_would_be_sent(tmp_path: Path) -> None:
    rows = exported()
    assert write_requests(tmp_path / "requests.jsonl", rows) == 5
    first = json.loads((tmp_path / "requests.jsonl").read_text().splitlines()[0])
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["custom_id"].startswith("b1:a:1:")
    assert first["body"] == {
        "model": "some-model",
        "messages": [
            {"role": "system", "content": "Cite."},
            {"role": "user", "content": f"line-1 a:1? {NOW} "},
        ],
        "max_completion_tokens": 300,
    }


def test_replies_in_any_order_some_missing_or_failed(tmp_path: Path) -> None:
    ids = [row["custom_id"] for row in exported()]
    rows = [
        good(ids[3], "cut", "length"),
        {
            "custom_id": ids[2],
            "response": {"status_code": 500, "body": {"error": {"message": "overloaded"}}},
            "error": None,
        },
        good(ids[0], "yes"),
        {"custom_id": ids[0], "response": None, "error": {"code": "batch_expired", "message": "expired"}},
    ]
    path = tmp_path / "responses.jsonl"
    path.write_text("\n".join([*map(json.dumps, rows), "{torn", '{"no": "id"}']))
    replies, defects = read_replies(path)
    assert [(defect.item, defect.reason[:12]) for defect in defects] == [
        ("responses.jsonl:5", "no JSON: Exp"),
        ("responses.jsonl:6", "no custom_id"),
    ]
    assert batch_name(replies) == "b1"
    found = {outcome.question.id: outcome for outcome in outcomes(Desk(), QUESTIONS, BATCH, replies)}
    assert found["a:1"].answer is not None
    assert found["a:1"].answer["text"] == "YES"
    assert found["b"].error == "No reply to this question."
    assert found["c"].error == "The model gave no answer: overloaded"
    assert found["d"].status == "incomplete"
    assert found["n"].status == "not_found"


def test_a_reply_to_another_prompt_is_not_scored() -> None:
    replies = {row["custom_id"]: Reply("yes") for row in exported()}
    found = list(outcomes(Desk(today="changed"), QUESTIONS[:1], BATCH, replies))
    assert found[0].error.startswith("The reply is to another prompt")


def test_an_empty_reply_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "responses.jsonl"
    path.write_text(json.dumps({"custom_id": "b1:a:0", "response": {"status_code": 200, "body": {}}}))
    assert read_replies(path)[0]["b1:a:0"].error == "The reply has no message in it."
