"""NewsML-G2 (IPTC): one `newsItem`, or a `newsMessage` with several."""

from collections.abc import Iterator
from copy import deepcopy
from xml.etree.ElementTree import Element

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.readers.wire import embargo, nitf, xml_tree
from corpus.readers.wire.xml_tree import line, value
from corpus.text import date_parsing

_PROSE = ("p", "h1", "h2", "h3", "blockquote", "ul")
_LONGEST_CELL = 200  # A cell with more is prose, in a table that lays the text out.


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each news item."""
    root = xml_tree.parse_xml(document.text(options.limits.document_bytes), options.limits.depth)
    items = [root] if root.tag == "newsItem" else list(root.iter("newsItem"))
    if not items:
        raise InputError("It lists other items and contains none: add the items that it lists.")
    for number, item in enumerate(items):
        name = document.name if len(items) == 1 else f"{document.name}[{number}]"
        try:
            draft = build_draft(item)
        except InputError as error:
            yield Refusal(name, str(error))
            continue
        yield from convert_drafts(name, draft, options)


def build_draft(item: Element) -> Draft:
    """Return the draft of a `newsItem` element.

    Raises:
        InputError: If it is withdrawn, under embargo, or no text.
    """
    embargo.check_embargo(value(item, "itemMeta/pubStatus", "qcode"), line(item, "itemMeta/embargoed"))
    kind = value(item, "itemMeta/itemClass", "qcode").rpartition(":")[2]
    if kind not in ("", "text", "composite"):
        raise InputError(f"It is no text but of the class {kind!r}: only texts are read.")
    inner, body = _content(item)
    provider = (
        value(item, "itemMeta/provider", "literal") or value(item, "itemMeta/provider", "qcode").rpartition(":")[2]
    )
    published = (
        line(item, path) for path in ("itemMeta/firstCreated", "contentMeta/contentCreated", "itemMeta/versionCreated")
    )
    return Draft(
        title=line(item, "contentMeta/headline", "itemMeta/title")
        or inner.title
        or line(item, "contentMeta/slugline", "itemMeta/slugline"),
        body=body,
        source=line(item, "itemMeta/provider/name", "contentMeta/infoSource/name") or provider or inner.source,
        author=xml_tree.byline(list(item.iterfind("contentMeta/by")))
        or ", ".join(xml_tree.lines(item, "contentMeta/creator/name"))
        or inner.author,
        published=next((date for date in published if date_parsing.parse_instant(date)), None) or inner.published,
        updated=line(item, "contentMeta/contentModified", "itemMeta/versionCreated"),
        language=value(item, "contentMeta/language", "tag") or xml_tree.language(item),
        category=line(item, "contentMeta/subject/name") or inner.category,
        wire_id=item.get("guid", ""),
    )


def _content(item: Element) -> tuple[Draft, str]:
    """Return what an inner NITF states, and the text: of it, of XHTML, or of the plain data."""
    for holder in item.iterfind("contentSet/inlineXML"):
        for inner in holder:
            if inner.tag == "nitf":
                draft = nitf.build_draft(inner)
                return draft, draft.body
            heading = line(inner, ".//h1", "head/title", ".//h2")
            headless = deepcopy(inner)
            _drop_header_tables(headless)
            if text := (xml_tree.blocks(headless, ("head",)).strip() or xml_tree.blocks(inner, ("head",))).strip():
                return Draft(title=heading), text
    return Draft(), "\n\n".join("".join(one.itertext()) for one in item.iterfind("contentSet/inlineData"))


def _drop_header_tables(root: Element) -> bool:
    """Drop the tables before the first paragraph, which repeat the particulars of the item; return whether one came."""
    for child in list(root):
        if child.tag in _PROSE:
            return True
        if child.tag != "table":
            if _drop_header_tables(child):
                return True
            continue
        if any(len("".join(cell.itertext())) > _LONGEST_CELL for cell in child.iter("td")):
            return True
        said = bool((child.tail or "").strip())
        xml_tree.remove(root, child)
        if said:
            return True
    return False
