"""The input of readers, and their output apart from articles: `ReadOptions`, `Limits`, `Memory`, `Refusal`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from corpus.command_names import name_command
from corpus.errors import InputError

FIELDS = ("id", "title", "body", "source", "url", "author", "published_at", "updated_at", "language", "category")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Report that an item was not added, or only in part.

    Attributes:
        item: The file, and the row, record or entry in it.
        reason: The problem, then the next thing to do.
        kept: True for a warning about an article that was read anyway.
        known: True for an article that the archive holds, so that it was not read again.
    """

    item: str
    reason: str
    kept: bool = False
    known: bool = False


class ArticleDigest(NamedTuple):
    """Hold what an item was read as: the id of an article and its `corpus.archive.rows.content_digest`."""

    article_id: str
    digest: bytes


class Memory(Protocol):
    """Know what was read before."""

    def recall(self, key: bytes) -> int:
        """Return how many articles an item gave, if the archive holds each of them as it was read; else 0."""

    def note(self, key: bytes, readings: list[ArticleDigest]) -> None:
        """Remember which articles an item gave."""

    def close(self) -> None:
        """Write what was noted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound what one file may cost; all sizes count decoded bytes.

    Attributes:
        article_bytes: Text of one article (UTF-8); what exceeds it is cut, and reported.
        page_bytes: One HTML page, wire document or plain text, before it is made text.
        record_bytes: One row of a table or one line of JSONL.
        document_bytes: One document that is read as a whole: JSON object, PDF, DOCX.
        inflated_bytes: How far a compressed file may be unpacked before `expansion` is looked at.
        expansion: Unpacked bytes a packed byte; text packs 3 to 30 times, a bomb of zeros 1,000 times.
        pages: Pages of a PDF.
        parsed_bytes: What is parsed for the text of a PDF, drawings included; a megabyte takes a second or two, and a
            thousand pages of nothing but text have about ten.
        depth: Folders within folders, and elements within elements of XML.
    """

    article_bytes: int = 2_000_000
    page_bytes: int = 10_000_000
    record_bytes: int = 24_000_000
    document_bytes: int = 64_000_000
    inflated_bytes: int = 4_000_000
    expansion: int = 200
    pages: int = 1_000
    parsed_bytes: int = 10_000_000
    depth: int = 100


@dataclass(frozen=True, slots=True)
class Hints:
    """Word the next step, which depends on the interface; by default for a terminal.

    Attributes:
        name: How the field or column that holds {ours} is named; {kind} is FIELD or COLUMN.
        follow: How to add what the feed at {url} lists.
        origin: The same, of a feed whose address is not known.
    """

    name: str = "with --map {ours}={kind}"
    follow: str = (
        f"`{name_command('corpus feed add')} {{url}}`, then `{name_command('corpus feed pull')}`, "
        "adds the articles that it lists."
    )
    origin: str = (
        f"`{name_command('corpus feed add')} URL` follows the address that it came from, and fetches their pages."
    )

    def describe_name(self, ours: str, kind: str) -> str:
        """Return how to name the source's field or column that holds one of our fields."""
        return self.name.format(ours=ours, kind=kind)

    def describe_feed(self, url: str) -> str:
        """Return how to add what a feed lists."""
        return self.follow.replace("{url}", url)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Say how to read.

    Attributes:
        mapping: Field of ours to field of theirs (`body` to `story_text`, or `content.rendered` for a nested one).
        limits: The bounds.
        memory: What was read before is skipped; without a memory, everything is read.
        hints: How a refusal words what to do next.

    Raises:
        InputError: If the mapping names a field that an article does not have.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    memory: Memory | None = None
    hints: Hints = field(default_factory=Hints)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.mapping) - set(FIELDS))
        if unknown:
            raise InputError(f"An article has no field {unknown[0]!r}: map one of {', '.join(FIELDS)}.")
