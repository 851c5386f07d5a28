"""Going through the archive: what one page looks for, the articles found, a page of them at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus import Article
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from rag import Assistant
from rag.model import Filters
from web.markup.templating import render

PAGE = 25
"""Articles on one page of the list."""

LONGEST_WORDS = 200
"""Characters that may be looked for."""


@dataclass(slots=True)
class Browsing:
    """Hold what one open page looks for.

    Attributes:
        words: What headline or text must hold, or "".
        filters: What the list is narrowed to.
        page: 0 for the newest articles.
        note: What just happened, for the reader.
    """

    words: str = ""
    filters: Filters = field(default_factory=Filters)
    page: int = 0
    note: str = ""


def render_listing(assistant: Assistant, browsing: Browsing, removable: bool) -> str:
    """Render a page of the articles that are looked for, newest first.

    Args:
        assistant: Finds them.
        browsing: What is looked for; a page behind the last one becomes the last one.
        removable: Whether articles may be removed here.

    Raises:
        NewsdeskError: The archive or its index cannot be read.
    """
    found, total = _find_articles(assistant, browsing)
    first = browsing.page * PAGE
    return render(
        "article_listing",
        note=browsing.note,
        articles=found,
        copied=assistant.archive.stories(article.id for article in found),
        removable=removable,
        page=browsing.page,
        first=first + 1,
        last=min(first + PAGE, total),
        total=total,
        words=browsing.words.strip(),
        narrowed=bool(browsing.filters),
    )


def _find_articles(assistant: Assistant, browsing: Browsing) -> tuple[Sequence[Article], int]:
    """Return the articles of the page, and how many there are in all."""
    # Read once: another event of the same page may change them meanwhile.
    words, filters = browsing.words.strip(), browsing.filters
    everything = assistant.articles(words, filters or None) if words else None
    total = assistant.archive.count(filters.selection) if everything is None else len(everything)
    browsing.page = min(max(browsing.page, 0), max(total - 1, 0) // PAGE)
    first = browsing.page * PAGE
    if everything is not None:
        return everything[first : first + PAGE], total
    return list(assistant.archive.articles(filters.selection, limit=PAGE, offset=first)), total


def remove_article(archive: Archive, article_id: str) -> str:
    """Remove an article with all its versions, and say so.

    Raises:
        ArchiveError: The archive cannot be written.
    """
    article = archive.get(article_id)
    if article is None or not archive.remove(Selection(ids=(article_id,))):
        return "This article was not in the archive any more."
    return f"“{article.title}” was removed."


def toggle_filter(filters: Filters, data: Mapping[str, object]) -> Filters:
    """Return the filters with one outlet or language chosen, or no longer chosen."""
    kind, value = str(data.get("kind", "")), str(data.get("value", ""))
    outlets, languages = filters.outlets, filters.languages
    if kind == "outlets":
        outlets = () if outlets == (value,) else (value,)
    elif kind == "languages":
        languages = () if languages == (value,) else (value,)
    return replace(filters, outlets=outlets, languages=languages)
