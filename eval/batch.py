"""Answer a set by any model anywhere: the requests that the chain would send, and the replies scored like a live run.

Requests are in the JSONL of OpenAI's Batch API; replies may come in any order, some missing or failed. For scoring,
retrieval and prompts are made again from the same archive, so that a reply goes through the same parsing and checks;
a digest of each prompt makes sure that it is the one that was sent.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from corpus import NewsdeskError
from eval.execution import recorded
from eval.json_lines import read_lines
from eval.outcome import Outcome
from eval.question import Defect, Question
from rag.model import Answer, Filters, Turn

_URL = "/v1/chat/completions"


class Prompted(Protocol):
    """Describe a prompt that is ready to be sent."""

    @property
    def messages(self) -> Sequence[tuple[str, str]]:
        """Return (role, text) of each message."""

    @property
    def boundary(self) -> str:
        """Return the random line in the messages, new in each prompt."""


class Prompter(Protocol):
    """Describe the part of `rag.Assistant` that a batch calls."""

    def prompt_for(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
    ) -> Prompted | Answer:
        """Return what would be sent, or the answer where code decides it alone (a refusal)."""

    def answer_from(self, prompt: Any, reply_text: str) -> Answer:
        """Return the answer that a model's reply makes."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold what ties requests and replies together.

    Attributes:
        name: Without a colon.
        now: When it was exported: the "now" of every question that has none of its own, at scoring too.
    """

    name: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold what came back for one request: the text, or why there is none; `whole` is False where it was cut off."""

    text: str = ""
    error: str = ""
    whole: bool = True


def requests(
    prompter: Prompter, questions: Iterable[Question], batch: Batch, model: str, max_tokens: int
) -> Iterator[dict[str, Any]]:
    """Yield one request for each question that a model is asked; what code refuses needs none.

    Args:
        prompter: The assistant.
        questions: To be asked.
        batch: Names the requests; `custom_id` is `BATCH:QUESTION:DIGEST`.
        model: As the provider names it.
        max_tokens: The longest answer.
    """
    for question in questions:
        prompt = _prompt(prompter, question, batch)
        if not isinstance(prompt, Answer):
            messages = [{"role": role, "content": text} for role, text in prompt.messages]
            body = {"model": model, "messages": messages, "max_completion_tokens": max_tokens}
            key = f"{batch.name}:{question.id}:{digest(prompt)}"
            yield {"custom_id": key, "method": "POST", "url": _URL, "body": body}


def write_requests(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write requests as JSONL and return how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def read_replies(path: Path) -> tuple[dict[str, Reply], list[Defect]]:
    """Return the replies by `custom_id`, and the lines that are none; the last good reply to a request counts.

    Raises:
        InputError: The file cannot be read.
    """
    replies: dict[str, Reply] = {}
    defects = []
    for place, row in read_lines(path):
        if isinstance(row, Defect) or not isinstance(row.get("custom_id"), str):
            defects.append(row if isinstance(row, Defect) else Defect(place, "no custom_id"))
            continue
        reply, known = _reply(row), replies.get(row["custom_id"])
        if known is None or known.error or not reply.error:
            replies[row["custom_id"]] = reply
    return replies, defects


def batch_name(replies: Mapping[str, Reply]) -> str:
    """Return the batch that replies belong to, or "" when they name none."""
    return next((key.split(":", 1)[0] for key in replies if key.count(":") >= 2), "")


def outcomes(
    prompter: Prompter, questions: Iterable[Question], batch: Batch, replies: Mapping[str, Reply]
) -> Iterator[Outcome]:
    """Yield what each question came to, as a live run would have written it; a missing reply is an error."""
    prefix = f"{batch.name}:"
    by_question = {key.removeprefix(prefix).rpartition(":")[0]: key for key in replies if key.startswith(prefix)}
    for question in questions:
        try:
            yield _outcome(prompter, question, batch, replies, by_question.get(question.id, ""))
        except NewsdeskError as error:
            yield Outcome(question, error=str(error))


def digest(prompt: Prompted) -> str:
    """Return 12 hexadecimal digits that stand for the messages, whatever the random line in them."""
    text = json.dumps([list(message) for message in prompt.messages], ensure_ascii=False)
    text = text.replace(prompt.boundary, "") if prompt.boundary else text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _prompt(prompter: Prompter, question: Question, batch: Batch) -> Prompted | Answer:
    return prompter.prompt_for(question.text, question.history, None, question.as_of or batch.now)


def _outcome(prompter: Prompter, question: Question, batch: Batch, replies: Mapping[str, Reply], key: str) -> Outcome:
    prompt = _prompt(prompter, question, batch)
    if isinstance(prompt, Answer):
        return Outcome(question, answer=recorded(prompt))
    if not key:
        return Outcome(question, error="No reply to this question.")
    if not key.endswith(digest(prompt)):
        return Outcome(question, error="The reply is to another prompt: archive or settings changed. Export again.")
    reply = replies[key]
    if reply.error:
        return Outcome(question, error=reply.error)
    answer = prompter.answer_from(prompt, reply.text)
    if not reply.whole:
        answer = replace(answer, status="incomplete", notes=(*answer.notes, "The model stopped before its end."))
    return Outcome(question, answer=recorded(answer))


def _reply(row: Mapping[str, Any]) -> Reply:
    response = row.get("response") or {}
    body = response.get("body") or {}
    failure = row.get("error") or body.get("error")
    if failure or response.get("status_code", 200) != 200:
        message = failure.get("message") if isinstance(failure, dict) else failure
        return Reply(error=f"The model gave no answer: {message or response.get('status_code')}")
    try:
        choice = body["choices"][0]
        return Reply(str(choice["message"]["content"] or ""), whole=choice.get("finish_reason") in (None, "stop"))
    except (KeyError, IndexError, TypeError):
        return Reply(error="The reply has no message in it.")
