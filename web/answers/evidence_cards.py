"""The evidence beside an answer: a card for every source, and what was retrieved and not used."""

from collections.abc import Sequence

from corpus.text.urls import parse_url
from rag.answer.answer_export import group_by_number
from rag.model import Answer, Citation, Passage
from web.conversations.conversation import Conversation, Exchange
from web.markup.escaping import Span, escape, excerpt, format_day, render_byline, render_link, render_read_button

NOTHING_YET = (
    '<p class="quiet">The sources of an answer stand here: headline, outlet, date, and the words that each claim rests '
    "on.</p>"
)


def render_evidence(conversation: Conversation) -> str:
    """Render the cards of every exchange; only those of the last are shown until a mark of an earlier one is chosen."""
    sections = [_render_section(exchange, turn) for turn, exchange in enumerate(conversation.exchanges)]
    last = len(sections) - 1
    shown = [
        f'<section class="cards" data-turn="{turn}"{"" if turn == last else " hidden"}>{cards}</section>'
        for turn, cards in enumerate(sections)
    ]
    return '<h2 id="evidence-title">Evidence</h2>' + ("".join(shown) or NOTHING_YET)


def _render_section(exchange: Exchange, turn: int) -> str:
    answer = exchange.answer
    if answer is None:
        return _render_found(exchange.passages, turn) if exchange.passages else NOTHING_YET
    if answer.status == "not_found":
        return '<p class="quiet">No passage holds the answer.</p>' + _render_unused(answer.passages, turn)
    cards = [_render_card(citations, turn) for citations in group_by_number(answer.citations)]
    used = {citation.passage.chunk.id for citation in answer.citations}
    return "".join(cards) + _render_unused([p for p in answer.passages if p.chunk.id not in used], turn)


def _render_card(citations: Sequence[Citation], turn: int) -> str:
    n, passage = citations[0].n, citations[0].passage
    spans = [(citation.start, citation.end) for citation in citations]
    return (
        f'<article class="card" id="card-{turn}-{n}" data-n="{n}" tabindex="-1">'
        f"{_render_head(passage, f'{n} · ')}{_render_quotation(passage, spans)}{_render_more(passage, spans)}</article>"
    )


def _render_head(passage: Passage, number: str = "") -> str:
    article = passage.article
    return (
        f"<h3>{escape(number)}<bdi>{escape(article.title)}</bdi></h3>"
        f'<div class="meta">{escape(render_byline(article.source, format_day(article.published_at)))}</div>'
    )


def _render_quotation(passage: Passage, spans: Sequence[Span]) -> str:
    chunk = passage.chunk
    return f"<blockquote>{excerpt(passage.article.body, (chunk.start, chunk.end), spans)}</blockquote>"


def _render_more(passage: Passage, spans: Sequence[Span]) -> str:
    article, chunk = passage.article, passage.chunk
    marks = ",".join(f"{start}-{end}" for start, end in spans)
    out = render_link(article.url, "Source ↗") if parse_url(article.url) else ""
    facts = render_byline(
        f"version {article.version}" if article.version > 1 else "",
        f"{len(passage.copies)} {'copy' if len(passage.copies) == 1 else 'copies'}" if passage.copies else "",
    )
    return (
        f'<div class="more">{render_read_button(article, "Read the article", (chunk.start, chunk.end), marks)}{out}'
        f"{f'<span>{escape(facts)}</span>' if facts else ''}</div>"
    )


def _render_found(passages: Sequence[Passage], turn: int) -> str:
    """Render what was retrieved while the answer is still being written."""
    cards = "".join(_render_plain_card(passage) for passage in passages[:5])
    return f'<p class="quiet" data-turn="{turn}">{len(passages)} passages found</p>{cards}'


def _render_plain_card(passage: Passage) -> str:
    return f'<article class="card">{_render_head(passage)}{_render_quotation(passage, ())}{_render_more(passage, ())}</article>'


def _render_unused(passages: Sequence[Passage], turn: int) -> str:
    if not passages:
        return ""
    count = f"{len(passages)} passage{'' if len(passages) == 1 else 's'} retrieved and not used"
    cards = "".join(_render_plain_card(passage) for passage in passages)
    return f'<details class="unused" data-turn="{turn}"><summary>{count}</summary>{cards}</details>'


def group_sources(answer: Answer) -> str:
    """Return an answer as plain text with its numbered sources, to be pasted elsewhere."""
    lines = [answer.text, ""]
    for citations in group_by_number(answer.citations):
        article = citations[0].passage.article
        lines.append(
            f"[{citations[0].n}] {render_byline(article.title, article.source, format_day(article.published_at), article.url)}"
        )
    return "\n".join(lines).strip()
