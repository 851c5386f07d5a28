"""An answer as plain values that can be read again: nothing of it is lost, and an article in it is written once."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from rag.model import Answer, Filters

_ANSWER = TypeAdapter(Answer)
_FILTERS: TypeAdapter[Filters | None] = TypeAdapter(Filters | None)

Place = tuple[Any, Any]
"""A container and the key or position under which it holds an article."""


def pack_answer(answer: Answer) -> tuple[str, dict[str, str]]:
    """Return an answer as JSON in which digests stand for its articles, and the articles as JSON by digest."""
    record = _ANSWER.dump_python(answer, mode="json")
    articles: dict[str, str] = {}
    for container, key in _places(record):
        # Sorted keys, so that the same article always has the same digest.
        text = json.dumps(container[key], ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        articles[digest] = text
        container[key] = digest
    return json.dumps(record, ensure_ascii=False), articles


def unpack_answer(record: str, articles: Mapping[str, str]) -> Answer:
    """Return the answer that `pack_answer` wrote.

    Raises:
        ValueError: The record is damaged, or one of its articles is missing.
    """
    values = json.loads(record)
    for container, key in _places(values):
        if container[key] not in articles:
            raise ValueError(f"an article of the answer is missing: {container[key]}")
        container[key] = json.loads(articles[container[key]])
    return _ANSWER.validate_python(values)


def pack_filters(filters: Filters | None) -> str:
    """Return filters as JSON."""
    return _FILTERS.dump_json(filters).decode()


def unpack_filters(record: str) -> Filters | None:
    """Return the filters that `pack_filters` wrote."""
    return _FILTERS.validate_json(record)


def _places(record: dict[str, Any]) -> Iterator[Place]:
    """Yield every place of an answer that holds an article."""
    cited = (citation["passage"] for citation in [*record["citations"], *record["entries"]])
    for passage in [*record["passages"], *cited]:
        yield passage["chunk"], "article"
        yield from ((passage["copies"], i) for i in range(len(passage["copies"])))
    yield from ((record["nearest"], i) for i in range(len(record["nearest"])))
