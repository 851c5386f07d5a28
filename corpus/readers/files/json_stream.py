"""Take the values of a JSON text one by one, in the memory of one value.

Streaming parsers that keep the path to each value need memory in the square of the nesting; this one asks the standard
decoder for one whole value at a time.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from corpus.errors import InputError

_STEP = 65_536
_BETWEEN = " \t\r\n,\x1e\ufeff\0"
Read = Callable[[int], str]


def iterate_values(read: Read, is_list: bool, limit: int) -> Iterator[Any]:
    """Yield the entries of a list, or consecutive values.

    Args:
        read: Returns up to the given number of characters, "" at the end.
        is_list: True if the text begins with the bracket of a list.
        limit: Characters that one value may have.

    Raises:
        InputError: If the text is not JSON, or a value is too long; the values before it have been yielded.
    """
    window = _Window(read, limit)
    if is_list:
        window.skip(_BETWEEN)
        window.position += 1
    while (first := window.skip(_BETWEEN)) and not (is_list and first == "]"):
        yield window.value()
    if is_list and not first:
        raise InputError("It is incomplete: the list is not closed. The entries before that were read; fetch it again.")


class _Window:
    """Hold the part of a text that is looked at."""

    def __init__(self, read: Read, limit: int) -> None:
        self._read, self._limit = read, limit
        self._text = ""
        self.position = 0
        self._decoder = json.JSONDecoder(strict=False)  # Line ends, too, stand in strings as they are.

    def skip(self, characters: str) -> str:
        """Go to the first character that is none of these, and return it, or ""."""
        while True:
            while self.position < len(self._text):
                if (first := self._text[self.position]) not in characters:
                    return first
                self.position += 1
            if not self._more():
                return ""

    def value(self) -> Any:
        """Return the value that begins here, and move past it."""
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self.position)
            except RecursionError as error:
                raise InputError("It is nested too deep: check the file.") from error
            except ValueError as error:
                if not self._more():
                    raise InputError(f"It is not JSON ({describe_error(error)}): check the file.") from error
                continue
            # A number at the end of the window may continue in the next one.
            if end == len(self._text) and not isinstance(found, (dict, list)) and self._more():
                continue
            self.position = end
            return found

    def _more(self) -> bool:
        rest = self._text[self.position :]
        if len(rest) > self._limit:
            raise InputError(f"An entry is broken, or longer than {self._limit:,} characters: check the file.")
        data = self._read(max(_STEP, len(rest)))
        self._text, self.position = rest + data, 0
        return bool(data)


def describe_error(error: Exception) -> str:
    """Return what is wrong with a JSON text in a few words."""
    return "nested too deep" if isinstance(error, RecursionError) else " ".join(str(error).split())[:120]
