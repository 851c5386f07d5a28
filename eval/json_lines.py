"""JSON Lines and JSON files, in UTF-8, UTF-16 or UTF-32, read so that one bad line never stops the rest."""

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
        return parse_json(decode(path.read_bytes(), "strict"))
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
        # Not `splitlines`: U+2028 and its like may stand unescaped within a string of JSON.
        lines = decode(path.read_bytes()).split("\n")
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


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, Any] | Defect]]:
    """Yield the objects of a file as `read_json_lines` does, whether it holds lines, a list, or a list under "questions".

    Raises:
        InputError: The file cannot be read.
    """
    listed = _read_list(path)
    if listed is None:
        yield from read_json_lines(path)
    for number, row in enumerate(listed or ()):
        place = f"{path.name}[{number}]"
        yield place, row if isinstance(row, dict) else Defect(place, "not a JSON object")


def _read_list(path: Path) -> list[Any] | None:
    """Return the list that a file holds as a whole, or None where it holds something else, such as lines."""
    try:
        content = parse_json(decode(path.read_bytes(), "strict"))
    except (OSError, ValueError):
        return None
    found = content.get("questions") if isinstance(content, dict) else content
    return found if isinstance(found, list) else None


def decode(data: bytes, errors: str = "replace") -> str:
    """Return the text of a JSON file in the encoding that its first bytes tell, with or without a byte order mark.

    Raises:
        ValueError: It is not of that encoding, where `errors` is "strict".
    """
    # A byte is missing at the end where only the beginning of a file is looked at.
    return data.decode(json.detect_encoding(data), errors).removeprefix("\ufeff")


def parse_json(text: str) -> Any:
    """Return the value of a JSON text; half a surrogate pair, which no file could hold again, becomes "?".

    Raises:
        ValueError: It is no JSON, or nested beyond what can be read.
    """
    try:
        value = json.loads(text)
        # Only an escape can bring half a pair into decoded text, so nearly all texts are spared the second reading.
        if "\\ud" not in text.lower():
            return value
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
