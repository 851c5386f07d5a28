import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError, SettingsError
from eval.batch import Batch, PromptedQuestion, RecordedReplies, read_batch, request_body, requests, write_requests
from eval.question import Question
from eval.question_result import Outcome
from eval.replies import BatchReply, batch_name, read_replies
from eval.runs.execution import observe
from rag.model import Answer, Filters, Passage, Turn
from rag.settings import Settings

NOW = datetime(2026, 1, 2, tzinfo=UTC)
THEN = datetime(2018, 3, 31, tzinfo=UTC)
BATCH = Batch("b1", NOW, "openai:some-model")
QUESTIONS = [
    Question("a:1", "a:1?", ("x",), as_of=THEN),
    *(Question(key, f"{key}?", ("x",)) for key in "bcde"),
    Question("n", "refuse", type="null"),
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

    def search(
        self,
        question: str,
        k: int = 10,
        filters: Filters | None = None,
        now: datetime | None = None,
        history: Sequence[Turn] = (),
    ) -> list[Passage]:
        return []

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
    ) -> Answer:
        raise AssertionError("a batch asks no model")

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
        return Sent((("system", "Cite."), ("user", f"{line} {question} {now:%Y-%m-%d} {self._today}")), line)

    def answer_from(self, prompt: Any, reply: str) -> Answer:
        return Answer("?", "answered", reply.upper(), prompt=prompt.messages)


def plain(prompt: PromptedQuestion) -> dict[str, Any]:
    return {"messages": [list(message) for message in prompt.messages]}


def exported() -> list[dict[str, Any]]:
    return list(requests(Desk(), QUESTIONS, BATCH, plain))


def scored(replies: Mapping[str, BatchReply], desk: Desk | None = None) -> dict[str, Outcome]:
    system = RecordedReplies(desk or Desk(), BATCH, replies)
    return {question.id: observe(system, question) for question in QUESTIONS}


def good(key: str, text: str, finish: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    usage = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6, "details": {}}
    body = {"choices": [choice], "model": "served-model", "usage": usage}
    return {"custom_id": key, "error": None, "response": {"status_code": 200, "body": body}}


def test_requests_name_batch_question_and_prompt(tmp_path: Path) -> None:
    rows = exported()
    assert write_requests(tmp_path / "requests.jsonl", rows) == 5
    first, second = map(json.loads, (tmp_path / "requests.jsonl").read_text().splitlines()[:2])
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["custom_id"].startswith("b1:a:1:")
    assert first["body"]["messages"] == [["system", "Cite."], ["user", "line-1 a:1? 2018-03-31 "]]
    assert second["body"]["messages"][1] == ["user", "line-2 b? 2026-01-02 "]  # the time of the export


def test_bodies_are_those_of_the_client() -> None:
    prompt = Sent((("system", "Cite."), ("user", "Who?")), "")
    messages = [{"role": "system", "content": "Cite."}, {"role": "user", "content": "Who?"}]
    assert request_body(Settings(llm="openai:some-model", llm_max_tokens=300))(prompt) == {
        "model": "some-model",
        "messages": messages,
        "temperature": 0,
        "max_completion_tokens": 300,
    }
    # These take no temperature; another provider's model is asked in OpenAI's form.
    assert "temperature" not in request_body(Settings(llm="openai:gpt-5-mini"))(prompt)
    assert request_body(Settings(llm="ollama:qwen3:4b"))(prompt)["model"] == "qwen3:4b"
    with pytest.raises(SettingsError, match="No model is named"):
        request_body(Settings(llm=""))


def test_replies_in_any_order_some_missing_or_failed(tmp_path: Path) -> None:
    ids = [row["custom_id"] for row in exported()]
    overloaded = {"status_code": 500, "body": {"error": {"message": "overloaded"}}}
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    rows = [good(ids[3], "cut", "length"), {"custom_id": ids[2], "response": overloaded, "error": None}]
    first.write_text("\n".join([*map(json.dumps, rows), "{torn", '{"no": "id"}']))
    expired = {"custom_id": ids[0], "response": None, "error": {"code": "batch_expired", "message": "expired"}}
    second.write_text("\n".join(map(json.dumps, [good(ids[0], "yes"), expired])))
    replies, defects = read_replies([first, second])
    assert [(defect.item, defect.reason[:12]) for defect in defects] == [
        ("first.jsonl:3", "no JSON: Exp"),
        ("first.jsonl:4", "no custom_id"),
    ]
    assert batch_name(replies) == "b1"
    found = scored(replies)
    answer = found["a:1"].answer
    assert answer is not None
    assert (answer["text"], answer["model"]) == ("YES", "served-model")
    assert answer["usage"] == {"input_tokens": 5, "output_tokens": 1, "total_tokens": 6}
    assert found["b"].error == "No reply to this question."
    assert found["c"].error == "The model gave no answer: overloaded"
    assert found["d"].status == "incomplete"
    assert found["n"].status == "not_found"


def test_a_reply_to_another_prompt_is_not_scored() -> None:
    replies = {row["custom_id"]: BatchReply("yes") for row in exported()}
    assert scored(replies)["b"].status == "answered"
    assert scored(replies, Desk(today="changed"))["b"].error.startswith("The reply is to another prompt")


@pytest.mark.parametrize(
    ("response", "error"),
    [
        ({"status_code": 200, "body": {}}, "The reply has no message in it."),
        ({"status_code": 200, "body": {"choices": ["x"]}}, "The reply has no message in it."),
        (good("", " ")["response"], "The model gave an empty answer."),
        ("?", "The reply has no message in it."),
        ({"status_code": 429, "body": "busy"}, "The model gave no answer: 429"),
    ],
)
def test_a_reply_without_words_is_an_error(tmp_path: Path, response: object, error: str) -> None:
    path = tmp_path / "responses.jsonl"
    path.write_text(json.dumps({"custom_id": "b1:a:0", "response": response}))
    assert read_replies([path])[0]["b1:a:0"].error == error


def test_replies_belong_to_one_batch() -> None:
    with pytest.raises(InputError, match="No reply here belongs to a batch"):
        batch_name(["request-1"])
    with pytest.raises(InputError, match=r"several batches \(b1, b2\)"):
        batch_name(["b2:q:0", "b1:q:0"])


def test_a_batch_is_kept_and_found_by_name(tmp_path: Path) -> None:
    BATCH.write(tmp_path / "batches")
    assert read_batch(tmp_path / "batches", "b1") == BATCH
    with pytest.raises(InputError, match="The batch b2 is not in"):
        read_batch(tmp_path / "batches", "b2")
    (tmp_path / "batches" / "b3.json").write_text('{"name": "b3"}')
    with pytest.raises(InputError, match="cannot be read"):
        read_batch(tmp_path / "batches", "b3")
