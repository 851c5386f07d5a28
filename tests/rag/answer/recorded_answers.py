"""Answers to a dozen questions as plain JSON: what a change of the machinery around an answer must leave as it is.

`python -m tests.rag.answer.recorded_answers` writes the file anew, for a change that is meant to be seen in answers.
"""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rag import Answer, Assistant, Settings, Turn
from tests.model_server import Body, ModelServer, Reply
from tests.rag.conftest_answers import NOT_HELD, TOLL, newsroom, place, with_model
from tests.shared_embedder import shared_embedder

FILE = Path(__file__).parents[2] / "data" / "recorded_answers.jsonl"
NOW = datetime(2024, 8, 1, tzinfo=UTC)
TRUE = "The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"
HISTORY = (Turn("user", TOLL), Turn("assistant", f"{TRUE} [1]."))
MASTER = "Who is the harbour master there?"

PLAIN = (
    (TOLL, ()),
    (NOT_HELD, ()),
    (MASTER, HISTORY),
    ("How many articles mention crowns?", ()),
    ("How many articles mention zeppelins?", ()),
    ("What is the latest on the ferry?", ()),
    ("When does the Selmouth harbour tolll rise, and who won the 2015 Rugby World Cup?", ()),
    ("What happened at Selmouth harbour in 2031?", ()),
)
WRITTEN = (
    (TOLL, (), f"{TRUE} [N]."),
    (TOLL, (), f"{TRUE} [N][77]. The Moon Bank paid 77 million crowns for it [N]."),
    (TOLL, (), "The Moon Bank paid 77 million crowns in 1968 [N]."),
    (TOLL, (), "Not in the archive."),
    (TOLL, (), Reply(status=500)),
    (TOLL, (), Reply(f"{TRUE} [1].", cut_after=5)),
    (NOT_HELD, (), "Never asked."),
    ("How many articles mention crowns?", (), "Never asked."),
    (MASTER, HISTORY, "Who is the harbour master of Selmouth?"),
)


def record_answers(assistant: Assistant) -> Iterator[str]:
    """Yield each answer as a line of JSON."""
    for question, history in PLAIN:
        yield _to_line(assistant.ask(question, history, now=NOW))
    with ModelServer() as server:
        for question, history, reply in WRITTEN:
            server.reply = partial(_fill_in, reply=reply)
            yield _to_line(with_model(assistant, server.url).ask(question, history, now=NOW))


def _fill_in(body: Body, reply: Any) -> Any:
    prompt = str(body["messages"][-1]["content"])
    if isinstance(reply, Reply) or "=== passages-" not in prompt:
        return reply
    return reply.replace("N", str(place(prompt, "toll rises"))) if "[N]" in reply else reply


def _to_line(answer: Answer) -> str:
    """Leave out what depends on the machine or names a version: times, the last digits of scores, the embedder."""
    record = answer.to_record()
    del record["timings_ms"], record["versions"]
    for passage in record["passages"]:
        del passage["score"], passage["signals"]
    return json.dumps(record, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant(Settings(data_dir=newsroom(Path(folder) / "data")), embedder=shared_embedder()) as opened,
    ):
        FILE.write_text("".join(record_answers(opened)), "utf-8")
