"""Bodies of requests: read up to a limit, and checked to name no file."""

import json
import unicodedata
from typing import Any, NoReturn

from starlette.types import Message, Receive

BODY_BYTES = 1_000_000
"""The most that the body of a request may hold, other than an upload."""

_DEEPEST = 20
_MOST_VALUES = 20_000  # A thousand files, which is what Gradio takes in one upload, are described by some 10,000.
_LONGEST_KEY = 100
_FILE_KEYS = frozenset({"path", "meta", "origname", "mimetype", "isstream"})


class BodyError(Exception):
    """Say why a request is refused.

    Attributes:
        status: The status of the answer.
    """

    def __init__(self, status: int, message: str) -> None:
        """Keep the status beside the message."""
        super().__init__(message)
        self.status = status


async def read_body(receive: Receive, most: int) -> bytes:
    """Return a body of at most so many bytes.

    Raises:
        BodyError: It holds more, which is noticed before the rest is read, or the client left.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyError(400, "The request ended before its body did.")
        body += message.get("body", b"")
        if len(body) > most:
            raise too_large(most)
        more = message.get("more_body", False)
    return bytes(body)


def too_large(most: int) -> BodyError:
    """Return the error of a body that holds more than so many bytes."""
    return BodyError(413, f"The request holds more than {most // 1_000_000} MB; send less at once.")


def replay(body: bytes, receive: Receive) -> Receive:
    """Return what hands on a body that was read already, and then whatever comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        BodyError: It is none.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BodyError(400, "The body is not JSON in UTF-8.") from error


def write_json(value: Any) -> bytes:
    """Return a value as JSON; half of a surrogate pair, which no text may hold, becomes a question mark.

    What a reader of JSON may take in two ways, such as a key that stands there twice, is gone from it.

    Raises:
        BodyError: A number is infinite.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except ValueError as error:
        raise BodyError(400, "A number in the body is too large.") from error


def check_values(value: Any) -> None:
    """Check that a JSON value holds nothing that Gradio could take for a file, at any depth.

    Gradio opens what stands under "path" beside a "meta"; here any key that is read as one of a file's is enough.

    Raises:
        BodyError: It does, or it is nested too deeply or too large for a request of this page.
    """
    # Without recursion, which a deeply nested body would bring to its limit.
    waiting = [(value, 0)]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        item, depth = waiting.pop()
        if depth > _DEEPEST:
            raise BodyError(400, f"The body is nested deeper than {_DEEPEST} levels.")
        if isinstance(item, dict):
            for key in item:
                _check_key(key)
            waiting += [(inner, depth + 1) for inner in item.values()]
        elif isinstance(item, list):
            waiting += [(inner, depth + 1) for inner in item]
    raise BodyError(400, f"The body holds more than {_MOST_VALUES} values.")


def _check_key(key: str) -> None:
    if len(key) > _LONGEST_KEY:
        raise BodyError(400, f"A key of the body has more than {_LONGEST_KEY} characters.")
    letters = "".join(c for c in unicodedata.normalize("NFKC", key).casefold() if c.isalpha())
    if letters in _FILE_KEYS:
        raise BodyError(400, "The request names a file; only a file that was uploaded from this page can be added.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
