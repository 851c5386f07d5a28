"""Read the replies to a batch: lines of OpenAI's Batch API, in any order, some missing or failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.command_names import name_command
from corpus.errors import InputError
from eval.json_lines import read_json_lines
from eval.question import Defect

# As LangChain names them, and so a live run.
_USAGE = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens", "total_tokens": "total_tokens"}


@dataclass(frozen=True, slots=True)
class BatchReply:
    """Hold the reply to one request.

    Attributes:
        text: What the model wrote.
        error: Why there is no text, or "".
        whole: False where the text was cut off.
        model: As the provider names it, or "".
        usage: Tokens by kind.
    """

    text: str = ""
    error: str = ""
    whole: bool = True
    model: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)


def read_replies(paths: Iterable[Path]) -> tuple[dict[str, BatchReply], list[Defect]]:
    """Return the replies by `custom_id`, and the lines that are none; the last good reply to a request counts.

    Raises:
        InputError: A file cannot be read.
    """
    replies: dict[str, BatchReply] = {}
    defects = []
    for place, row in (line for path in paths for line in read_json_lines(path)):
        if isinstance(row, Defect) or not isinstance(row.get("custom_id"), str):
            defects.append(row if isinstance(row, Defect) else Defect(place, "no custom_id"))
            continue
        reply, known = _reply(row), replies.get(row["custom_id"])
        if known is None or known.error or not reply.error:
            replies[row["custom_id"]] = reply
    return replies, defects


def batch_name(replies: Iterable[str]) -> str:
    """Return the batch that the ids of replies belong to.

    Raises:
        InputError: They name none, or several.
    """
    names = sorted({key.split(":", 1)[0] for key in replies if key.count(":") >= 2})
    if not names:
        raise InputError(
            "No reply here belongs to a batch of ours. "
            f"Send the lines of `{name_command('eval batch export')}`; the custom_id of "
            "each must come back as it was."
        )
    if len(names) > 1:
        raise InputError(f"These are replies to several batches ({', '.join(names)}). Score one at a time.")
    return names[0]


def _reply(row: Mapping[str, Any]) -> BatchReply:
    response = _mapping(row.get("response"))
    body = _mapping(response.get("body"))
    failure = row.get("error") or body.get("error")
    if failure or response.get("status_code", 200) != 200:
        message = failure.get("message") if isinstance(failure, dict) else failure
        return BatchReply(error=f"The model gave no answer: {message or response.get('status_code')}")
    try:
        choice = body["choices"][0]
        text = str(choice["message"]["content"] or "")
        # Some servers give no reason.
        whole = choice.get("finish_reason") in (None, "stop")
    except (KeyError, IndexError, TypeError, AttributeError):
        return BatchReply(error="The reply has no message in it.")
    if not text.strip():
        return BatchReply(error="The model gave an empty answer.")
    usage = _mapping(body.get("usage"))
    counted = {ours: usage[name] for name, ours in _USAGE.items() if isinstance(usage.get(name), int)}
    return BatchReply(text, "", whole, str(body.get("model") or ""), counted)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
