"""The wire in JSON: IPTC ninjs (1.x to 3) and the content JSON of the Associated Press."""

import re
from collections.abc import Mapping
from typing import Any

from corpus.errors import InputError
from corpus.readers import records
from corpus.readers.draft import Draft
from corpus.readers.records import Record
from corpus.readers.wire import embargo

_MEDIA = ("picture", "photo", "image", "graphic", "video", "audio", "animation")
_BODY_KINDS = ("xhtml", "html", "html5", "nitf", "text")


def is_wire(record: Record) -> bool:
    """Return whether an object is a wire item: it has a text and the timestamps of an item."""
    names = _names(record)
    times = {"versioncreated", "firstcreated", "pubstatus", "contentcreated"} & names.keys()
    texts = any(name in ("bodies", "headlines") or name.startswith("body_") for name in names)
    return bool(times) and texts


def build_draft(record: Record) -> Draft:
    """Return the draft of an item.

    Raises:
        InputError: If its provider has withdrawn it, it is under embargo, or no text.
    """
    item = _names(record)
    embargo.check_embargo(records.to_text(item.get("pubstatus")), item.get("embargoed"))
    if kind := find_media(record):
        raise InputError(f"It is no text but of the type {kind!r}: only texts are read.")
    return Draft(
        title=_role(item.get("headlines"), "main")
        or records.to_text(item.get("headline"))
        or records.to_text(item.get("title")),
        body=_body(item),
        source=_provider(item),
        url=_page(item),
        author=_byline(item),
        published=item.get("firstcreated") or item.get("contentcreated") or item.get("versioncreated"),
        updated=item.get("versioncreated"),
        language=records.to_text(item.get("language")),
        category=_subject(item.get("subjects") or item.get("subject")),
        wire_id=_key(item),
    )


def find_media(record: Record) -> str:
    """Return the type of an item that is a picture or the like, or ""."""
    item = _names(record)
    kind = records.to_text(item.get("type")).rpartition(":")[2].strip().lower()
    known = {"pubstatus", "versioncreated", "firstcreated", "renditions", "mimetype", "mediatype"} & item.keys()
    return kind if kind in _MEDIA and known else ""


def _names(record: Record) -> dict[str, Any]:
    """Return the fields by names in lower case: version 3 writes `versionCreated`, the others `versioncreated`."""
    return {name.lower(): value for name, value in record.items() if isinstance(name, str)}


def _role(values: Any, role: str) -> str:
    """Return the value with a role in a list of `{role, value}`, else the first."""
    entries = [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
    chosen = [one for one in entries if str(one.get("role", "")).rpartition(":")[2] == role] or entries
    return next((text for one in chosen if (text := records.to_text(one.get("value")))), "")


def _body(item: Mapping[str, Any]) -> str:
    for kind in _BODY_KINDS:
        if text := records.to_text(item.get(f"body_{kind}"), "\n\n"):
            return text
    others = (records.to_text(value, "\n\n") for name, value in item.items() if name.startswith("body_"))
    return _role(item.get("bodies"), "main") or next(filter(None, others), "")


def _provider(item: Mapping[str, Any]) -> str:
    sources = item.get("infosources") or item.get("infosource")
    given = item.get("provider") or item.get("source") or sources or item.get("copyrightholder")
    return records.to_text(given[0] if isinstance(given, list) and given else given)


def _page(item: Mapping[str, Any]) -> str:
    links = item.get("links")
    return records.to_address(item.get("canonicalurl") or item.get("url") or (links if isinstance(links, list) else ""))


def _byline(item: Mapping[str, Any]) -> str:
    bylines = item.get("bylines")
    entries = bylines if isinstance(bylines, list) else []
    names = [records.to_text(one.get("by") or one if isinstance(one, Mapping) else one) for one in entries]
    text = ", ".join(filter(None, names)) or records.to_text(item.get("byline") or item.get("by"))
    return re.sub(r"(^|, )by ", r"\1", text, flags=re.IGNORECASE)


def _subject(values: Any) -> str:
    entries = values if isinstance(values, list) else []
    return next((text for one in entries if (text := records.to_text(one))), "")


def _key(item: Mapping[str, Any]) -> str:
    """Return the key that stays the same over versions: AP's item id, else the URI, or Superdesk's GUID."""
    others = item.get("altids")
    # AP changes the URI with each version, but not the item id.
    known = others.get("itemid") or others.get("itemId") if isinstance(others, Mapping) else ""
    return (
        records.to_text(known)
        or next(filter(None, (records.to_text(item.get(name)) for name in ("uri", "guid"))), "")
        or _role(others, "main")
    )
