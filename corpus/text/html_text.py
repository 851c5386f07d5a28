"""Tell HTML from text that mentions HTML, and turn HTML into text as a reader would see it."""

import html
import re
from collections.abc import Iterator

import lxml.html
from lxml import etree

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """
    address article aside blockquote body caption center dd div dl dt fieldset figcaption figure footer h1 h2
    h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul
    """,
    )
)
_INLINE = frozenset(
    re.findall(
        r"\w+",
        """
    a abbr b big cite code del em font i ins kbd mark q s small span strike strong sub sup td th tt u
    """,
    )
)
_UNSEEN = frozenset(
    re.findall(
        r"\w+",
        """
    applet audio base button canvas embed frame head iframe input link math meta noframes noscript object
    option script select style svg template textarea title video
    """,
    )
)
# A page of news has a few thousand tags; a tree of a million takes 20 seconds and half a gigabyte (measured).
MOST_TAGS = 100_000
_KNOWN = _BLOCKS | _INLINE | _UNSEEN | {"br", "img", "marquee"}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[\s/][^<>]*)?)>")
_ATTRIBUTE = re.compile(r"\s(?:style|class|href|src|id|alt|width|on[a-z]+)\s*=", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ESCAPED_START = re.compile(r"\s*&lt;(?:p|div|h[1-6]|article|section|ul|table|figure|blockquote)(?:\s|&gt;)")
_ZERO = r"(?:0++(?:\.0++)?|\.0++)"
_HIDING = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*{_ZERO}(?:\s|;|!|$)"
    rf"|font-size\s*:\s*{_ZERO}(?:[a-z%]|\s|;|!|$)|(?:text-indent|left|top)\s*:\s*-\d{{3,}}",
    re.IGNORECASE,
)


def is_html(text: str) -> bool:
    """Return whether a text is HTML.

    It is when elements are opened AND closed in that order, when a tag carries an attribute of HTML, or when paragraph
    or line breaks recur. A sentence that only names `<marquee>` or `<script>` has none of these and stays text.
    """
    if re.match(r"\s*<(?:!doctype html|html[\s>])", text[:200], re.IGNORECASE):
        return True
    opened: set[str] = set()
    breaks = 0
    for match in _TAG.finditer(text):
        closing, name, attributes = match[1], match[2].lower(), match[3]
        if name not in _KNOWN:
            continue
        if closing and name in opened:
            return True
        if not closing:
            opened.add(name)
            breaks += name in ("p", "br")
            if breaks > 1 or _ATTRIBUTE.search(attributes):
                return True
    return False


def html_to_text(text: str) -> str:
    """Return what a reader sees: of HTML its visible text, blocks separated by blank lines; of other text its characters.

    Entities such as `&#039;` are resolved in both.
    """
    if not is_html(text) and _ESCAPED_START.match(text):
        text = unescape(text)
    return extract_visible_text(text) if is_html(text) else unescape(text)


def unescape(text: str) -> str:
    """Resolve the entities that end in a semicolon, so that `AT&T` and `R&D` stay as they are."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def extract_visible_text(markup: str) -> str:
    """Return the visible text of a page or fragment of HTML."""
    if markup.count("<") > MOST_TAGS:
        return unescape(_TAG.sub(" ", markup))
    try:
        root = lxml.html.fromstring(
            f"<div>{markup}</div>", parser=lxml.html.HTMLParser(huge_tree=False, remove_comments=True)
        )
    except (etree.LxmlError, ValueError, AssertionError):
        return unescape(_TAG.sub(" ", markup))
    drop_hidden(root)
    return tree_to_text(root)


def tree_to_text(root: lxml.html.HtmlElement) -> str:
    """Return the text of a tree from which what is hidden was dropped, blocks separated by blank lines."""
    return "".join(_pieces(root))


def drop_hidden(root: lxml.html.HtmlElement) -> None:
    """Remove, in place, what no reader sees: by its kind, by `hidden`, or by its style."""
    for element in list(root.iter()):
        if element is not root and _is_hidden(element) and element.getparent() is not None:
            element.drop_tree()


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return True
    if element.tag in _UNSEEN and element.tag not in ("head", "title", "meta", "link", "base"):
        return True
    style = element.get("style", "")
    return "hidden" in element.attrib or bool(style and _HIDING.search(style))


def _pieces(root: lxml.html.HtmlElement) -> Iterator[str]:
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag
        if event == "start":
            yield _opening(name)
            if element.text and name not in _UNSEEN:
                yield element.text if name == "pre" else re.sub(r"\s+", " ", element.text)
            continue
        yield "\n\n" if name in _BLOCKS - {"li", "tr"} else ""
        if element.tail and element is not root:
            yield re.sub(r"\s+", " ", element.tail)


def _opening(name: str) -> str:
    if name in ("br", "li", "tr"):
        return "\n"
    if name in ("td", "th"):
        return " "
    return "\n\n" if name in _BLOCKS else ""
