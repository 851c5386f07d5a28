"""Read a JSON Feed, version 1 or 1.1 (jsonfeed.org)."""

import json
from typing import Any

from corpus.errors import InputError
from corpus.readers.feeds.feed_document import Entry, FeedDocument, build_feed, entry_id
from corpus.text.urls import join_url


def read_json_feed(text: str, url: str) -> FeedDocument:
    """Return the feed.

    Args:
        text: The JSON.
        url: Where it was found: what relative addresses begin at.

    Raises:
        InputError: It is not JSON, or not a JSON Feed.
    """
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise InputError("it is not well-formed JSON") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise InputError("it is JSON, but no JSON Feed: it has no list of items")
    items = [item for item in feed["items"] if isinstance(item, dict)]
    return build_feed("json", _text(feed, "title"), [_entry(item, feed, url) for item in items])


def _entry(item: dict[str, Any], feed: dict[str, Any], base: str) -> Entry:
    link = _text(item, "url") or _text(item, "external_url")
    url = join_url(base, link) if link else ""
    html, plain, summary = (_text(item, name) for name in ("content_html", "content_text", "summary"))
    return Entry(
        id=entry_id(_text(item, "id"), url, html, plain, summary, _text(item, "title")),
        url=url,
        title=_text(item, "title"),
        text=max(html, plain, summary, key=len),
        author=_authors(item) or _authors(feed),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        language=_text(item, "language") or _text(feed, "language"),
        category=next((tag for tag in _list(item, "tags") if isinstance(tag, str)), ""),
    )


def _authors(record: dict[str, Any]) -> str:
    people = [*_list(record, "authors"), record.get("author")]
    names = [_text(person, "name") for person in people if isinstance(person, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name))


def _list(record: dict[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
