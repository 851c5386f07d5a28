"""Markdown, with front matter (YAML or TOML) or without: made text, without the marks of links and emphasis."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import records
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.files import plain_text
from corpus.readers.refusal import ReadOptions, Refusal

_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|$)", re.DOTALL)
_FRONT_LENGTH = 65_536


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of a Markdown file."""
    text = document.text(options.limits.page_bytes).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    yield from convert_drafts(document.name, build_draft(text, options.mapping), options)


def build_draft(text: str, mapping: Mapping[str, str]) -> Draft:
    """Return the draft of a text: headline from the front matter, else the first heading, else the first line."""
    front, content = split_front_matter(text)
    # Commonmark keeps the HTML that it holds, which is then made text like all other HTML.
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(content)
    headed = bool(tokens) and tokens[0].tag == "h1"
    record: dict[str, Any] = {key: value for key, value in front.items() if isinstance(key, str)}
    titled = bool(records.build_draft(record, mapping).title)
    if headed:
        heading, tokens = tokens[1], tokens[3:]
        record |= {} if titled else {"title": markdown.renderer.render([heading], markdown.options, {})}
    elif not titled:
        first = plain_text.build_draft(content)
        record["title"], tokens = first.title, markdown.parse(first.body)
    mapped = mapping if not mapping.get("body") else {**mapping, "body": "body"}
    return records.build_draft({**record, "body": markdown.renderer.render(tokens, markdown.options, {})}, mapped)


def split_front_matter(text: str) -> tuple[Mapping[Any, Any], str]:
    """Return the front matter as a mapping, and the text after it.

    Raises:
        InputError: If there is front matter that is not readable.
    """
    toml = _TOML.match(text[:_FRONT_LENGTH])
    handler = YAMLHandler()
    try:
        if toml:
            return tomllib.loads(toml[1]), text[toml.end() :]
        if not handler.detect(text[:_FRONT_LENGTH]):
            return {}, text
        front, content = handler.split(text)
        loaded = handler.load(front[:_FRONT_LENGTH])
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        detail = " ".join(str(error).split())[:120]
        raise InputError(f"Its front matter is not readable ({detail}): check the lines at its beginning.") from error
    return (loaded, content) if isinstance(loaded, Mapping) else ({}, text)
