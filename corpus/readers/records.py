"""Read an article from a record of names and values: a row of a table, an object of JSON, front matter."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.readers.draft import Draft
from corpus.text.urls import parse_url

Record = Mapping[str, Any]

# Names as other archives use them, without case, spaces and punctuation; the first that holds something wins.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "articleid", "docid", "documentid", "uuid", "key"),
    "title": (
        "title",
        "headline",
        "heading",
        "hed",
        "head",
        "webtitle",
        "articletitle",
        "newstitle",
        "name",
        "subject",
    ),
    "body": (
        *(
            "body",
            "text",
            "content",
            "article",
            "story",
            "articlebody",
            "articletext",
            "articlecontent",
            "fulltext",
            "bodytext",
        ),
        *(
            "bodyhtml",
            "contenthtml",
            "contenttext",
            "maintext",
            "cleanedtext",
            "plaintext",
            "html",
            "document",
            "newstext",
        ),
        *("description", "shortdescription", "summary", "abstract"),
    ),
    "source": (
        *("source", "outlet", "publisher", "publication", "sourcename", "outletname", "sitename", "newspaper"),
        *("provider", "site", "website", "media", "domain", "channel"),
    ),
    "url": ("url", "link", "href", "weburl", "articleurl", "sourceurl", "permalink", "canonicalurl", "externalurl"),
    "author": ("author", "authors", "byline", "bylines", "creator", "writer", "journalist", "reporter"),
    "published_at": (
        *("publishedat", "published", "pubdate", "datepublished", "publicationdate", "publishdate", "publisheddate"),
        *("firstpublished", "firstpublicationdate", "webpublicationdate", "publishedon", "publishtime", "datepublish"),
        *("date", "datetime", "timestamp", "posted", "postedat", "created", "createdat", "firstcreated"),
    ),
    "updated_at": (
        "updatedat",
        "updated",
        "datemodified",
        "modified",
        "modifiedat",
        "lastmodified",
        "lastupdated",
        "dateupdated",
    ),
    "language": ("language", "lang", "inlanguage", "languagecode", "locale"),
    "category": ("category", "section", "categories", "sectionname", "articlesection", "topic", "desk"),
    "wire_id": ("guid", "uri", "urn"),
}
# Names that things of every kind have: alone, they make no article.
_ANY_NAME, _ANY_TEXT = ("name", "subject"), ("description", "shortdescription", "summary", "abstract")
_INNER = ("rendered", "value", "name", "title", "text", "content", "#text", "$t")
_MOST = 50
_NESTED = 3


def build_draft(record: Record, mapping: Mapping[str, str]) -> Draft:
    """Return the draft of one record; `mapping` (ours to theirs) goes before the aliases."""
    plain = {_normalise_name(name): value for name, value in reversed(list(record.items())) if isinstance(name, str)}

    def value(field: str) -> Any:
        if field in mapping:
            return at(record, mapping[field])
        return next((plain[name] for name in ALIASES[field] if plain.get(name) not in (None, "", [], {})), None)

    wire_id = to_text(value("wire_id"))
    return Draft(
        title=to_text(value("title")),
        body=to_text(value("body"), "\n\n"),
        source=to_text(value("source")),
        url=to_address(value("url")) or parse_url(wire_id),
        author=to_text(value("author")),
        published=to_instant(value("published_at")),
        updated=to_instant(value("updated_at")),
        language=to_text(value("language")),
        category=to_text(value("category")),
        id=to_text(value("id")),
        wire_id=wire_id,
        status=_find_status(plain),
    )


def _find_status(plain: Mapping[str, Any]) -> str:
    """Return the status of a record, or "draft" where front matter or a backup marks it so."""
    drafted = str(plain.get("draft")).lower() == "true" or plain.get("published") is False
    return "draft" if drafted else to_text(plain.get("status") or plain.get("poststatus"))


def is_thing(record: Record) -> bool:
    """Return whether an object has a name and a description as anything has, and nothing of an article.

    Packages, schemas and other configuration files are such objects.
    """
    plain = {_normalise_name(name) for name, value in record.items() if isinstance(name, str) and value}
    if not plain.isdisjoint({"$schema", "jsonschema"}):
        return True
    if not plain.isdisjoint(set(ALIASES["body"]) - set(_ANY_TEXT)):
        return False
    named = plain.isdisjoint(set(ALIASES["title"]) - set(_ANY_NAME))
    dated = not plain.isdisjoint({*ALIASES["published_at"], *ALIASES["url"]})
    return named or not dated


def is_article(record: Record) -> bool:
    """Return whether an object has a field for a headline and one for a text."""
    names = {_normalise_name(name) for name in record if isinstance(name, str)}
    return not names.isdisjoint(ALIASES["title"]) and not names.isdisjoint(ALIASES["body"])


def find_missing_columns(names: Sequence[str], mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Return which of "title" and "body" no column holds."""
    plain = {_normalise_name(name) for name in names}

    def held(field: str) -> bool:
        return mapping[field].split(".")[0] in names if field in mapping else not plain.isdisjoint(ALIASES[field])

    return tuple(field for field in ("title", "body") if not held(field))


def at(record: Any, path: str) -> Any:
    """Return the value under a name, or under a dotted path of names and numbers."""
    if isinstance(record, Mapping) and path in record:
        return record[path]
    for name in path.split("."):
        if isinstance(record, Mapping):
            record = record.get(name)
        elif isinstance(record, list) and name.isdecimal() and int(name) < len(record):
            record = record[int(name)]
        else:
            return None
    return record


def to_text(value: Any, separator: str = ", ", nested: int = _NESTED) -> str:
    """Return the text in a value: itself, those in a list, or what an object holds under "name" or the like."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if nested and isinstance(value, Mapping):
        return next((to_text(value[name], separator, nested - 1) for name in _INNER if value.get(name)), "")
    if nested and isinstance(value, (list, tuple)):
        most = _MOST if separator == ", " else len(value)
        return separator.join(filter(None, (to_text(one, separator, nested - 1) for one in value[:most])))
    return ""


def to_address(value: Any) -> str:
    """Return the first address in a value; feeds keep it in `href`."""
    if isinstance(value, (list, tuple)):
        return next((found for found in map(to_address, value[:_MOST]) if found), "")
    if isinstance(value, Mapping):
        return to_text(value.get("href") or value.get("url") or value.get("@id") or value)
    return to_text(value)


def to_instant(value: Any) -> object:
    """Return what may be a date: MongoDB keeps it in `$date`."""
    return next(iter(value.values()), None) if isinstance(value, Mapping) and len(value) == 1 else value


def _normalise_name(name: str) -> str:
    return re.sub(r"[^a-z0-9#$]", "", name[:100].lower())
