"""Sets in which a right answer is known by statements that it must contain."""

from pathlib import Path
from typing import Any

from eval.json_lines import read_rows
from eval.loaders.question_set_builder import build_question_set
from eval.question import Question, QuestionSet

_IDS = ("id", "question_id")
_TEXTS = ("question", "question_text", "text", "query")
_STATEMENTS = ("statement", "assertion", "text")


def is_assertions(path: Path) -> bool:
    """Return whether a JSON list or JSONL file holds objects with `assertions` in another form than our own."""
    if not path.is_file() or path.suffix.lower() not in (".json", ".jsonl"):
        return False
    first = next((row for _, row in read_rows(path) if isinstance(row, dict)), {})
    return _statements(first) is not None and not ("question" in first and "id" in first and "evidence" in first)


def load_assertions(path: Path) -> QuestionSet:
    """Return questions with `assertions`: strings, or objects with `statement`, in the row or under `attributes`.

    The id may be called `id` or `question_id`, the text `question`, `question_text`, `text` or `query`; an `answer` is
    kept.

    Raises:
        InputError: The file cannot be read.
    """
    return build_question_set(path, "assertions", read_rows(path), _question)


def _statements(row: dict[str, Any]) -> list[Any] | None:
    attributes = row.get("attributes")
    for holder in (row, attributes if isinstance(attributes, dict) else {}):
        if isinstance(holder.get("assertions"), list):
            return list(holder["assertions"])
    return None


def _question(row: dict[str, Any]) -> Question:
    statements = [_statement(entry) for entry in _statements(row) or []]
    if not statements:
        raise ValueError("a question without assertions")
    answer = row.get("answer")
    return Question(
        id=_first(row, _IDS),
        text=_first(row, _TEXTS),
        answers=(str(answer),) if answer else (),
        type=str(row.get("type") or row.get("question_type") or "assertions"),
        assertions=tuple(statements),
    )


def _statement(entry: object) -> str:
    return entry if isinstance(entry, str) else _first(entry, _STATEMENTS)  # type: ignore[arg-type]


def _first(row: dict[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        if row.get(key):
            return str(row[key])
    raise ValueError(f"none of {', '.join(keys)} is given")
