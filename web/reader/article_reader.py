"""Open a whole article in the reader, from anywhere on the page."""

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import gradio as gr

from corpus import Article
from corpus.archive.collections import Collections
from corpus.archive.database import Archive
from corpus.archive.edits import list_edits
from corpus.archive.revisions import read_revision
from rag.model import HEADLINE
from web.conversations.conversation import Conversation, SessionState
from web.event_data import sent
from web.frame import QUIET, Frame, user_of
from web.markup.escaping import Span
from web.markup.templating import render, trust
from web.reader.article_view import Around, render_missing, render_reader

_LONGEST_NUMBER = 9  # Digits of a version or an offset.
_MOST_SPANS = 200  # Each paragraph of an article is compared with all; an answer cites far fewer.


def connect_reader(frame: Frame, places: Sequence[Any]) -> None:
    """Let the buttons of components with `data-act="read"` open the reader.

    Args:
        frame: The page.
        places: Components made by `web.frame.make_markup`.
    """

    def read(session: SessionState, event: gr.EventData, request: gr.Request) -> str:
        return open_article(frame, session.conversation, sent(event), user_of(request))

    gr.on([place.select for place in places], read, [frame.session], frame.reader, queue=False, **QUIET)


def open_article(frame: Frame, conversation: Conversation, data: dict[str, Any], user: str = "") -> str:
    """Return the reader with the article that a button names, its passage and its marks.

    What an answer of the conversation cites is shown in the version that it cited, also after the archive lost it; its
    particulars are those that the archive has now, as somebody may have corrected them since.
    """
    assistant, name = frame.loader.assistant, str(data.get("article", ""))
    if assistant is None or not name:
        return ""
    archive, number = assistant.archive, str(data.get("version", ""))
    version = int(number) if number.isdecimal() and len(number) <= _LONGEST_NUMBER else None
    cited, article = _cited_spans(conversation, name, version), archive.get(name, version)
    if cited and (article is None or article.body != cited.body):  # In another text the marks would be elsewhere.
        article = cited
    if article is None:
        return reopen(render_missing(f"/a/{quote(name, safe='')}"))
    passage, marks = parse_spans(data.get("passage", "")), parse_spans(data.get("marks", ""))
    around = _look_around(frame, archive, article, user)
    return reopen(render_reader(article, passage[0] if passage else None, marks, around))


def _look_around(frame: Frame, archive: Archive, article: Article, user: str) -> Around:
    versions = tuple(archive.versions(article.id))
    current = bool(versions) and article == versions[-1]
    return Around(
        versions,
        tuple(archive.copies(article.id)),
        Collections(archive, user).list_picked(article.id) if frame.changeable else None,
        read_revision(archive, article.id, article.version),
        tuple(list_edits(archive.connection, article.id)) if current else (),
        correctable=current and frame.changeable,
    )


def _cited_spans(conversation: Conversation, name: str, version: int | None) -> Article | None:
    answers = [exchange.answer for exchange in conversation.exchanges if exchange.answer]
    passages = [passage for answer in answers for passage in answer.passages]
    cited = [citation.passage for answer in answers for citation in answer.citations]
    articles = [passage.article for passage in (*cited, *passages)]
    return next((a for a in articles if a.id == name and a.version == version), None)


def reopen(markup: str) -> str:
    """Make markup differ from the same markup before, which the browser has done with and would not be sent again."""
    return render("reopened", token=secrets.token_hex(4), content=trust(markup))


def render_arrival(data: dict[str, Any]) -> str:
    """Tell the static script that the page shows the address that an event named."""
    return render("arrival", token=str(data.get("token", ""))[:40])


def parse_spans(text: object) -> list[Span]:
    """Read "12-40,50-61" as offsets, the first so many, and "0-0" as the headline; anything else gives none."""
    pieces = str(text).split(",", _MOST_SPANS)[:_MOST_SPANS]
    pairs = [piece.partition("-") for piece in pieces if len(piece) <= 2 * _LONGEST_NUMBER]
    spans = [(int(a), int(b)) for a, _, b in pairs if a.isdecimal() and b.isdecimal()]
    return [span for span in spans if span[0] < span[1] or span == HEADLINE]
