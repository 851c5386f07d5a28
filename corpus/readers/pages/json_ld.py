"""The `NewsArticle` that a page states as JSON-LD (schema.org)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import lxml.html

from corpus.readers import records
from corpus.readers.draft import Draft
from corpus.text.date_parsing import parse_instant

# The subtypes of schema.org's Article, and other types that news pages use.
_TYPES = ("NewsArticle", "Article", "BlogPosting", "LiveBlogPosting", "Report")
_NESTED = 6
_MOST = 2000
_REFERRING = ("author", "creator", "publisher", "sourceOrganization", "mainEntityOfPage", "isPartOf")
Node = dict[str, Any]


def build_draft(root: lxml.html.HtmlElement) -> Draft:
    """Return the draft of the first article that the page states; without one, what it states of page and site."""
    nodes = [node for block in _load_blocks(root) for node in _find_nodes(block, _NESTED)]
    known = {str(node["@id"]): node for node in reversed(nodes) if "@id" in node and node.get("name")}
    article = next((node for node in nodes if _is_a(node, _TYPES)), None)
    page = next((node for node in nodes if _is_a(node, ("WebPage",))), {})
    site = next((records.to_text(node.get("name")) for node in nodes if _is_a(node, ("WebSite",))), "")
    if article is None:
        return Draft(source=site, published=page.get("datePublished"), updated=page.get("dateModified"))
    resolved = {name: _resolve(value, known) if name in _REFERRING else value for name, value in article.items()}
    return _build_draft(resolved, page, site)


def _load_blocks(root: lxml.html.HtmlElement) -> Iterator[Any]:
    for element in root.iter("script"):
        if "ld+json" in (element.get("type") or ""):
            text = (element.text or "").strip().removeprefix("<!--").removesuffix("-->")
            text = text.strip().removeprefix("//").removeprefix("<![CDATA[").removesuffix("]]>").strip()
            try:
                # Not strict: pages put raw line ends into strings.
                yield json.loads(text.removesuffix("//").strip().removesuffix(";"), strict=False)
            except (ValueError, RecursionError):
                continue


def _find_nodes(value: Any, nested: int) -> Iterator[Node]:
    """Yield the nodes of a block; those that others hold come behind them."""
    if isinstance(value, list) and nested:
        for one in value[:_MOST]:
            yield from _find_nodes(one, nested - 1)
    elif isinstance(value, dict) and nested:
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", *_REFERRING[:4]):
            yield from _find_nodes(value.get(name), nested - 1)


def _is_a(node: Node, types: tuple[str, ...]) -> bool:
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and name.rpartition("/")[2].endswith(types) for name in names)


def _resolve(value: Any, known: Mapping[str, Node]) -> Any:
    """Return a value with the node that it refers to in its place (JSON-LD 1.1, 3.3)."""
    if isinstance(value, list):
        return [_resolve(one, known) for one in value[:_MOST]]
    key = value.get("@id") if isinstance(value, dict) and not value.get("name") else value
    return known.get(key, value) if isinstance(key, str) else value


def _build_draft(stated: Node, page: Node, site: str) -> Draft:
    title = stated.get("headline") or stated.get("name")
    return Draft(
        title=records.to_text(title),
        body=records.to_text(stated.get("articleBody"), "\n\n") or _write_updates(stated.get("liveBlogUpdate")),
        source=records.to_text(stated.get("publisher") or stated.get("sourceOrganization")) or site,
        url=records.to_address(stated.get("url") or stated.get("mainEntityOfPage")),
        author=records.to_text(stated.get("author") or stated.get("creator")),
        published=stated.get("datePublished") or stated.get("dateCreated") or page.get("datePublished"),
        updated=stated.get("dateModified") or page.get("dateModified"),
        language=records.to_text(stated.get("inLanguage")),
        category=records.to_text(stated.get("articleSection")),
    )


def _write_updates(updates: Any) -> str:
    """Return the entries of a live blog, each with the time of day that it states."""
    entries = [one for one in updates[:_MOST] if isinstance(one, dict)] if isinstance(updates, list) else []
    written = []
    for entry in entries:
        at = parse_instant(entry.get("datePublished"))
        headline = records.to_text(entry.get("headline"))
        text = records.to_text(entry.get("articleBody"), "\n\n")
        told = text if not headline or text.startswith(headline) else f"{headline.rstrip('.')}. {text}".strip()
        written.append(f"{at:%H:%M}: {told}" if at and told else told)
    return "\n\n".join(filter(None, written))
