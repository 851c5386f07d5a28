"""HTML pages: JSON-LD of a news article first, then the meta elements, then what trafilatura finds."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

import lxml.html
import trafilatura
from lxml import etree

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers import encoding
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.memory import recall_or_read
from corpus.readers.pages import json_ld
from corpus.readers.pages.headline import find_headings, find_headline, find_site_name
from corpus.readers.pages.live_blog import write_entry_times
from corpus.readers.pages.page_dates import choose_date, find_published, find_updated
from corpus.readers.pages.page_meta import find_marked_authors, read_meta
from corpus.readers.pages.streamed import place_parts
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.text.credit_names import first_byline, first_outlet, reduce_name
from corpus.text.date_parsing import parse_instant
from corpus.text.html_source import drop_unreadable, split_noscript
from corpus.text.html_tables import spell_out_tables
from corpus.text.html_text import (
    MOST_TAGS,
    drop_hidden,
    extract_visible_text,
    fades_in,
    html_to_text,
    tree_to_text,
    unwrap_obsolete,
    wrap_bare_text,
)
from corpus.text.urls import join_url, parse_url

_DEFAULT = ReadOptions()
# The dates that the library finds are guesses, some of them from the text, so they are not used.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "1995-01-02"}
# trafilatura takes 90 to 400 microseconds an element (measured); news pages have 1,000 to 5,000 elements.
_MOST_ELEMENTS = 20_000
_FIRST_LINES = 5
_SENTENCE = 60
_FEWEST_LETTERS = 200


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of a page."""
    yield from convert_drafts(document.name, build_draft(document.text(options.limits.page_bytes), ""), options)


def article_from_html(
    html: bytes, url: str, options: ReadOptions = _DEFAULT, encoding: str | None = None
) -> Article | Refusal:
    """Return the article of a page that was fetched, or the refusal; a warning about it is logged only.

    Args:
        html: The page, decoded from its transfer, as bytes.
        url: Where it was fetched; the page's own canonical address wins when it is on the same host.
        options: The bounds.
        encoding: What the server declared, or None.
    """
    return next(read_page(url, html, url, options, encoding or ""))


def read_page(
    item: str, html: bytes, url: str, options: ReadOptions, declared: str = ""
) -> Iterator[Article | Refusal]:
    """Yield the article of a page and the warnings about it, or the refusal."""
    if len(html) > options.limits.page_bytes:
        yield Refusal(item, f"The page is larger than {options.limits.page_bytes:,} bytes: store its text instead.")
        return
    content = f"page\0{declared}\0{url}\0".encode("utf-8", "surrogatepass") + html if options.memory else b""
    yield from recall_or_read(item, content, options, lambda inner: _read_page(item, html, url, inner, declared))


def _read_page(item: str, html: bytes, url: str, options: ReadOptions, declared: str) -> Iterator[Article | Refusal]:
    try:
        draft = build_draft(encoding.decode_text(html, declared), url)
    except InputError as error:
        yield Refusal(item, str(error))
        return
    yield from convert_drafts(item, draft, options)


def build_draft(html: str, url: str) -> Draft:
    """Return the draft of a page.

    Raises:
        InputError: If it contains no readable HTML.
    """
    if html.count("<") > MOST_TAGS:
        raise InputError(f"It has more than {MOST_TAGS:,} tags, which no article has: store its text instead.")
    html, unscripted = split_noscript(drop_unreadable(html))
    root = _parse_tree(html)
    stated, meta = json_ld.build_draft(root), read_meta(root)
    address = _find_address(url, meta.url or stated.url)
    found = _extract(_prepare(deepcopy(root)), url)
    if unscripted and _is_only_unscripted(html, unscripted, found.get("text") or ""):
        root = _parse_tree(unscripted)
        found = _extract(_prepare(deepcopy(root)), url)
    published = choose_date((stated.published, *meta.published, *find_published(root, address or url)))
    updated = choose_date((stated.updated, *meta.updated, *find_updated(root)))
    named = (stated.source, *meta.sources)
    source = first_outlet((*named, find_site_name(root), found.get("sitename") or ""))
    guess = (found.get("author") or "").replace("; ", ", ")
    title = find_headline(root, (stated.title, *meta.titles), named, address or url, found.get("title") or "")
    headings = {reduce_name(one) for one in (title, *find_headings(root))}
    return Draft(
        title=title,
        body=_drop_headings(_find_body(stated.body, found.get("text") or ""), headings),
        source=source,
        url=address,
        author=first_byline((stated.author, *meta.authors, *find_marked_authors(root), guess), source),
        published=published,
        updated=updated,
        language=stated.language or meta.language,
        category=stated.category or meta.category,
    )


def _prepare(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """Bring a tree, in place, into the shape in which a reader sees it."""
    place_parts(root)
    drop_hidden(root, keep_fading=fades_in(root))
    unwrap_obsolete(root)
    wrap_bare_text(root)
    for label in list(root.iter("label")):  # Of a form: "Name" was taken for an author.
        label.drop_tree()
    write_entry_times(root)
    for time in list(root.iter("time")):  # The library drops it, and with it the day from the middle of a sentence.
        if any(len(one.text_content()) > _SENTENCE for one in time.iterancestors("p", "li", "blockquote")):
            time.drop_tag()
    spell_out_tables(root)
    return root


def _is_only_unscripted(html: str, unscripted: str, found: str) -> bool:
    """Return whether most of the text stands where only a browser without scripts shows it."""
    if len(unscripted) - len(html) < len(found):
        return False
    seen, whole = extract_visible_text(html), extract_visible_text(unscripted)
    return len(whole) - len(seen) > 1.5 * len(found) + 100


def _parse_tree(html: str) -> lxml.html.HtmlElement:
    # Bytes, since a text with a declared encoding is refused; the parser is given the actual one.
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise InputError("It contains no readable HTML: check the page.") from error
    return root


def _extract(root: lxml.html.HtmlElement, url: str) -> dict[str, Any]:
    if next(islice(root.iter(), _MOST_ELEMENTS, None), None) is not None:
        holder = next(root.iter("article", "main"), root)
        return {"text": tree_to_text(holder)}
    try:
        found = trafilatura.bare_extraction(
            root, url=url or None, with_metadata=True, include_comments=False, date_extraction_params=dict(_DATES)
        )
    except Exception as error:  # A library over any page of the web: what it raises is not documented.
        raise InputError(f"Its text cannot be found ({type(error).__name__}): store it as text instead.") from error
    if found is None:
        return {"text": tree_to_text(kept) if (kept := _find_prose(root)) is not None else ""}
    fields = found if isinstance(found, dict) else found.as_dict()
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _find_prose(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """Return what holds the text of a page in which the library finds none: where there is prose, and not only links."""
    for element in list(root.iter("nav", "aside", "footer", "form")):
        element.drop_tree()
    holder = next(root.iter("article", "main", "body"), root)
    prose = sum(len(one.text_content()) - _count_linked(one) for one in holder.iter("p", "pre", "blockquote"))
    return holder if prose >= _FEWEST_LETTERS else None


def _count_linked(element: lxml.html.HtmlElement) -> int:
    return sum(len(link.text_content()) for link in element.iter("a"))


def _find_body(stated: str, found: str) -> str:
    """Prefer the paragraphs found in the page, unless the text that the page states is much longer."""
    stated = html_to_text(stated)
    return stated if len(stated) > 1.5 * len(found) + 100 or not found else found


def _drop_headings(body: str, headings: set[str]) -> str:
    """Drop headline and date where the first lines of a body repeat them, as the page words them there."""
    lines = body.split("\n")
    kept = [
        line for line in lines[:_FIRST_LINES] if reduce_name(line) not in headings - {""} and not parse_instant(line)
    ]
    return "\n".join([*kept, *lines[_FIRST_LINES:]])


def _find_address(fetched: str, stated: str) -> str:
    if not fetched:
        return parse_url(stated)
    whole = parse_url(join_url(fetched, stated)) if stated else ""
    same = whole.split("/")[2:3] == fetched.split("/")[2:3]
    return whole if whole and same else fetched
