"""Named steps of a LangChain chain that pass on what came before them, so that a reader sees each piece at once."""

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from threading import Event, Lock
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig, RunnableGenerator
from langchain_core.runnables.config import merge_configs, run_in_executor

Output = TypeVar("Output")

_SUMMED = frozenset({"notes", "timings", "usage", "stages"})
_STOP = "newsdesk_stop"


class AnswerState(dict[str, Any]):
    """Hold what the steps have found out so far; the pieces that they stream add up to it.

    A later value replaces an earlier one of the same key, but notes are collected, and timings, usage and stages
    are summed.
    """

    def __radd__(self, before: Mapping[str, Any]) -> "AnswerState":
        """Return what a plain mapping holds with what this state brings."""
        return AnswerState(before) + self

    def __add__(self, piece: Mapping[str, Any]) -> "AnswerState":
        """Return the state with what another piece brings."""
        summed = {key: _sum(self[key], piece[key]) for key in _SUMMED & self.keys() & piece.keys()}
        return AnswerState({**self, **piece, **summed})


def _sum(one: Any, other: Any) -> Any:
    if isinstance(one, dict):
        return {**one, **other} | {key: _sum(one[key], other[key]) for key in one.keys() & other.keys()}
    return (*one, *other) if isinstance(one, tuple) else one + other


Run = Callable[[AnswerState, RunnableConfig], Iterator[Mapping[str, Any]]]


def make_step(name: str, run: Run) -> Runnable[AnswerState, AnswerState]:
    """Make a step that passes the pieces before it on, and then yields those of `run`.

    Args:
        name: What tracers show.
        run: Called with all that the steps before found out; what it yields is added to that.
    """

    def transform(pieces: Iterator[AnswerState], config: RunnableConfig) -> Iterator[AnswerState]:
        state = AnswerState()
        for piece in pieces:
            state += piece
            yield piece
        stop: Event = config["configurable"].get(_STOP) or Event()
        made = run(state, config)
        try:
            # LangChain reads a stream that is closed to its end, to trace it whole, so a closed answer ends here.
            while not stop.is_set() and (made_piece := next(made, None)) is not None:
                yield AnswerState(made_piece)
        finally:
            if isinstance(made, Generator):
                made.close()

    # LangChain passes the config to a transform that has such an argument, which its types do not know.
    return RunnableGenerator(transform, name=name)  # type: ignore[arg-type]


def make_root(
    steps: Runnable[AnswerState, AnswerState],
    read_input: Callable[[list[Any]], AnswerState],
    show: Callable[[Iterator[AnswerState]], Iterator[Output]],
) -> Runnable[Any, Output]:
    """Make the Runnable that users call: it runs the steps, shows of them what the user asks for, and can be closed.

    Args:
        steps: The composed steps.
        read_input: Makes the first state of the pieces that the Runnable is given.
        show: Makes the pieces that the user sees of those of the steps.
    """

    def stream(inputs: Iterator[Any], config: RunnableConfig) -> Generator[Output]:
        stop = Event()
        stoppable = merge_configs(config, {"configurable": {_STOP: stop}})
        pieces = steps.stream(read_input(list(inputs)), stoppable)
        try:
            yield from show(pieces)
        finally:
            stop.set()  # Before the steps are closed, see `make_step`.
            if isinstance(pieces, Generator):
                pieces.close()

    async def astream(inputs: AsyncIterator[Any], config: RunnableConfig) -> AsyncIterator[Output]:
        given = [piece async for piece in inputs]
        # A reader who is cancelled closes the generator, which must not happen while a thread is in it.
        pieces, lock = stream(iter(given), config), Lock()

        def advance() -> Output | None:
            with lock:
                return next(pieces, None)

        def close() -> None:
            with lock:
                pieces.close()

        try:
            while (piece := await run_in_executor(config, advance)) is not None:
                yield piece
        finally:
            await run_in_executor(config, close)

    return RunnableGenerator(stream, astream, name="newsdesk")  # type: ignore[arg-type]
