"""The reader: a whole article above the page, with the passage in view, its versions and its copies."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from markupsafe import Markup

from corpus import Article
from corpus.archive.article_editing import LONGEST
from corpus.archive.collections import LONGEST_NAME
from corpus.archive.edits import EDITED_FIELDS, LABELS, Edit
from corpus.archive.revisions import Revision
from corpus.text.days import format_published
from web.addresses import article_address
from web.markup.escaping import Span, format_day, mark_spans, merge_spans, render_byline
from web.markup.templating import render, trust


@dataclass(frozen=True, slots=True)
class Around:
    """Hold what the archive knows around an article.

    Attributes:
        versions: Every text of it, by number; empty if the archive does not hold it any more.
        copies: The other articles of its group of near duplicates.
        collections: Those that the reader can change, by name, and whether each holds it; None where the reader may not.
        revision: What the source changed with this text, or None.
        edits: What was corrected here in what is shown.
        correctable: Whether it may be corrected on this page.
    """

    versions: tuple[Article, ...] = ()
    copies: tuple[Article, ...] = ()
    collections: Mapping[str, bool] | None = None
    revision: Revision | None = None
    edits: tuple[Edit, ...] = ()
    correctable: bool = False


def render_reader(
    article: Article, passage: Span | None = None, marks: Sequence[Span] = (), around: Around | None = None
) -> str:
    """Render a whole article with the passage set off and the cited words marked, its versions and its copies."""
    spans = render_paragraphs(article.body)
    paragraphs = [(_overlaps(span, passage), trust(_mark_paragraph(article.body, span, marks))) for span in spans]
    return render(
        "article_reader",
        article=article,
        marks=marks,
        changes=_mark_changes(article),
        around=around,
        paragraphs=paragraphs,
        address=article_address(article, marks),
        revision=around.revision if around else None,
        fields=list_fields(article),
        collected=_render_own_collections(article, around),
    )


def list_fields(article: Article) -> list[tuple[str, str, str, int]]:
    """Return what the form that corrects an article holds: name, label, value and most characters of each field."""
    values = asdict(article) | {"published_at": format_published(article.published_at)}
    return [(name, LABELS[name], values[name], LONGEST[name]) for name in EDITED_FIELDS]


def _render_own_collections(article: Article, around: Around | None) -> Markup | None:
    if around is None or not around.versions or around.collections is None:
        return None
    return trust(render_collected(article.id, around.collections))


def render_collected(article_id: str, picked: Mapping[str, bool]) -> str:
    """Render the collections that hold an article, and the form that adds it to one.

    Args:
        article_id: The article.
        picked: The user's collections by name, and whether each holds it.
    """
    held = [name for name, holds in picked.items() if holds]
    others = [name for name, holds in picked.items() if not holds]
    return render("article_collections", article=article_id, held=held, others=others, longest=LONGEST_NAME)


def render_missing(address: str = "") -> str:
    """Say that there is no such article; its address stays, if that is known."""
    return render("article_reader", article=None, address=address)


def _mark_changes(article: Article) -> str:
    changed = article.updated_at
    return render_byline(
        f"updated {format_day(changed)}" if changed and changed != article.published_at else "",
        f"version {article.version}" if article.version > 1 else "",
    )


def _overlaps(span: Span, passage: Span | None) -> bool:
    return bool(passage and span[0] < passage[1] and passage[0] < span[1])


def _mark_paragraph(body: str, span: Span, marks: Sequence[Span]) -> str:
    return mark_spans(body, *span, merge_spans(marks, *span))


def render_paragraphs(body: str) -> list[Span]:
    """Return where the paragraphs of a body stand, as offsets."""
    spans: list[Span] = []
    at = 0
    for piece in body.split("\n\n"):
        if piece.strip():
            spans.append((at, at + len(piece)))
        at += len(piece) + 2
    return spans
