"""NITF, the text format of wire agencies (IPTC, 3.x)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from corpus.article import Article
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.readers.wire import embargo, xml_tree
from corpus.readers.wire.xml_tree import line, value

# Captions and credits are not part of the story; a note is for editors.
_UNWANTED = ("media", "note", "object", "head", "body.head", "body.end")


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of a NITF file."""
    root = xml_tree.parse_xml(document.text(options.limits.page_bytes), options.limits.depth)
    yield from convert_drafts(document.name, build_draft(root), options)


def build_draft(root: Element) -> Draft:
    """Return the draft of a `nitf` element.

    Raises:
        InputError: If the provider has withdrawn the item.
    """
    embargo.check_embargo(value(root, "head/docdata", "management-status"), None)
    content = root.find("body/body.content")
    return Draft(
        title=line(root, "body/body.head/hedline/hl1", "head/title", "body/body.head/hedline"),
        body=xml_tree.blocks(content, _UNWANTED) if content is not None else "",
        source=line(root, "body/body.head/distributor", "body/body.head/distributor/org")
        or value(root, "head/pubdata", "name")
        or value(root, "head/docdata/doc.copyright", "holder"),
        url=value(root, "head/pubdata", "ex-ref"),
        author=xml_tree.byline(list(root.iterfind("body/body.head/byline"))),
        published=value(root, "head/docdata/date.issue", "norm")
        or value(root, "head/docdata/date.release", "norm")
        or value(root, "head/pubdata", "date.publication")
        or value(root, "body/body.head/dateline/story.date", "norm"),
        updated=value(root, "head/revision-history", "norm"),
        language=xml_tree.language(root),
        category=value(root, "head/tobject/tobject.subject", "tobject.subject.type")
        or value(root, "head/pubdata", "position.section"),
        wire_id=value(root, "head/docdata/doc-id", "id-string"),
    )
