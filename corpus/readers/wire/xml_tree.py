"""Parse untrusted XML: no entity is declared or resolved, no DTD is fetched, nesting is bounded."""

import html
import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from corpus.errors import InputError
from corpus.readers.feeds.xml_prolog import after_prolog, drop_declaration
from corpus.text.html_source import drop_unreadable
from corpus.text.html_text import extract_visible_text

_PROLOG = 8192  # Characters in which the first element is looked for.
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([a-zA-Z][a-zA-Z0-9]{1,31});")
_APART = frozenset("br p div li hl1 hl2 h1 h2 h3 person byttl org location name byline td th".split())
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,60})[\s/>]")


def root_name(text: str) -> str:
    """Return the local name of the first element in the beginning of a text, or "" if it is not XML."""
    start = after_prolog(text[:_PROLOG])
    match = _ROOT.search(start) if start.startswith("<") else None
    return match[1] if match else ""


def parse_xml(text: str, depth: int) -> Element:
    """Return the root, its elements named without namespaces.

    Entities that HTML names (`&nbsp;`) become their characters; a DOCTYPE that declares none is ignored.

    Raises:
        InputError: If it is not well-formed, declares an entity, or is nested deeper than `depth`.
    """
    text = _NAMED.sub(_character, drop_unreadable(drop_declaration(text)))
    level = 0
    root: Element | None = None
    try:
        data = io.BytesIO(text.encode("utf-8", "replace"))
        for event, element in iterparse(data, events=("start", "end"), forbid_dtd=False):
            level += 1 if event == "start" else -1
            if level > depth:
                raise InputError(f"Its elements are nested more than {depth} deep: check the file.")
            root = element if root is None else root
            if event == "start":
                element.tag = element.tag.rpartition("}")[2]
    except DefusedXmlException as error:
        raise InputError("It declares entities, which a news item does not need: remove its DOCTYPE.") from error
    except ParseError as error:
        raise InputError(f"It is not well-formed XML ({error}): check the file.") from error
    if root is None:
        raise InputError("It contains no element: check the file.")
    return root


def _character(match: re.Match[str]) -> str:
    found = html.unescape(match[0])
    return html.escape(found) if found != match[0] else html.escape(match[0])


def line(root: Element, *paths: str) -> str:
    """Return the text of the first of these paths that holds some, in one line."""
    for path in paths:
        for found in root.iterfind(path):
            if text := _join(found):
                return text
    return ""


def lines(root: Element, path: str) -> list[str]:
    """Return the texts of all elements under a path that hold some, each in one line and once."""
    return list(dict.fromkeys(text for found in root.iterfind(path) if (text := _join(found))))


def byline(found: list[Element]) -> str:
    """Return the authors that byline elements name, without their titles (`byttl`), places and rules."""
    names = []
    for one in found:
        people = lines(one, ".//person")
        names += people or [_join(one, ("byttl", "location", "virtloc", "pubdata"))]
    return ", ".join(dict.fromkeys(filter(None, names)))


def _join(element: Element, unwanted: tuple[str, ...] = ()) -> str:
    """Return the text of an element in one line; what stands in lines or blocks of its own is parted by a blank."""
    return " ".join("".join(_pieces(element, unwanted)).split())


def _pieces(element: Element, unwanted: tuple[str, ...]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        apart = " " if child.tag in _APART else ""
        yield apart
        if child.tag not in unwanted:
            yield from _pieces(child, unwanted)
        yield apart or (" " if child.tag in unwanted else "")
        yield child.tail or ""


def value(root: Element, path: str, name: str) -> str:
    """Return an attribute of the first element under a path that has it, or ""."""
    return next((text for found in root.iterfind(path) if (text := found.get(name, "").strip())), "")


def language(root: Element) -> str:
    """Return `xml:lang` of an element, or ""."""
    return root.get("{http://www.w3.org/XML/1998/namespace}lang", "") or root.get("lang", "")


def remove(parent: Element, child: Element) -> None:
    """Remove a child, but not the text behind it."""
    siblings = list(parent)
    before = siblings.index(child) - 1
    if before >= 0:
        siblings[before].tail = (siblings[before].tail or "") + (child.tail or "")
    else:
        parent.text = (parent.text or "") + (child.tail or "")
    parent.remove(child)


def blocks(root: Element, unwanted: tuple[str, ...] = ()) -> str:
    """Return the text of an element, blocks separated by blank lines, without the unwanted elements."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in unwanted:
                remove(parent, child)
    return extract_visible_text(tostring(root, encoding="unicode", method="html"))
