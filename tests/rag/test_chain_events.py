"""What tracers see of an answer: each step with its inputs and outputs, by callbacks and by `astream_events`."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler

from rag import Assistant, Turn
from rag.chain import answer_runnable
from rag.model import Answer
from tests.model_server import Body, ModelServer, Reply
from tests.rag.conftest_answers import TOLL, place, with_model
from tests.waiting import PATIENCE_S

TRUE = "The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"
HISTORY = (Turn("user", TOLL), Turn("assistant", f"{TRUE} [1]."))
MASTER = "Who is the harbour master there?"
PLANNED = {
    "searches": [{"find": "harbour master of Selmouth", "want": "who"}],
    "kind": "fact",
    "question": "Who is the harbour master of Selmouth?",
}
STEPS = ["plan", "retrieve", "judge", "write", "check"]


class Recorder(BaseCallbackHandler):
    """Keep the name, the parent, the inputs and the outputs of every run."""

    def __init__(self) -> None:
        self.names: dict[UUID, str] = {}
        self.parents: dict[str, str] = {}
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}
        self.errors: list[str] = []

    def _start(self, run_id: UUID, parent_run_id: UUID | None, name: str, inputs: Any) -> None:
        self.names[run_id] = name
        if parent_run_id:
            self.parents[name] = self.names[parent_run_id]
        self.inputs[name] = inputs

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, parent_run_id: UUID | None = None, **more: Any) -> None:  # fmt: skip
        self._start(run_id, parent_run_id, str(more["name"]), inputs)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **more: Any) -> None:
        self.inputs[self.names[run_id]] = more["inputs"]
        self.outputs[self.names[run_id]] = outputs

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        self.errors.append(self.names[run_id])

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, parent_run_id: UUID | None = None, **more: Any) -> None:  # fmt: skip
        self._start(run_id, parent_run_id, str(more["name"]), query)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **more: Any) -> None:
        self.outputs[self.names[run_id]] = documents

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: UUID, parent_run_id: UUID | None = None, **more: Any) -> None:  # fmt: skip
        assert parent_run_id
        self._start(run_id, parent_run_id, f"model of {self.names[parent_run_id]}", messages)

    def on_llm_end(self, response: Any, *, run_id: UUID, **more: Any) -> None:
        self.outputs[self.names[run_id]] = response.generations[0][0].text


def write(body: Body) -> str:
    """Answer from the passage of the toll."""
    prompt = str(body["messages"][-1]["content"])
    return f"{TRUE} [{place(prompt, 'toll rises')}]."


def test_callbacks_see_each_step_with_inputs_and_outputs(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply, model_server.plan = write, lambda body: json.dumps(PLANNED)
    recorder = Recorder()
    answer = with_model(assistant, model_server.url).ask(MASTER, HISTORY, config={"callbacks": [recorder]})
    assert [name for name in recorder.names.values() if name in STEPS] == STEPS
    assert {recorder.parents[step] for step in STEPS} == {recorder.parents["plan"]}
    assert recorder.parents["archive"] == "retrieve"
    assert recorder.errors == []
    assert recorder.inputs["plan"]["question"] == MASTER
    assert recorder.outputs["plan"]["query"].standalone == "Who is the harbour master of Selmouth?"
    assert "query" not in recorder.inputs["plan"]
    assert recorder.inputs["archive"] == "Who is the harbour master of Selmouth?"
    assert recorder.outputs["archive"][0].metadata["article_id"] == "toll"
    assert "passages" not in recorder.inputs["retrieve"]
    assert recorder.outputs["judge"]["passages"] == list(answer.passages)
    assert recorder.outputs["judge"]["enough"] is True
    assert json.loads(recorder.outputs["model of plan"]) == PLANNED
    assert recorder.outputs["model of write"].startswith(TRUE)
    assert recorder.outputs["write"]["text"] == recorder.outputs["model of write"]
    assert "answer" not in recorder.inputs["check"]
    assert recorder.outputs["check"]["answer"] == answer


def test_the_chain_streams_its_events(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply = write
    chain = answer_runnable(with_model(assistant, model_server.url))

    async def read() -> list[Any]:
        return [event async for event in chain.astream_events({"question": TOLL}, version="v2")]

    events = asyncio.run(read())
    assert [e["name"] for e in events if e["event"] == "on_chain_start" and e["name"] in STEPS] == STEPS
    (found,) = [e for e in events if e["event"] == "on_retriever_end"]
    assert found["data"]["input"]["query"] == TOLL
    assert found["data"]["output"][0].metadata["article_id"] == "toll"
    words = [e["data"]["chunk"].text for e in events if e["event"] == "on_chat_model_stream"]
    words = words[words.index("The") :]  # Before it, the model was asked for a plan.
    assert "".join(words).startswith(TRUE)
    (checked,) = [e for e in events if e["event"] == "on_chain_end" and e["name"] == "check"]
    result = checked["data"]["output"]["answer"]
    assert isinstance(result, Answer)
    assert events[-1]["data"]["output"]["result"] == result
    assert result.text == f"{TRUE} [1]."


def test_without_a_model_the_same_steps_are_seen(assistant: Assistant) -> None:
    recorder = Recorder()
    assistant.ask("How many articles mention crowns?", config={"callbacks": [recorder]})
    assert [name for name in recorder.names.values() if name in STEPS] == STEPS
    assert "archive" not in recorder.outputs  # It is counted, not searched.
    assert len(recorder.outputs["judge"]["entries"]) == 4


@pytest.mark.parametrize("hang", [False, True])
def test_a_traced_answer_can_be_stopped_too(assistant: Assistant, model_server: ModelServer, hang: bool) -> None:
    model_server.script(Reply(hang="first token") if hang else Reply("word " * 3000, pause_s=0.05))
    recorder = Recorder()
    twin = with_model(assistant, model_server.url)
    stream = twin.stream(TOLL, config={"callbacks": [recorder]})
    assert isinstance(stream, Iterator)
    for _ in stream:
        if model_server.requests:
            break
    stream.close()  # type: ignore[attr-defined]
    assert model_server.abandoned.wait(PATIENCE_S)
    assert "answer" not in recorder.outputs.get("check", {})


def test_an_answer_that_is_stopped_before_it_is_written_asks_no_model(
    assistant: Assistant, model_server: ModelServer
) -> None:
    stream = with_model(assistant, model_server.url).stream(TOLL)
    assert next(stream).stage == "searching"
    stream.close()  # type: ignore[attr-defined]
    assert model_server.requests == []


def test_leaving_an_asynchronous_answer_stops_the_model(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.script(Reply("word " * 3000, pause_s=0.05))
    chain = answer_runnable(with_model(assistant, model_server.url))

    async def leave() -> None:
        pieces = chain.astream(TOLL)
        async for piece in pieces:
            if "draft" in piece:
                break
        await pieces.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert model_server.abandoned.wait(PATIENCE_S)
