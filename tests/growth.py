"""Tell whether the cost of a call grows faster than its text: steps of 4 in length, in processor time, never in seconds."""

import contextlib
import gc
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_FACTOR = 4
_LIMIT = 8.0  # Of the cost at 4n to the cost at n: n^1.5. n gives 4, n log n less than 5, n^2 16.
_IN_STEP = 5.0
_FLOOR = 0.0004  # Processor seconds under which a ratio says nothing.
_PATIENCE = 8 * _LIMIT  # A call that takes this many times the one before is stopped.


@dataclass(frozen=True)
class Shape:
    """A text of any length: a head, a unit over and over, and a tail on which a match may fail."""

    head: str
    unit: str
    tail: str = ""

    def text(self, length: int) -> str:
        """Return about this many characters."""
        return self.head + self.unit * (length // len(self.unit)) + self.tail


# What people, feeds and attackers repeat: blanks, letters, figures, marks, markup, and pieces of language.
UNITS = (
    *(
        " ",
        "\n",
        "\t",
        " \n",
        "a",
        "A",
        "0",
        "é",
        "日",
        "_",
        ".",
        ",",
        "-",
        "'",
        '"',
        "“",
        "(",
        "[",
        "<",
        "#",
        "=",
        "*",
        "&",
    ),
    *("a ", "A ", "Ab ", "0 ", "a, ", "a. ", "A.", "0.", "0,", "a-", "a'", "a\n", "\n\n# ", '"a" '),
    *("![", "[a][", "[a](", "[1]", "<a ", "<a>", "<!--", "&#", "{", "http://a.b/", "the ", "and the "),
    *("Ab, ", "Ab said. ", "5 May 2020, ", "12 cars, ", "“a b c” ", "Who is Ab, ", "(a) "),
)
SHAPES = tuple(Shape("", unit) for unit in UNITS)
WITH_TAILS = tuple(Shape("", unit, tail) for unit in UNITS for tail in ("", "\x01"))


class _Overrun(BaseException):
    """The call was stopped; nothing may catch it as an error of its own."""


@contextlib.contextmanager
def _stop_after(seconds: float) -> Iterator[None]:
    """Stop what runs inside after this much processor time of the process."""

    def stop(*_: object) -> None:
        raise _Overrun

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.05)  # Again and again: a library may swallow the first one.
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _cost(run: Callable[[str], object], text: str, *, times: int, most: float) -> float:
    """Return the least processor time of several calls, or infinity where one takes longer than `most` seconds."""
    best = float("inf")
    try:
        with _stop_after(times * most):
            for _ in range(times):
                start = time.thread_time()
                run(text)
                best = min(best, time.thread_time() - start)
    except _Overrun:
        pass
    return best


def excess(run: Callable[[str], object], shape: Shape, *, longest: int = 65_536) -> str:
    """Return how the cost of `run` grows with the text where that is faster than n^1.5, else an empty text.

    Args:
        run: What is called with the text.
        shape: The texts.
        longest: The most characters tried. A sixteenth of it is tried first, and where that is cheap, nothing else.
    """
    gc.disable()
    try:
        cost = _cost(run, shape.text(longest // 16), times=1, most=50 * _FLOOR)
        # What grows like 2^n does so from a few characters on, and would never come to the end of so many.
        return "" if cost < _FLOOR else _climb(run, shape, 16 if cost == float("inf") else longest // 64, longest)
    finally:
        gc.enable()


def _climb(run: Callable[[str], object], shape: Shape, length: int, longest: int) -> str:
    """Compare each length with the one 4 times as long, from this one on, until the cost is in step with the text."""
    while length * _FACTOR <= longest:
        ratio = _ratio(run, shape, length, times=2)
        # Other programs can slow one measurement down; what really grows does so from the next length on as well.
        again = length if ratio == float("inf") else _FACTOR * length
        if ratio > _LIMIT and _ratio(run, shape, again, times=4) > _LIMIT:
            return f"{ratio:.0f} times as long for 4 times {length} characters of {shape}"
        length *= _FACTOR
        if length * 16 >= longest and ratio < _IN_STEP:
            break
    return ""


def _ratio(run: Callable[[str], object], shape: Shape, length: int, *, times: int) -> float:
    """Return how many times as long a text 4 times as long takes; 0 where that is too short to measure."""
    short = _cost(run, shape.text(length), times=times, most=1)
    most = max(_PATIENCE * short, _PATIENCE * _FLOOR)
    long = _cost(run, shape.text(_FACTOR * length), times=times, most=most)
    return long / short if long > _FLOOR else 0.0
