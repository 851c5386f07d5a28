"""The evidence beside an answer: a card for every source, and the reader for whole articles."""

from collections.abc import Sequence

from corpus import Article
from rag.model import Answer, Citation, Passage
from web.conversation import Conversation, Exchange
from web.render import Span, byline, day, escape, excerpt, link, marked, merged, web_address

NOTHING_YET = (
    '<p class="quiet">The sources of an answer stand here: headline, outlet, date, and the words that each claim rests '
    "on.</p>"
)


def evidence(conversation: Conversation) -> str:
    """Render the cards of every exchange; only those of the last are shown until a mark of an earlier one is chosen."""
    sections = [_section(exchange, turn) for turn, exchange in enumerate(conversation.exchanges)]
    last = len(sections) - 1
    shown = [
        f'<section class="cards" data-turn="{turn}"{"" if turn == last else " hidden"}>{cards}</section>'
        for turn, cards in enumerate(sections)
    ]
    return '<h2 id="evidence-title">Evidence</h2>' + ("".join(shown) or NOTHING_YET)


def _section(exchange: Exchange, turn: int) -> str:
    answer = exchange.answer
    if answer is None:
        return _found(exchange.passages, turn) if exchange.passages else NOTHING_YET
    if answer.status == "not_found":
        return '<p class="quiet">No passage holds the answer.</p>' + _unused(answer.passages, turn)
    cards = [_card(citations, turn) for citations in _by_number(answer.citations)]
    used = {citation.passage.chunk.id for citation in answer.citations}
    return "".join(cards) + _unused([p for p in answer.passages if p.chunk.id not in used], turn)


def _by_number(citations: Sequence[Citation]) -> list[list[Citation]]:
    groups: dict[int, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.n, []).append(citation)
    return [groups[n] for n in sorted(groups)]


def _card(citations: Sequence[Citation], turn: int) -> str:
    n, passage = citations[0].n, citations[0].passage
    spans = [(citation.start, citation.end) for citation in citations]
    return (
        f'<article class="card" id="card-{turn}-{n}" data-n="{n}" tabindex="-1">'
        f"{_head(passage, f'{n} · ')}{_quotation(passage, spans)}{_more(passage, spans)}</article>"
    )


def _head(passage: Passage, number: str = "") -> str:
    article = passage.article
    return (
        f"<h3>{escape(number)}{escape(article.title)}</h3>"
        f'<div class="meta">{escape(byline(article.source, day(article.published_at)))}</div>'
    )


def _quotation(passage: Passage, spans: Sequence[Span]) -> str:
    chunk = passage.chunk
    return f"<blockquote>{excerpt(passage.article.body, (chunk.start, chunk.end), spans)}</blockquote>"


def _more(passage: Passage, spans: Sequence[Span]) -> str:
    article, chunk = passage.article, passage.chunk
    marks = ",".join(f"{start}-{end}" for start, end in spans)
    out = link(article.url, "Source ↗") if web_address(article.url) else ""
    facts = byline(
        f"version {article.version}" if article.version > 1 else "",
        f"{len(passage.copies)} {'copy' if len(passage.copies) == 1 else 'copies'}" if passage.copies else "",
    )
    return (
        '<div class="more">'
        f'<button type="button" class="read" data-act="read" data-article="{escape(article.id)}" '
        f'data-version="{article.version}" data-passage="{chunk.start}-{chunk.end}" data-marks="{marks}">'
        f"Read the article</button>{out}{f'<span>{escape(facts)}</span>' if facts else ''}</div>"
    )


def _found(passages: Sequence[Passage], turn: int) -> str:
    """Render what was retrieved while the answer is still being written."""
    cards = "".join(_plain_card(passage) for passage in passages[:5])
    return f'<p class="quiet" data-turn="{turn}">{len(passages)} passages found</p>{cards}'


def _plain_card(passage: Passage) -> str:
    return f'<article class="card">{_head(passage)}{_quotation(passage, ())}{_more(passage, ())}</article>'


def _unused(passages: Sequence[Passage], turn: int) -> str:
    if not passages:
        return ""
    count = f"{len(passages)} passage{'' if len(passages) == 1 else 's'} retrieved and not used"
    cards = "".join(_plain_card(passage) for passage in passages)
    return f'<details class="unused" data-turn="{turn}"><summary>{count}</summary>{cards}</details>'


def reader(article: Article, passage: Span | None = None, marks: Sequence[Span] = ()) -> str:
    """Render a whole article with the passage set off and the cited words marked."""
    body = article.body
    head = (
        f'<div class="meta">{escape(byline(article.source, day(article.published_at), article.category))}</div>'
        f'<h2 id="reader-title">{escape(article.title)}</h2>'
        f'<div class="meta">{escape(byline(article.author, _changed(article)))}</div>'
    )
    notice = f'<p class="notice">{escape(article.notice)}</p>' if article.notice else ""
    text = "".join(
        _paragraph(body, span, bool(passage and span[0] < passage[1] and passage[0] < span[1]), marks)
        for span in paragraphs(body)
    )
    out = f'<p class="source">{link(article.url, article.url)}</p>' if web_address(article.url) else ""
    return _sheet(f'{head}{notice}<div class="text">{text}</div>{out}')


def reader_missing() -> str:
    """Say that an article is no longer there."""
    return _sheet('<h2 id="reader-title">Gone</h2><p>This article is no longer in the archive.</p>')


def _sheet(content: str) -> str:
    return (
        '<div class="veil" data-act="close"></div>'
        '<div class="sheet" role="dialog" aria-modal="true" aria-labelledby="reader-title" tabindex="-1">'
        f'<button type="button" class="close" data-act="close" aria-label="Close the article">×</button>{content}</div>'
    )


def _changed(article: Article) -> str:
    changed = article.updated_at
    return byline(
        f"updated {day(changed)}" if changed and changed != article.published_at else "",
        f"version {article.version}" if article.version > 1 else "",
    )


def _paragraph(body: str, span: Span, cited: bool, marks: Sequence[Span]) -> str:
    return f"<p{' class=passage' if cited else ''}>{marked(body, *span, merged(marks, *span))}</p>"


def paragraphs(body: str) -> list[Span]:
    """Return where the paragraphs of a body stand, as offsets."""
    spans: list[Span] = []
    at = 0
    for piece in body.split("\n\n"):
        if piece.strip():
            spans.append((at, at + len(piece)))
        at += len(piece) + 2
    return spans


def sources(answer: Answer) -> str:
    """Return an answer as plain text with its numbered sources, to be pasted elsewhere."""
    lines = [answer.text, ""]
    for citations in _by_number(answer.citations):
        article = citations[0].passage.article
        lines.append(
            f"[{citations[0].n}] {byline(article.title, article.source, day(article.published_at), article.url)}"
        )
    return "\n".join(lines).strip()
