"""The reader: a whole article above the page, with the passage in view, its versions and its copies."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Article
from corpus.text.urls import parse_url
from web.markup.escaping import (
    Span,
    escape,
    format_day,
    mark_spans,
    merge_spans,
    render_byline,
    render_link,
    render_read_button,
)
from web.markup.language_names import language_name


@dataclass(frozen=True, slots=True)
class Around:
    """Hold what the archive knows around an article.

    Attributes:
        versions: Every text of it, by number; empty if the archive does not hold it any more.
        copies: The other articles of its group of near duplicates.
    """

    versions: tuple[Article, ...] = ()
    copies: tuple[Article, ...] = ()


def render_reader(
    article: Article, passage: Span | None = None, marks: Sequence[Span] = (), around: Around | None = None
) -> str:
    """Render a whole article with the passage set off and the cited words marked, its versions and its copies."""
    body = article.body
    head = (
        f'<div class="meta">{escape(render_byline(article.source, format_day(article.published_at), article.category, language_name(article.language)))}</div>'
        f'<h2 id="reader-title">{escape(article.title)}</h2>'
        f'<div class="meta">{escape(render_byline(article.author, _mark_changes(article)))}</div>'
    )
    notice = f'<p class="notice">{escape(article.notice)}</p>' if article.notice else ""
    if around is not None:
        head += _render_versions(article, around.versions)
    text = "".join(
        _render_paragraph(body, span, bool(passage and span[0] < passage[1] and passage[0] < span[1]), marks)
        for span in render_paragraphs(body)
    )
    out = f'<p class="source">{render_link(article.url, article.url)}</p>' if parse_url(article.url) else ""
    copies = _render_copies(around.copies) if around else ""
    return _render_sheet(f'{head}{notice}<div class="text">{text}</div>{copies}{out}')


def _render_versions(article: Article, versions: Sequence[Article]) -> str:
    """Name the versions; of an article that the archive has lost or changed, say so."""
    if not versions:
        return (
            '<p class="notice">This article is no longer in the archive; this is the text that the answer rests on.</p>'
        )
    if len(versions) == 1:
        return ""
    items = "".join(_render_version(version, version.version == article.version) for version in versions)
    older = article.version < versions[-1].version
    note = '<p class="notice">The outlet has changed this text since; the newest version is the last one.</p>'
    return f'<div class="versions" role="group" aria-label="Versions">{items}</div>{note if older else ""}'


def _render_version(article: Article, current: bool) -> str:
    label = f"Version {article.version} · {format_day(article.updated_at or article.published_at)}"
    if current:
        return f'<span aria-current="true">{escape(label)}</span>'
    return render_read_button(article, label)


def _render_copies(copies: Sequence[Article]) -> str:
    if not copies:
        return ""
    items = "".join(
        f"<li>{render_read_button(copy, copy.title)} <span>{escape(render_byline(copy.source, format_day(copy.published_at)))}</span></li>"
        for copy in copies
    )
    return f'<div class="nearest"><h3>The same report elsewhere</h3><ul>{items}</ul></div>'


def render_missing() -> str:
    """Say that an article is no longer there."""
    return _render_sheet('<h2 id="reader-title">Gone</h2><p>This article is no longer in the archive.</p>')


def _render_sheet(content: str) -> str:
    return (
        '<div class="veil" data-act="close"></div>'
        '<div class="sheet" role="dialog" aria-modal="true" aria-labelledby="reader-title" tabindex="-1">'
        f'<button type="button" class="close" data-act="close" aria-label="Close the article">×</button>{content}</div>'
    )


def _mark_changes(article: Article) -> str:
    changed = article.updated_at
    return render_byline(
        f"updated {format_day(changed)}" if changed and changed != article.published_at else "",
        f"version {article.version}" if article.version > 1 else "",
    )


def _render_paragraph(body: str, span: Span, cited: bool, marks: Sequence[Span]) -> str:
    return f"<p{' class=passage' if cited else ''}>{mark_spans(body, *span, merge_spans(marks, *span))}</p>"


def render_paragraphs(body: str) -> list[Span]:
    """Return where the paragraphs of a body stand, as offsets."""
    spans: list[Span] = []
    at = 0
    for piece in body.split("\n\n"):
        if piece.strip():
            spans.append((at, at + len(piece)))
        at += len(piece) + 2
    return spans
