"""NewsML 1.2 (IPTC), which AFP and others still send: one file with one `NewsItem` or several."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.readers.wire import embargo, nitf, xml_tree
from corpus.readers.wire.xml_tree import line, value

_TEXTS = ("", "text", "complextext")


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each news item."""
    root = xml_tree.parse_xml(document.text(options.limits.document_bytes), options.limits.depth)
    items = list(root.iter("NewsItem"))
    if not items:
        raise InputError("It contains no news item: there is nothing to read.")
    for number, item in enumerate(items):
        name = document.name if len(items) == 1 else f"{document.name}[{number}]"
        try:
            draft = build_draft(item)
        except InputError as error:
            yield Refusal(name, str(error))
            continue
        yield from convert_drafts(name, draft, options)


def build_draft(item: Element) -> Draft:
    """Return the draft of a `NewsItem` element.

    Raises:
        InputError: If it is withdrawn, under embargo, or no text.
    """
    embargo.check_embargo(
        value(item, "NewsManagement/Status", "FormalName"), line(item, "NewsManagement/StatusWillChange/DateAndTime")
    )
    content, kind = _find_text(item)
    if content is None:
        raise InputError(f"It is no text but of the kind {kind!r}: only texts are read." if kind else "It has no text.")
    inner = content.find("nitf")
    draft = nitf.build_draft(inner) if inner is not None else Draft()
    return Draft(
        title=line(item, ".//NewsLines/HeadLine") or draft.title or line(item, ".//NewsLines/SlugLine"),
        body=draft.body or xml_tree.blocks(content, ("head",)),
        source=value(item, ".//AdministrativeMetadata/Provider/Party", "FormalName")
        or line(item, ".//NewsLines/CreditLine")
        or draft.source
        or line(item, "Identification/NewsIdentifier/ProviderId"),
        author=xml_tree.byline(list(item.iterfind(".//NewsLines/ByLine"))) or draft.author,
        published=line(item, "NewsManagement/FirstCreated", "NewsManagement/ThisRevisionCreated") or draft.published,
        updated=line(item, "NewsManagement/ThisRevisionCreated"),
        language=value(item, ".//DescriptiveMetadata/Language", "FormalName")
        or xml_tree.language(item)
        or draft.language,
        category=line(item, ".//NewsLines/Category") or draft.category,
        wire_id=_key(item),
    )


def _find_text(item: Element) -> tuple[Element | None, str]:
    """Return the content of the first text of an item, and else what kind of content it has."""
    kinds = []
    for content in item.iter("ContentItem"):
        kind = value(content, "MediaType", "FormalName")
        found = content.find("DataContent")
        if found is not None and kind.lower() in _TEXTS:
            return found, kind
        kinds.append(kind)
    return None, next(filter(None, kinds), "")


def _key(item: Element) -> str:
    """Return the key without the number of the revision, so that it stays the same over versions."""
    path = "Identification/NewsIdentifier"
    parts = [line(item, f"{path}/{name}") for name in ("ProviderId", "DateId", "NewsItemId")]
    return f"urn:newsml:{':'.join(parts)}" if all(parts) else line(item, f"{path}/PublicIdentifier")
