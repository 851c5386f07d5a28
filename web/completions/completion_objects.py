"""The objects of OpenAI's protocol that an answer is sent as."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rag.model import Answer, Event
from web.completions.completion_content import annotate, compose_content

MODEL = "newsdesk"
"""The model: the archive, with whatever language model is set."""

VERBATIM = "newsdesk-verbatim"
"""The same without a language model: sentences of the articles."""

MODELS = {MODEL: "The archive, asked as on the page.", VERBATIM: "The archive in its own sentences, without a model."}

_LIVES_SINCE = 1_767_225_600  # A model must say when it was made; clients show nothing of it.
_PIECE = re.compile(r"\S*\s*")
_SENT_AT_ONCE = 8  # Words in a piece of a stream.
_STAGES = {
    "searching": "Searching the archive.",
    "reading": "Reading what was found.",
    "writing": "Writing.",
    "checking": "Checking each claim against what it cites.",
    "verifying": "Reading each claim again.",
}


def describe_model(name: str) -> dict[str, Any]:
    """Return the object of a model."""
    return {"id": name, "object": "model", "created": _LIVES_SINCE, "owned_by": "newsdesk", "description": MODELS[name]}


def count_tokens(answer: Answer) -> dict[str, int]:
    """Return what the language model read and wrote, zeros where none was asked."""
    sent, written = answer.usage.get("input_tokens", 0), answer.usage.get("output_tokens", 0)
    return {"prompt_tokens": sent, "completion_tokens": written, "total_tokens": sent + written}


class Completion:
    """Write one reply, whole or piece by piece."""

    def __init__(self, model: str) -> None:
        """Begin a reply of a model."""
        self._head = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "created": int(datetime.now(UTC).timestamp()),
            "model": model,
        }

    def write_whole(self, answer: Answer, notes: Sequence[str]) -> dict[str, Any]:
        """Return the reply as one object."""
        content = compose_content(answer, notes)
        message = {"role": "assistant", "content": content, "refusal": None, **_describe(answer, notes)}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": count_tokens(answer)}

    def write_start(self) -> str:
        """Return the first piece."""
        return self._write_delta({"role": "assistant", "content": ""})

    def write_stage(self, event: Event) -> str:
        """Return a piece that says what is being done, in the field in which clients look for a model's thoughts."""
        return self._write_delta({"reasoning_content": f"{_STAGES[event.stage]}\n"})

    def write_answer(self, answer: Answer, notes: Sequence[str], usage: bool) -> Iterator[str]:
        """Yield the pieces of the checked answer, and the end of the stream."""
        words = _PIECE.findall(compose_content(answer, notes))
        for start in range(0, len(words), _SENT_AT_ONCE):
            yield self._write_delta({"content": "".join(words[start : start + _SENT_AT_ONCE])})
        yield self._write_delta(_describe(answer, notes), "stop")
        if usage:
            # The protocol has the tokens in a last chunk without a choice.
            yield self._write_chunk([], {"usage": count_tokens(answer)})
        yield "data: [DONE]\n\n"

    def _write_delta(self, delta: Mapping[str, Any], finished: str | None = None) -> str:
        return self._write_chunk([{"index": 0, "delta": delta, "finish_reason": finished, "logprobs": None}], {})

    def _write_chunk(self, choices: Sequence[Any], more: Mapping[str, Any]) -> str:
        return write_event({**self._head, "object": "chat.completion.chunk", "choices": choices, **more})


def write_event(value: Mapping[str, Any]) -> str:
    """Return a value as one event of a stream."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _describe(answer: Answer, notes: Sequence[str]) -> dict[str, Any]:
    """Return the annotations, and what else is known of an answer; passages that it does not cite are left out."""
    record = answer.to_record()
    kept = ("status", "standalone", "claims", "filters", "as_of", "archive_until", "nearest", "model")
    own = {name: record[name] for name in kept} | {"notes": [*answer.notes, *notes]}
    return {"annotations": annotate(answer), "newsdesk": own}
