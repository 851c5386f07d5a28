"""Going through the archive: what one page looks for, the articles found, a page of them at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus import Article
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from rag.model import Filters
from web.assistant.assistant_loader import Assistant
from web.markup.escaping import escape, format_day, render_byline, render_read_button
from web.markup.language_names import language_name

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
    told = f'<p class="note" role="status">{escape(browsing.note)}</p>' if browsing.note else ""
    if not found:
        return told + _render_nothing(browsing)
    copies = assistant.archive.stories(article.id for article in found)
    items = "".join(_render_item(article, article.id in copies, removable) for article in found)
    return f'{told}<ul class="articles">{items}</ul>{_render_pages(browsing.page, total)}'


def _find_articles(assistant: Assistant, browsing: Browsing) -> tuple[Sequence[Article], int]:
    """Return the articles of the page, and how many there are in all."""
    if browsing.words.strip():
        everything = assistant.articles(browsing.words, browsing.filters or None)
        total = len(everything)
    else:
        selection = _make_selection(browsing.filters)
        total = assistant.archive.count(selection)
    browsing.page = min(max(browsing.page, 0), max(total - 1, 0) // PAGE)
    first = browsing.page * PAGE
    if browsing.words.strip():
        return everything[first : first + PAGE], total
    return list(assistant.archive.articles(selection, limit=PAGE, offset=first)), total


def _make_selection(filters: Filters) -> Selection:
    return Selection(outlets=filters.outlets, languages=filters.languages, since=filters.since, until=filters.until)


def _render_nothing(browsing: Browsing) -> str:
    if browsing.words.strip():
        advice = "Fewer words find more; each of them must stand in the headline or the text, in any form."
        return f'<p class="quiet" role="status">No article holds “{escape(browsing.words.strip())}”. {advice}</p>'
    if browsing.filters:
        return '<p class="quiet" role="status">No article of the archive is like this; widen the filters.</p>'
    return '<p class="quiet" role="status">The archive is empty; add files, an address or a feed.</p>'


def _render_item(article: Article, copied: bool, removable: bool) -> str:
    meta = render_byline(
        article.source or "Unknown outlet",
        format_day(article.published_at),
        language_name(article.language),
        f"version {article.version}" if article.version > 1 else "",
        "also elsewhere" if copied else "",
        "corrected" if article.notice else "",
    )
    remove = (
        f'<button type="button" class="remove" data-act="ask-removal" data-article="{escape(article.id)}" '
        f'data-title="{escape(article.title)}" aria-label="Remove “{escape(article.title)}”">Remove</button>'
        if removable
        else ""
    )
    return f'<li><div>{render_read_button(article, article.title)}<div class="meta">{escape(meta)}</div></div>{remove}</li>'


def _render_pages(page: int, total: int) -> str:
    first, last = page * PAGE + 1, min((page + 1) * PAGE, total)
    told = (
        f"<span role=status>{first:,}–{last:,} of {total:,}</span>"
        if total > 1
        else "<span role=status>1 article</span>"
    )
    newer = f'<button type="button" data-act="page" data-page="{page - 1}">Newer</button>' if page else ""
    older = f'<button type="button" data-act="page" data-page="{page + 1}">Older</button>' if last < total else ""
    return f'<nav class="pages" aria-label="Pages">{newer}{told}{older}</nav>'


def remove_article(archive: Archive, article_id: str) -> str:
    """Remove an article with all its versions, and say so.

    Raises:
        ArchiveError: The archive cannot be written.
    """
    article = archive.get(article_id)
    if article is None or not archive.remove(Selection(ids=(article_id,))):
        return "This article was not in the archive any more."
    return f"“{article.title}” was removed."


def describe_filters(filters: Filters, data: Mapping[str, object]) -> Filters:
    """Return the filters with one outlet or language chosen, or no longer chosen."""
    kind, value = str(data.get("kind", "")), str(data.get("value", ""))
    outlets, languages = filters.outlets, filters.languages
    if kind == "outlets":
        outlets = () if outlets == (value,) else (value,)
    elif kind == "languages":
        languages = () if languages == (value,) else (value,)
    return Filters(filters.since, filters.until, outlets, languages)
