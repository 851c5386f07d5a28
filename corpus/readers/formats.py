"""The formats that Newsdesk reads: how each is recognised by its first bytes, and which module reads it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from corpus.article import Article
from corpus.readers.document import Document
from corpus.readers.feeds.xml_prolog import after_prolog
from corpus.readers.files import table
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.readers.wire import iptc7901, xml_tree
from corpus.text.html_text import is_tag

_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE)
_TABLES = (".csv", ".tsv", ".tab", ".psv")
_WIRE_ROOTS = ("nitf", "newsItem", "newsMessage", "packageItem", "NewsML")
_MARKDOWN = (".md", ".markdown")
_TEXTS = ("", ".txt", ".text")
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org')
_WIRE_FIELDS = re.compile(r'"(?:body_\w+|bodies|headlines)"\s*:')


@dataclass(frozen=True, slots=True)
class Head:
    """Hold what a format is recognised by: the first 64 KiB, the same as text ("" if it is none), and the suffix."""

    data: bytes
    text: str
    suffix: str

    @property
    def root(self) -> str:
        """Return the name of the first element of XML or HTML, or ""."""
        return xml_tree.root_name(self.text)


@dataclass(frozen=True, slots=True)
class Format:
    """Hold one format: its name and suffixes (for help and docs), how it is recognised, and where its reader is.

    The reader is imported when the first file of the format is met: some bring libraries that take long to load. A file
    of some formats is one `document`, which is known again as a whole; others hold many items.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Head], bool]
    module: str
    function: str = "read"
    document: bool = False

    def read(self, document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
        """Yield the articles of a file of this format."""
        reader = getattr(import_module(f"corpus.readers.{self.module}"), self.function)
        yield from reader(document, options)


def _is_docx(head: Head) -> bool:
    return head.data.startswith(b"PK\x03\x04") and (head.suffix == ".docx" or b"word/" in head.data)


def _is_page(head: Head) -> bool:
    return bool(_PAGE.match(after_prolog(head.text[:8192]))) or (
        head.suffix in (".html", ".htm", ".xhtml") and "<" in head.text
    )


def _is_lines(head: Head) -> bool:
    if not re.match(r"\s*\{\s*[\"}]", head.text):
        return False
    first, _, rest = head.text.lstrip().partition("\n")
    several = first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    return several or head.suffix in (".jsonl", ".ndjson", ".jsonlines")


def _is_json(head: Head) -> bool:
    return bool(re.match(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])", head.text)) or (
        head.suffix == ".json" and bool(head.text)
    )


def _is_wire(head: Head) -> bool:
    return bool(re.match(r"\s*\{", head.text) and _WIRE_FIELDS.search(head.text)) and not _is_lines(head)


def is_feed(text: str) -> bool:
    """Return whether a text begins as a feed or sitemap does."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return bool(_JSON_FEED.search(start[:4096]))
    return xml_tree.root_name(text).lower() in ("rss", "feed", "rdf", "urlset", "sitemapindex")


def _is_markdown(head: Head) -> bool:
    front = re.match(r"(?:---|\+\+\+)[ \t]*\r?\n\w+[ \t]*[:=]", head.text)
    return bool(head.text) and (head.suffix in _MARKDOWN or (bool(front) and head.suffix in _TEXTS))


def _is_table(head: Head) -> bool:
    first = head.text.lstrip().partition("\n")[0]
    return bool(head.text) and (head.suffix in _TABLES or (head.suffix in _TEXTS and table.names_articles(first)))


def find_unknown_root(head: Head) -> str:
    """Return the name of the root element of XML that is no news and no page, or ""."""
    root = head.root
    known = root in _WIRE_ROOTS or is_feed(head.text) or _is_page(head)
    declared = after_prolog(head.text[:8192]) != head.text.lstrip("\ufeff \t\r\n") or head.suffix in (".xml", ".nitf")
    written = declared or (head.suffix in _TEXTS and f"</{root}" in head.text)
    return root if root and written and not known and not is_tag(root) and head.suffix not in _MARKDOWN else ""


FORMATS: tuple[Format, ...] = (
    Format("Parquet", (".parquet",), lambda head: head.data.startswith(b"PAR1"), "files.parquet"),
    Format("PDF", (".pdf",), lambda head: b"%PDF-" in head.data[:1024], "files.pdf", document=True),
    Format("DOCX", (".docx",), _is_docx, "files.docx", document=True),
    Format("WARC", (".warc",), lambda head: head.data.startswith(b"WARC/"), "files.warc"),
    Format("NITF", (".xml", ".nitf"), lambda head: head.root == "nitf", "wire.nitf", document=True),
    Format(
        "NewsML-G2",
        (".xml",),
        lambda head: head.root in ("newsItem", "newsMessage", "packageItem"),
        "wire.newsml",
        document=True,
    ),
    Format("NewsML 1.2", (".xml",), lambda head: head.root == "NewsML", "wire.newsml1", document=True),
    Format("feed", (".rss", ".atom"), lambda head: is_feed(head.text), "feeds.feed_file"),
    Format("HTML", (".html", ".htm"), _is_page, "pages.html_page", document=True),
    Format("ninjs or AP JSON", (".json",), _is_wire, "files.json_text"),
    Format("JSONL", (".jsonl", ".ndjson"), _is_lines, "files.json_text", "read_lines"),
    Format("JSON", (".json",), _is_json, "files.json_text"),
    Format("Markdown", (".md", ".markdown"), _is_markdown, "files.markdown_text", document=True),
    Format("IPTC 7901", (".txt", ".iptc"), lambda head: iptc7901.is_wire(head.text), "wire.iptc7901", document=True),
    Format("CSV or TSV", (".csv", ".tsv"), _is_table, "files.table"),
    Format(
        "plain text",
        (".txt",),
        lambda head: head.suffix in _TEXTS and bool(head.text.strip()),
        "files.plain_text",
        document=True,
    ),
)
