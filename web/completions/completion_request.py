"""Read a request for a chat completion: the last message of the user is the question, what came before the conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from corpus.errors import InputError
from rag.model import REMEMBERED, Filters, Turn
from rag.question.filter_values import LONGEST_NAME, read_filters
from rag.question.question_text import LONGEST_QUESTION, read_question
from web.completions.completion_content import cut_additions

_LONGEST_TURN = 10_000  # Characters of an earlier answer; ours are shorter.


class RequestError(Exception):
    """Say what is wrong with a request.

    Attributes:
        param: The field that is wrong, as `messages[0].content`, or None.
    """

    def __init__(self, message: str, param: str | None = None) -> None:
        """Keep the field beside the message."""
        super().__init__(message)
        self.param = param


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """Hold what a client asks.

    Attributes:
        model: The name of the model, as the client wrote it.
        question: The question, on one line.
        history: The turns before it, oldest first.
        filters: What to search in, or None to let the question decide.
        stream: Send the answer piece by piece.
        usage: Close the stream with the number of tokens.
    """

    model: str
    question: str
    history: tuple[Turn, ...] = ()
    filters: Filters | None = None
    stream: bool = False
    usage: bool = False


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str = ""

    @field_validator("content", mode="before")
    @classmethod
    def _join_parts(cls, content: Any, info: ValidationInfo) -> str:
        if content is None or isinstance(content, str):
            return content or ""
        if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
            raise ValueError("must be text or a list of parts")
        for part in content:
            # A picture in the question cannot be passed over as in earlier turns: the question may be about it.
            if part.get("type") != "text" and info.data.get("role") == "user":
                raise ValueError(f"holds a part of type {part.get('type')!r}, and only text can be read")
        texts = [part.get("text", "") for part in content if part.get("type") == "text"]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("holds a part whose text is none")
        return "\n".join(texts)


class _StreamOptions(BaseModel):
    include_usage: bool | None = None


class _Format(BaseModel):
    type: Literal["text"]


_Name = Annotated[str | None, Field(max_length=LONGEST_NAME)]


class _Body(BaseModel):
    """Hold the fields that have a meaning here; what else a client sends is left alone."""

    model_config = ConfigDict(strict=True)

    model: str
    messages: list[_Message]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    n: Literal[1] | None = None
    response_format: _Format | None = None
    since: str | None = None
    until: str | None = None
    outlet: _Name = None
    author: _Name = None
    section: _Name = None
    collection: _Name = None


def read_request(body: bytes, user: str = "") -> CompletionRequest:
    """Return what a body asks.

    Args:
        body: JSON in UTF-8.
        user: Who asks, whose collections are meant besides the shared ones; "" where nobody signs in.

    Raises:
        RequestError: It is no JSON, or a field of it is wrong.
    """
    try:
        read = _Body.model_validate_json(body)
    except ValidationError as error:
        raise _describe(error) from error
    asked = [place for place, message in enumerate(read.messages) if message.role == "user"]
    if not asked:
        raise RequestError("messages holds none of the user; the last one is the question", "messages")
    try:
        question = read_question(read.messages[asked[-1]].content)
    except InputError as error:
        raise RequestError(str(error), f"messages[{asked[-1]}].content") from error
    return CompletionRequest(
        model=read.model,
        question=question,
        history=_read_history(read.messages[: asked[-1]]),
        filters=_read_filters(read, user),
        stream=bool(read.stream),
        usage=bool(read.stream_options and read.stream_options.include_usage),
    )


def _read_history(messages: Sequence[_Message]) -> tuple[Turn, ...]:
    """Return the turns that a follow-up may refer to; our own answers without the lists that were added to them."""
    turns = [
        Turn(message.role, message.content[:LONGEST_QUESTION])
        if message.role == "user"
        else Turn(message.role, cut_additions(message.content)[:_LONGEST_TURN])
        for message in messages
        if message.role in {"user", "assistant"} and message.content.strip()
    ]
    return tuple(turns[-2 * REMEMBERED :])


def _read_filters(body: _Body, user: str) -> Filters | None:
    try:
        return read_filters(body.since, body.until, body.outlet, body.author, body.section, body.collection, owner=user)
    except InputError as error:
        raise RequestError(str(error), "since" if body.since else "until") from error


def _describe(error: ValidationError) -> RequestError:
    first = error.errors(include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return RequestError(f"The body is not JSON in UTF-8: {first['msg']}.")
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    reason = first["msg"].removeprefix("Value error, ")
    return RequestError(f"{place or 'The body'}: {reason}", place or None)
