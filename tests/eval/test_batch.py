import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError, ModelError, SettingsError
from eval.batch import Batch, RecordedReplies, read_batch, request_body, write_requests
from eval.question import Question
from eval.question_result import Outcome
from eval.replies import BatchReply, batch_name, read_replies
from eval.runs.execution import observe
from rag.llm.prompt import ModelRequest, Prompt
from rag.llm.writer import Reply, Writer
from rag.model import Answer, Filters, Passage, Turn
from rag.question.query import Query
from rag.settings import Settings

NOW = datetime(2026, 1, 2, tzinfo=UTC)
THEN = datetime(2018, 3, 31, tzinfo=UTC)
BATCH = Batch("b1", NOW, "openai:some-model")
QUESTIONS = [
    Question("a:1", "a:1?", ("x",), as_of=THEN),
    *(Question(key, f"{key}?", ("x",)) for key in "bcde"),
    Question("n", "refuse", type="null"),
]


QUERY = Query("?", "?", "what", Filters(), Filters(), (), False, None)


def prompted(text: str, line: str = "", stage: str = "write") -> Prompt:
    return Prompt((("system", "Cite."), ("user", text)), (), line, QUERY, NOW, stage)


class Desk:
    """Prompt with a new random line each time, refuse what says so, and answer with the reply in capitals."""

    def __init__(self, today: str = "", writer: Writer | None = None) -> None:
        self.count = 0
        self._today = today
        self._writer = writer

    def with_writer(self, writer: Writer | None) -> "Desk":
        return Desk(self._today, writer)

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
        if question == "refuse":
            return Answer(question, "not_found", "Not here.")
        assert self._writer
        planned = self._write(self._writer.planner, f"plan {question}", "plan") if self._writer.planner else Reply()
        day = f"{now:%Y-%m-%d}"
        try:
            reply = self._write(self._writer, f"{question} {planned.text} {day} {self._today}", "write")
        except ModelError as error:
            return Answer(question, "incomplete", "", notes=(str(error),))
        return Answer(question, "answered", reply.text.upper(), model=self._writer.name, usage=reply.usage)

    def _write(self, writer: Writer, text: str, stage: str) -> Reply:
        self.count += 1
        reply, line = Reply(), f"line-{self.count}"
        for _ in writer.stream(prompted(f"{line} {text}", line, stage), reply):
            pass
        return reply


def plain(prompt: ModelRequest) -> dict[str, Any]:
    return {"messages": [list(message) for message in prompt.messages]}


def exported(replies: Mapping[str, BatchReply] | None = None, plan: bool = False) -> list[dict[str, Any]]:
    return list(RecordedReplies(Desk(), BATCH, replies or {}, plan).requests(QUESTIONS, plain))


def scored(replies: Mapping[str, BatchReply], desk: Desk | None = None, plan: bool = False) -> dict[str, Outcome]:
    system = RecordedReplies(desk or Desk(), BATCH, replies, plan)
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
    assert first["custom_id"].startswith("b1:a:1:write-")
    assert first["body"]["messages"] == [["system", "Cite."], ["user", "line-1 a:1?  2018-03-31 "]]
    assert second["body"]["messages"][1] == ["user", "line-1 b?  2026-01-02 "]  # the time of the export


def test_stages_follow_one_another() -> None:
    plans = exported(plan=True)
    assert [row["custom_id"].split("-")[0] for row in plans] == [f"b1:{q.id}:plan" for q in QUESTIONS[:-1]]
    replies = {row["custom_id"]: BatchReply(f"by plan {n}") for n, row in enumerate(plans)}
    answers = exported(replies, plan=True)
    assert [row["custom_id"].split("-")[0] for row in answers] == [f"b1:{q.id}:write" for q in QUESTIONS[:-1]]
    assert answers[1]["body"]["messages"][1] == ["user", "line-2 b? by plan 1 2026-01-02 "]
    replies |= {row["custom_id"]: BatchReply("yes") for row in answers}
    assert exported(replies, plan=True) == []
    found = scored(replies, plan=True)
    assert {found[q.id].status for q in QUESTIONS[:-1]} == {"answered"}


def test_the_request_for_a_plan_is_held_to_its_schema() -> None:
    body = request_body(Settings(llm="openai:some-model"))(prompted("Plan.", stage="plan"))
    assert body["max_completion_tokens"] == 300
    assert body["response_format"]["json_schema"]["name"] == "SearchPlan"
    assert {"model", "messages", "temperature", "max_completion_tokens", "response_format"} == body.keys()


def test_bodies_are_those_of_the_client() -> None:
    prompt = prompted("Who?")
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
