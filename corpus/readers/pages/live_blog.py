"""Live blogs: the time of each entry is written before its text, as readers see it and extraction would drop it."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TypeAlias

import lxml.html

from corpus.text.date_parsing import parse_instant

_FEWEST, _MOST = 3, 2_000
_SHORTEST = 40
_CLOCK = re.compile(r"\d{1,2}(?:[:.h]\d\d| Uhr)(?::\d\d)?(?:\s?(?:[ap]\.?m\.?|uhr|h|[A-Z]{2,4}))?", re.IGNORECASE)
_APART = re.compile(r"comment|related|teaser|recommend|sidebar|promo", re.IGNORECASE)
_TEXTS = ("p", "h2", "h3", "h4", "h5", "h6", "blockquote", "li")
Element: TypeAlias = lxml.html.HtmlElement


def write_entry_times(root: Element) -> None:
    """Write, in place, the time of each entry of a live blog before the first words of the entry."""
    for entry, element in find_entries(root).items():
        _write(element, entry)
        for name in ("class", "id"):  # Extraction takes an element of the class "entry" for the whole article.
            entry.attrib.pop(name, None)


def find_entries(root: Element) -> dict[Element, Element]:
    """Return the entries of a live blog, each with the element that gives its time.

    They are three or more elements of one kind beside one another, each with a time and a paragraph of its own.
    """
    kinds: dict[Element, Counter[object]] = {}
    entries: dict[Element, Element] = {}
    for element in islice(_find_times(root), _MOST):
        entry = _find_entry(element, kinds)
        if entry is not None:
            entries.setdefault(entry, element)
    several = Counter(entry.getparent() for entry in entries)
    return {entry: element for entry, element in entries.items() if several[entry.getparent()] >= _FEWEST}


def _find_times(root: Element) -> Iterator[Element]:
    for element in root.iter("time", "span", "div", "a", "small"):
        if element.tag == "time" or ("time" in element.get("class", "") and _CLOCK.fullmatch(_text(element))):
            yield element


def _find_entry(element: Element, kinds: dict[Element, Counter[object]]) -> Element | None:
    """Return the innermost element around a time that has siblings of its kind and prose, or None."""
    found: Element | None = None
    for one in islice(element.iterancestors(), 30):
        if _APART.search(f"{one.get('class', '')} {one.get('id', '')}"):
            return None
        parent = one.getparent()
        if found is not None or parent is None or one.tag not in ("article", "li", "section", "div"):
            continue
        if parent not in kinds:
            kinds[parent] = Counter(child.tag for child in parent)
        if kinds[parent][one.tag] >= _FEWEST and _has_prose(one):
            found = one
    return found


def _has_prose(element: Element) -> bool:
    return any(len(_text(one)) >= _SHORTEST for one in element.iter("p", "li", "blockquote"))


def _write(element: Element, entry: Element) -> None:
    """Move a time to the beginning of the text that holds it, or else of the first one in its entry."""
    said = _describe(element)
    around = set(element.iterancestors())
    texts = [one for one in entry.iter(*_TEXTS) if _text(one) and one is not element]
    holder = next((one for one in texts if one in around and _text(one) != _text(element)), None)
    target = holder if holder is not None else next((one for one in texts if one not in around), None)
    if holder is None and target is not None and target.tag != "p":  # Headings are lost more easily than paragraphs.
        target = next((one for one in texts if one.tag == "p" and one not in around), target)
    if not said or target is None:
        return
    element.drop_tree()
    target.text = f"{said}: {(target.text or '').lstrip()}"


def _describe(element: Element) -> str:
    if said := _text(element):
        return said.rstrip(":")
    at = parse_instant(element.get("datetime"))
    return f"{at:%H:%M}" if at else ""


def _text(element: Element) -> str:
    return " ".join(element.text_content().split())
