"""JSON Lines and JSON files, read so that one bad line never stops the rest."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from eval.question import Defect


def read_json_file(path: Path) -> Any:
    """Return the value of a JSON file.

    Raises:
        InputError: The file cannot be read or is no JSON.
    """
    try:
        return parse_json(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path.") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}. Export it again.") from error


def read_json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any] | Defect]]:
    """Yield (`file:line`, object) for each line that is not blank, or a `Defect` for a line that is not a JSON object.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        lines = path.read_text("utf-8-sig", errors="replace").split("\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path.name}:{number}"
        try:
            value = parse_json(line)
        except ValueError as error:
            yield place, Defect(place, f"no JSON: {error}")
            continue
        yield place, value if isinstance(value, dict) else Defect(place, "not a JSON object")


def parse_json(text: str) -> Any:
    """Return the value of a JSON text; half a surrogate pair, which no file could hold again, becomes "?".

    Raises:
        ValueError: It is no JSON, or nested beyond what can be read.
    """
    try:
        value = json.loads(text)
        if "\\ud" not in text.lower():
            return value
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
