"""The `NewsArticle` that a page states as JSON-LD (schema.org)."""

import json
from collections.abc import Iterator
from typing import Any

import lxml.html

from corpus.readers import records
from corpus.readers.draft import Draft

# The subtypes of schema.org's Article, and other types that news pages use.
_TYPES = ("NewsArticle", "Article", "BlogPosting", "LiveBlogPosting", "Report")
_NESTED = 6
_MOST = 2000


def build_draft(root: lxml.html.HtmlElement) -> Draft:
    """Return the draft of the first article that the page states; an empty one if it states none."""
    for element in root.iter("script"):
        if "ld+json" in (element.get("type") or ""):
            for stated in _find_articles(_load_blocks(element.text or ""), _NESTED):
                return _build_draft(stated)
    return Draft()


def _load_blocks(text: str) -> Any:
    try:
        # Not strict: pages put raw line ends into strings.
        return json.loads(text.strip().removesuffix(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _find_articles(value: Any, nested: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, list) and nested:
        for one in value[:_MOST]:
            yield from _find_articles(one, nested - 1)
    elif isinstance(value, dict) and nested:
        kinds = value.get("@type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(name, str) and name.rpartition("/")[2].endswith(_TYPES) for name in names):
            yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            yield from _find_articles(value.get(name), nested - 1)


def _build_draft(stated: dict[str, Any]) -> Draft:
    title = stated.get("headline") or stated.get("name")
    return Draft(
        title=records.to_text(title),
        body=records.to_text(stated.get("articleBody"), "\n\n"),
        source=records.to_text(stated.get("publisher") or stated.get("sourceOrganization")),
        url=records.to_address(stated.get("url") or stated.get("mainEntityOfPage")),
        author=records.to_text(stated.get("author") or stated.get("creator")),
        published=stated.get("datePublished") or stated.get("dateCreated"),
        updated=stated.get("dateModified"),
        language=records.to_text(stated.get("inLanguage")),
        category=records.to_text(stated.get("articleSection")),
    )
