"""Put the parts of a page that React streams where a browser shows them.

React 18 and Next.js send a part that is late in `<div hidden id="S:0">`, then a script `$RC("B:0", "S:0")` that puts it in
the place of `<template id="B:0">` and what is shown until then.
"""

import re
from itertools import takewhile

import lxml.html
from lxml import etree

_CALL = re.compile(r"\$R[A-Z]\(\s*[\"']([^\"']{1,80})[\"']\s*,\s*[\"']([^\"']{1,80})[\"']")
_END = "/$"  # The comment that ends what is shown until the part is there.
_MOST = 1_000


def place_parts(root: lxml.html.HtmlElement) -> None:
    """Move, in place, each streamed part to its `<template>`, and drop what was shown instead."""
    pairs = _find_pairs(root)
    if not pairs:
        return
    wanted = {name for pair in pairs for name in pair}
    found = {name: element for element in root.iter() if (name := _id(element)) in wanted}
    for pair in pairs:
        elements = [found[name] for name in pair if name in found]
        template = next((one for one in elements if one.tag == "template"), None)
        part = next((one for one in elements if one.tag != "template"), None)
        if template is not None and part is not None and template.getparent() is not None:
            _place(template, part)


def _find_pairs(root: lxml.html.HtmlElement) -> list[tuple[str, str]]:
    called = [pair for script in root.iter("script") for pair in _CALL.findall(script.text or "")]
    named = [(one.get("data-bid", ""), one.get("data-sid", "")) for one in root.iter("template") if one.get("data-sid")]
    return [*called, *named][:_MOST]


def _id(element: lxml.html.HtmlElement) -> str:
    return str(element.get("id") or "") if isinstance(element.tag, str) else ""


def _place(template: lxml.html.HtmlElement, part: lxml.html.HtmlElement) -> None:
    parent = template.getparent()
    if parent is None or part in (template, *template.iterancestors()):
        return
    later = list(template.itersiblings())
    shown = list(takewhile(lambda one: not _is_end(one), later))
    if len(shown) < len(later):
        for element in shown:
            parent.remove(element)
        template.tail = None
    moved = lxml.html.Element("div")
    moved.text = part.text
    moved.extend(list(part))
    parent.insert(parent.index(template), moved)
    part.text = None


def _is_end(element: etree._Element) -> bool:
    return isinstance(element, etree._Comment) and (element.text or "").strip() == _END
