"""Tell HTML from text that mentions HTML, and turn HTML into text as a reader would see it."""

import html
import re
from collections.abc import Iterator

import lxml.html
from lxml import etree
from lxml.html import defs

from corpus.text.html_source import split_noscript
from corpus.text.html_tables import spell_out_tables

_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer h1 h2
    h3 h4 h5 h6 header hgroup hr html li listing main menu nav ol p pre section summary table tbody tfoot thead tr ul xmp
    """.split()
)
_UNSEEN = frozenset(
    """
    applet audio base button canvas embed frame head iframe input link math meta noframes noscript object
    option script select style svg template textarea title video
    """.split()
)
# Elements without an end tag (HTML 13.1.2, and obsolete ones): libxml2 takes what follows some of them for their content.
_VOID = defs.empty_tags | {"bgsound", "command", "keygen"}
_BARE = 40  # Letters; less is a label.
_DRESSING = ("font", "center", "nobr", "tt", "big", "blink", "marquee", "strike", "acronym", "basefont")
# A page of news has a few thousand tags; a tree of a million takes 20 seconds and half a gigabyte (measured).
MOST_TAGS = 100_000
_KNOWN = _BLOCKS | _UNSEEN | _VOID | defs.tags | {"nobr", "noembed", "picture", "plaintext", "rb", "slot"}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)((?:[\s/][^<>]*)?)>")
_ATTRIBUTE = re.compile(r"\s[a-z][a-z0-9:-]*\s*=", re.IGNORECASE)
# A text that speaks of a tag names it: in quotation marks, or as "the <br> tag".
_NAMED_BEFORE = ("`", '"', "'", "“", "‘", "«", "„", "(")
_NAMED_BEHIND = re.compile(r"[`\"'”’»)]|\s+(?:tags?|elements?|Tags?|Elemente?|balises?|etiquetas?)\b")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ESCAPED = re.compile(
    r"^\s*&lt;(?:p|div|h[1-6]|article|section|ul|table|figure|blockquote)(?:\s|&gt;)|&lt;br\s{0,3}/?&gt;", re.IGNORECASE
)
_ZERO = r"(?:0++(?:\.0++)?|\.0++)"
_HIDING = re.compile(
    rf"display\s*:\s*none|font-size\s*:\s*{_ZERO}(?:[a-z%]|\s|;|!|$)|(?:text-indent|left|top)\s*:\s*-\d{{3,}}",
    re.IGNORECASE,
)
# Hidden too, unless a script is to fade it in.
_FADING = re.compile(
    rf"visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*{_ZERO}(?:\s|;|!|$)",
    re.IGNORECASE,
)


def is_html(text: str) -> bool:
    """Return whether a text is HTML.

    It is when elements are opened AND closed in that order, when a tag carries an attribute, when a line or paragraph is
    broken by one, or when it holds a comment. A sentence that only names `<marquee>` or the `<br>` tag has none of these and stays text.
    """
    if re.match(r"\s*<(?:!doctype html|html[\s>])", text[:200], re.IGNORECASE):
        return True
    if "-->" in text.partition("<!--")[2]:
        return True
    opened: set[str] = set()
    for match in _TAG.finditer(text):
        closing, name, attributes = match[1], match[2].lower(), match[3]
        if (name not in _KNOWN and ":" not in name) or _is_named(text, match):
            continue
        if closing and name in opened:
            return True
        if not closing:
            opened.add(name)
            if _ATTRIBUTE.search(attributes) or _breaks(text, name, match):
                return True
    return False


def is_tag(name: str) -> bool:
    """Return whether an element of this name is one of HTML."""
    return name.lower() in _KNOWN


def _is_named(text: str, match: re.Match[str]) -> bool:
    """Return whether a text speaks of a tag instead of using it."""
    quoted = text[: match.start()].endswith(_NAMED_BEFORE) if match.start() else False
    behind = _NAMED_BEHIND.match(text, match.end())
    return bool(behind) and (quoted or not text[match.end() : match.end() + 1].strip())


def _breaks(text: str, name: str, match: re.Match[str]) -> bool:
    """Return whether a tag ends a line or paragraph, or begins the text; "he wrote <p> and left" has none that does."""
    before, behind = text[: match.start()].rstrip(" "), text[match.end() : match.end() + 1]
    if name == "p":
        between_blanks = text[: match.start()].endswith(" ") and behind in ("", " ")
        return not between_blanks or (bool(behind) and before.endswith((".", "!", "?", ":", "\n", "”", '"')))
    return name in ("br", "hr") or (not before.strip() and bool(behind.strip()))


def html_to_text(text: str) -> str:
    """Return what a reader sees: of HTML its visible text, blocks separated by blank lines; of other text its characters.

    Entities such as `&#039;` are resolved in both.
    """
    if not is_html(text) and _ESCAPED.search(text):
        text = unescape(text)
    return extract_visible_text(text) if is_html(text) else unescape(text)


def unescape(text: str) -> str:
    """Resolve the entities that end in a semicolon, so that `AT&T` and `R&D` stay as they are."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def extract_visible_text(markup: str) -> str:
    """Return the visible text of a page or fragment of HTML."""
    if markup.count("<") > MOST_TAGS:
        return unescape(_TAG.sub(" ", markup))
    markup, unscripted = split_noscript(markup)
    try:
        root = lxml.html.fromstring(
            f"<div>{markup}</div>", parser=lxml.html.HTMLParser(huge_tree=False, remove_comments=True)
        )
    except (etree.LxmlError, ValueError, AssertionError):
        return unescape(_TAG.sub(" ", markup))
    drop_hidden(root)
    spell_out_tables(root)
    text = tree_to_text(root)
    return text if text.strip() or not unscripted else extract_visible_text(unscripted)


def tree_to_text(root: lxml.html.HtmlElement) -> str:
    """Return the text of a tree from which what is hidden was dropped, blocks separated by blank lines."""
    return "".join(_pieces(root))


def drop_hidden(root: lxml.html.HtmlElement, keep_fading: bool = False) -> None:
    """Remove, in place, what no reader sees: by its kind, by `hidden`, or by its style.

    Args:
        root: The tree.
        keep_fading: Keep what is only transparent or invisible until a script fades it in.
    """
    for element in list(root.iter()):
        if element is root or element.getparent() is None:
            continue
        if element.tag in _VOID:
            _drop_void(element)
        elif _is_hidden(element, keep_fading):
            element.drop_tree()


def wrap_bare_text(root: lxml.html.HtmlElement) -> None:
    """Put text that stands between paragraphs, in no element of its own, into one, in place: extraction loses it."""
    for holder in list(root.iter("body", "article", "main", "section", "div")):
        children = list(holder)
        if not any(child.tag == "p" for child in children):
            continue
        for place, before in reversed(list(enumerate([None, *children]))):
            after = children[place] if place < len(children) else None
            text = (holder.text if before is None else before.tail) or ""
            if len(text.strip()) >= _BARE and all(one is None or one.tag in _BLOCKS for one in (before, after)):
                _wrap(holder, before, text)


def _wrap(holder: lxml.html.HtmlElement, before: lxml.html.HtmlElement | None, text: str) -> None:
    paragraph = lxml.html.Element("p")
    paragraph.text = text
    if before is None:
        holder.text = None
        holder.insert(0, paragraph)
    else:
        before.tail = None
        before.addnext(paragraph)


def unwrap_obsolete(root: lxml.html.HtmlElement) -> None:
    """Replace, in place, elements that only dress up what they hold by it: extraction loses what they hold."""
    for element in list(root.iter(*_DRESSING)):
        if element.tag == "center":
            element.tag = "div"
        elif element.getparent() is not None:
            element.drop_tag()


def fades_in(root: lxml.html.HtmlElement) -> bool:
    """Return whether at least half of the prose is transparent or invisible, as pages are that fade it in by a script.

    What a page hides on purpose is the smaller part of it: who hid most of a page would have nothing to show.
    """
    paragraphs = [element for element in root.iter("p", "li", "blockquote") if element.getparent() is not None]
    lengths = [(len(" ".join(element.text_content().split())), _is_fading(element)) for element in paragraphs]
    return sum(n for n, fading in lengths if fading) > sum(n for n, fading in lengths if not fading)


def _is_fading(element: lxml.html.HtmlElement) -> bool:
    chain = (element, *element.iterancestors())
    return any(_FADING.search(one.get("style", "")) for one in chain if isinstance(one.tag, str))


def _drop_void(element: lxml.html.HtmlElement) -> None:
    """Give back what the parser took for the content of an element that has none; drop the element if it is not seen."""
    if len(element) or element.text or element.tag in _UNSEEN - {"base", "link", "meta"}:
        element.drop_tag()


def _is_hidden(element: lxml.html.HtmlElement, keep_fading: bool) -> bool:
    if not isinstance(element.tag, str):
        return True
    if element.tag == "template" and "shadowrootmode" in element.attrib:
        return False  # A browser shows it: the declarative shadow tree of its parent.
    if element.tag in _UNSEEN and element.tag not in ("head", "title"):
        return True
    style = element.get("style", "")
    hides = bool(style) and bool(_HIDING.search(style) or (not keep_fading and _FADING.search(style)))
    return hides or "hidden" in element.attrib


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
