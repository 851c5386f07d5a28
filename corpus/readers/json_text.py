"""JSON and JSONL: one article, a list of them, an object that holds such a list, or an object a line."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import ijson  # type: ignore[import-untyped]

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import records
from corpus.readers.document import Document
from corpus.readers.draft import outcomes
from corpus.readers.encoding import decoded
from corpus.readers.outcome import ReadOptions, Refusal
from corpus.readers.records import Record

_NESTED = 4


def read_lines(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each line; an empty line is passed over, a bad one refused."""
    for number, line in enumerate(document.lines(), 1):
        item = f"{document.name}:{number}"
        if line is None:
            yield Refusal(
                item, f"The line is longer than {options.limits.record_bytes:,} bytes: cut or split the article."
            )
        elif line.strip("\ufeff \t\r\n\0"):
            yield from _line(item, line.lstrip("\ufeff"), options)


def _line(item: str, line: str, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        yield Refusal(item, f"The line is not JSON ({_detail(error)}): write one object a line.")
        return
    yield from articles(item, value, options)


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the articles of a JSON file; a list is streamed, an object is read whole."""
    if document.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[" and document.encoding.startswith("utf-8"):
        yield from _streamed_list(document, options)
        return
    text = decoded(document.read(options.limits.document_bytes)).strip("\ufeff \t\r\n\0")
    decoder, position, number = json.JSONDecoder(), 0, 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise InputError(f"It is not JSON ({_detail(error)}): check the file.") from error
        number += 1
        while position < len(text) and text[position] in " \t\r\n,\x1e":
            position += 1
        alone = number == 1 and position == len(text)
        yield from articles(document.name if alone else f"{document.name}[{number - 1}]", value, options)


def _streamed_list(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    if document.head.startswith(b"\xef\xbb\xbf"):
        document.stream.read(3)
    number = -1
    try:
        for number, value in enumerate(ijson.items(document.stream, "item", use_float=True)):
            yield from articles(f"{document.name}[{number}]", value, options)
    except (ijson.JSONError, UnicodeError, RecursionError) as error:
        after = f" after entry {number}" if number >= 0 else ""
        raise InputError(f"It is not JSON{after} ({_detail(error)}): check the file.") from error


def articles(item: str, value: Any, options: ReadOptions, nested: int = _NESTED) -> Iterator[Article | Refusal]:
    """Yield the articles in a value of JSON: it is one, or a list of them, or holds one or a list."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from articles(f"{item}[{number}]", one, options, nested - 1) if nested else _no_article(item, one)
    elif not isinstance(value, Mapping):
        yield from _no_article(item, value)
    elif _is_article(value, options.mapping) or not nested or not (inner := _inner(value)):
        yield from outcomes(item, records.draft_of(value, options.mapping), options)
    else:
        yield from articles(f"{item}.{inner}", value[inner], options, nested - 1)


def _is_article(value: Record, mapping: Mapping[str, str]) -> bool:
    mapped = [records.at(value, path) for path in mapping.values()]
    return any(one is not None for one in mapped) or records.is_article(value)


def _inner(value: Record) -> str:
    """Return the name of the list of objects, or else of the single object, that an envelope holds."""
    lists = (name for name, held in value.items() if isinstance(held, list) and held and isinstance(held[0], Mapping))
    if name := next(lists, ""):
        return name
    objects = [name for name, held in value.items() if isinstance(held, Mapping)]
    return next((name for name in objects if _is_article(value[name], {}) or _inner(value[name])), "")


def _no_article(item: str, value: Any) -> Iterator[Refusal]:
    yield Refusal(item, f"It is not an article but {type(value).__name__}: give an object with a title and a body.")


def _detail(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    return " ".join(str(error).split())[:120]
