"""A parsed feed: a `FeedDocument` with its `Entry`s, not cleaned yet."""

from dataclasses import dataclass

from corpus.text.urls import url_key

ENTRIES_AT_MOST = 1_000
_LONGEST_ID = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one entry of a feed or a sitemap.

    Attributes:
        id: The key that the feed gives it, else its address, else made from its text; the same one at every pull.
        url: The absolute address of its page, or "".
        title: The headline, or "".
        text: The feed's own text, HTML or plain; the longest if it has several.
        source: The outlet, when the feed names another one than itself.
        author: The byline.
        published: A date as it is written.
        updated: A date as it is written.
        language: A language tag.
        category: The section.
        status: "draft" or the like where the feed is an export that says so, else "".
    """

    id: str
    url: str = ""
    title: str = ""
    text: str = ""
    source: str = ""
    author: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    category: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """Hold a feed.

    Attributes:
        kind: "rss", "atom", "json", "sitemap" or "index" (a sitemap of sitemaps).
        title: Its title, or "".
        entries: At most 1,000, in the feed's order.
        children: The sitemaps that an index names, most recently changed first.
        dropped: The number of entries beyond the limit.
    """

    kind: str
    title: str = ""
    entries: tuple[Entry, ...] = ()
    children: tuple[str, ...] = ()
    dropped: int = 0


def build_feed(kind: str, title: str, entries: list[Entry]) -> FeedDocument:
    """Return a document of the first entries, each key once."""
    unique = {entry.id: entry for entry in reversed(entries)}
    kept = [entry for entry in entries if unique.get(entry.id) is entry]
    return FeedDocument(kind, title, tuple(kept[:ENTRIES_AT_MOST]), dropped=max(0, len(kept) - ENTRIES_AT_MOST))


def entry_id(*candidates: str) -> str:
    """Return the first key that is not empty, or a hash of it if it is too long."""
    found = next((candidate for candidate in candidates if candidate), "")
    return found if len(found) <= _LONGEST_ID else url_key("long", found)
