"""The parts of a text in which something has been found already."""

from collections.abc import Iterable


class Places:
    """Record which characters of a text are taken, so that a look-up need not search all that was found."""

    def __init__(self, text: str, spans: Iterable[tuple[int, int]] = ()) -> None:
        """Take these spans, (start, end) offsets, of a text."""
        self._taken = bytearray(len(text))
        for start, end in spans:
            self.take(start, end)

    def take(self, start: int, end: int) -> None:
        """Take the characters from an offset up to another."""
        self._taken[start:end] = b"\1" * (end - start)

    def touch(self, start: int, end: int) -> bool:
        """Return whether a character from an offset up to another is taken."""
        return self._taken.find(1, start, end) >= 0
