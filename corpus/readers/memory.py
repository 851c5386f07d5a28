"""Skip what the archive holds already: an unchanged item need not be read again."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from corpus.article import Article
from corpus.readers.refusal import ArticleDigest, ReadOptions, Refusal

Read = Callable[[ReadOptions], Iterator[Article | Refusal]]
_HELD = "The archive holds it already."


def recall_or_read(item: str, content: bytes, options: ReadOptions, read: Read) -> Iterator[Article | Refusal]:
    """Yield what `read` yields, or that the archive holds every article of it.

    Only what gave articles and nothing else is noted: a refusal or warning is worth saying again.

    Args:
        item: How refusals name what is read.
        content: Everything that its articles depend on, apart from the options.
        options: With the memory; without one everything is read.
        read: Reads under the options that it is given, and notes each article in their memory.
    """
    memory = options.memory
    if memory is None:
        yield from read(options)
        return
    key = _key(content, options)
    held = memory.recall(key)
    if held:
        yield from (Refusal(item, _HELD, known=True) for _ in range(held))
        return
    noted = _RecordingMemory()
    count = 0
    for count, one in enumerate(read(replace(options, memory=noted)), 1):  # noqa: B007 - counted
        yield one
    if count and count == len(noted.readings):
        memory.note(key, noted.readings)


def _key(content: bytes, options: ReadOptions) -> bytes:
    how = json.dumps([sorted(options.mapping.items()), repr(options.limits)]).encode()
    return hashlib.sha256(how + b"\0" + content).digest()[:16]


class _RecordingMemory:
    """Collect what is read of one item."""

    def __init__(self) -> None:
        self.readings: list[ArticleDigest] = []

    def recall(self, key: bytes) -> int:  # noqa: ARG002 - the item is new, so its parts need not be looked for
        return 0

    def note(self, key: bytes, readings: list[ArticleDigest]) -> None:  # noqa: ARG002 - the item's own key covers it
        self.readings += readings

    def close(self) -> None:
        """Do nothing: it lasts as long as the item."""
