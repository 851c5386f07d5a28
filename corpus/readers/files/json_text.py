"""JSON and JSONL: one article, a list of them, an object that holds such a list, or an object a line."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import records
from corpus.readers.document import Document
from corpus.readers.draft import convert_drafts
from corpus.readers.files import json_stream
from corpus.readers.records import Record
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.readers.wire import wire_json

_NESTED = 4


def read_lines(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each line; empty lines are skipped, bad ones refused."""
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
        value = json.loads(line, strict=False)
    except (ValueError, RecursionError) as error:
        yield Refusal(item, f"The line is not JSON ({json_stream.describe_error(error)}): write one object a line.")
        return
    yield from iterate_articles(item, value, options)


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the articles of a JSON file; the entries of a list, or consecutive values, are streamed."""
    is_list = document.start_of_text.startswith("[")
    limit = options.limits.record_bytes if is_list else options.limits.document_bytes
    with document.characters() as characters:
        for number, value in enumerate(json_stream.iterate_values(characters, is_list, limit)):
            yield from iterate_articles(f"{document.name}[{number}]", value, options)


def iterate_articles(item: str, value: Any, options: ReadOptions, nested: int = _NESTED) -> Iterator[Article | Refusal]:
    """Yield the articles in a value of JSON: it is one, or a list of them, or holds one or a list."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from iterate_articles(f"{item}[{number}]", one, options, nested - 1) if nested else _refuse(item, one)
    elif not isinstance(value, Mapping):
        yield from _refuse(item, value)
    elif wire_json.is_wire(value) and not options.mapping:
        yield from _read_wire(item, value, options)
    elif kind := wire_json.find_media(value):
        yield Refusal(item, f"It is no text but of the type {kind!r}: only texts are read.")
    elif _is_article(value, options.mapping) and records.is_thing(value) and not options.mapping:
        yield Refusal(
            item,
            "It has a name and a description, as a configuration file has, and no text of an article:"
            f" name the field that holds it {options.hints.describe_name('body', 'FIELD')}.",
        )
    elif _is_article(value, options.mapping) or not nested or not (inner := _find_inner_list(value)):
        yield from convert_drafts(item, records.build_draft(value, options.mapping), options)
    else:
        yield from iterate_articles(f"{item}.{inner}", value[inner], options, nested - 1)


def _read_wire(item: str, value: Record, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        draft = wire_json.build_draft(value)
    except InputError as error:
        yield Refusal(item, str(error))
        return
    yield from convert_drafts(item, draft, options)


def _is_article(value: Record, mapping: Mapping[str, str]) -> bool:
    mapped = [records.at(value, path) for path in mapping.values()]
    return any(one is not None for one in mapped) or records.is_article(value)


def _find_inner_list(value: Record) -> str:
    """Return the name of the list of objects, or else of the single object, that an envelope holds."""
    lists = (name for name, held in value.items() if isinstance(held, list) and held and isinstance(held[0], Mapping))
    if name := next(lists, ""):
        return name
    objects = [name for name, held in value.items() if isinstance(held, Mapping)]
    return next(
        (
            name
            for name in objects
            if _is_article(value[name], {}) or wire_json.is_wire(value[name]) or _find_inner_list(value[name])
        ),
        "",
    )


def _refuse(item: str, value: Any) -> Iterator[Refusal]:
    yield Refusal(item, f"It is not an article but {type(value).__name__}: give an object with a title and a body.")
