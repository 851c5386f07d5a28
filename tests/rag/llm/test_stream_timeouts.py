"""The loop on which models are asked."""

from rag.llm.stream_timeouts import _loop, _start_loop
from tests.at_once import at_once


def test_threads_that_ask_at_once_share_one_loop() -> None:
    _start_loop.cache_clear()
    found = at_once(lambda _: _loop(), [0])
    assert len({id(loop) for (loop,) in found}) == 1
