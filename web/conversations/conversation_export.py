"""A conversation as a file: Markdown, a web page that needs nothing else, DOCX, JSON, or what its answers cite."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from corpus import Article
from corpus.references.reference_formats import REFERENCE_FORMATS
from corpus.text.urls import parse_url
from rag.answer.answer_export import escape_markdown, group_by_number, list_references
from rag.model import Answer
from web.conversations.conversation import CUT, Conversation, Exchange
from web.markup.answer_prose import render_prose
from web.markup.chips import describe_dates, name_filters
from web.markup.escaping import format_day, render_byline
from web.markup.templating import render, trust

# Bold type and marks as `escape_markdown` writes them; both are ours, and stay.
_BOLD = re.compile(r"\\\*\\\*(?=\S)((?:(?!\\\*\\\*).)+)(?<=\S)\\\*\\\*")
_MARK = re.compile(r"\\\[(\d{1,4})\\\]")
_LIST_SIGNS = "-+.)0123456789 "


def export_conversation(conversation: Conversation, kind: str) -> tuple[str, str, str | bytes]:
    """Return a conversation as a file: its name, its media type, its content.

    Args:
        conversation: What to save.
        kind: "markdown", "html", "docx" or "json", or one of `REFERENCE_FORMATS` for what its answers cite.

    Raises:
        ValueError: The kind is none of these.
    """
    if kind not in _KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(_KINDS)}")
    ending, media, written = _KINDS[kind]
    return f"{_file_name(conversation.title)}.{ending}", media, written(conversation)


def export_answer(exchange: Exchange, kind: str) -> tuple[str, str, str | bytes]:
    """Return one question with its answer as a file, as `export_conversation` does a conversation."""
    return export_conversation(Conversation([exchange], title=exchange.question), kind)


def export_conversations(conversations: Sequence[Conversation], kind: str) -> tuple[str, str, str | bytes]:
    """Return conversations as one file: the only one as `export_conversation` does, several in a ZIP archive.

    Raises:
        ValueError: The kind is none that `export_conversation` takes.
    """
    files = [export_conversation(conversation, kind) for conversation in conversations]
    if len(files) == 1:
        return files[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, _, text) in enumerate(files, 1):
            # Two conversations may have one title.
            archive.writestr(
                f"{number:03d}-{name}", text if isinstance(text, bytes) else text.encode("utf-8", "replace")
            )
    return "conversations.zip", "application/zip", packed.getvalue()


def _file_name(title: str) -> str:
    words = re.findall(r"[^\W_]+", title.casefold())
    return "-".join(words)[:60].strip("-") or "conversation"


def conversation_to_json(conversation: Conversation) -> str:
    """Return a conversation as JSON; an answer has the form that `python -m rag ask --json` prints."""
    record = {"title": conversation.title, "exchanges": [_record(e) for e in conversation.exchanges]}
    return json.dumps(record, ensure_ascii=False, indent=2)


def _record(exchange: Exchange) -> dict[str, Any]:
    return {
        "question": exchange.question,
        "asked_at": exchange.asked_at.isoformat(timespec="seconds"),
        "outcome": exchange.stage,
        "error": exchange.error,
        "text": exchange.text,
        "opinion": exchange.opinion,
        "remark": exchange.remark,
        "answer": exchange.answer.to_record() if exchange.answer else None,
    }


def conversation_to_markdown(conversation: Conversation) -> str:
    """Return a conversation as Markdown; no text in it can become a picture, a link or markup."""
    parts = [f"# {escape_markdown(conversation.title)}"]
    for exchange in conversation.exchanges:
        parts += [f"## {escape_markdown(exchange.question)}", *_describe_exchange(exchange)]
    return "\n\n".join(parts) + "\n"


def _describe_exchange(exchange: Exchange) -> list[str]:
    answer = exchange.answer
    if answer is None:
        reason = exchange.error or CUT
        return [*([_render_text(exchange.text)] if exchange.text else []), f"*{escape_markdown(reason)}*"]
    flags = [
        f"> **Not supported:** “{escape_markdown(claim.text)}” {escape_markdown(claim.reason)}"
        for claim in answer.claims
        if claim.verdict == "flagged"
    ]
    flags += [
        f"> **Not checked:** “{escape_markdown(claim.text)}”" for claim in answer.claims if claim.verdict == "unchecked"
    ]
    narrowed = ", ".join(words for _, words in name_filters(answer.filters))
    notes = [*([f"Searched only: {narrowed}"] if narrowed else []), *answer.notes, describe_dates(answer)]
    sources = ["**Sources**", "\n".join(_render_sources(answer))] if answer.citations else []
    return [_render_text(answer.text), *flags, *(f"*{escape_markdown(note)}*" for note in notes), *sources]


def _render_text(text: str) -> str:
    """Return the text of an answer as Markdown that keeps its bold type, its lists and its citation marks."""
    return "\n".join(map(_render_line, text.splitlines()))


def _render_line(line: str) -> str:
    signs = line[: len(line) - len(line.lstrip(_LIST_SIGNS))]
    return signs + _MARK.sub(r"[\1]", _BOLD.sub(r"**\1**", escape_markdown(line[len(signs) :])))


def to_one_line(text: str) -> str:
    """Return text without line breaks."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class _Source:
    """Hold a numbered source: the article, and what of it is cited."""

    n: int
    article: Article
    quotes: str


def _list_sources(answer: Answer) -> Iterator[_Source]:
    for citations in group_by_number(answer.citations):
        quotes = " … ".join(to_one_line(citation.quote) for citation in citations)
        yield _Source(citations[0].n, citations[0].passage.article, quotes)


def _render_sources(answer: Answer) -> Iterator[str]:
    for source in _list_sources(answer):
        article, safe = source.article, parse_url(source.article.url)
        origin = escape_markdown(render_byline(article.title, article.source, format_day(article.published_at)))
        yield f"{source.n}. {origin}{f' <{safe}>' if safe else ''}  \n   “{escape_markdown(source.quotes)}”"


@dataclass(frozen=True, slots=True)
class _Turn:
    """Hold what the web page shows of an exchange; what has no answer has neither prose nor sources."""

    number: int
    exchange: Exchange
    prose: str = ""
    notes: Sequence[str] = ()
    sources: Sequence[_Source] = ()


def to_html(conversation: Conversation) -> str:
    """Return a conversation as one web page that loads nothing and runs nothing."""
    turns = [_make_turn(number, exchange) for number, exchange in enumerate(conversation.exchanges)]
    return render("conversation_file", conversation=conversation, turns=turns, cut=CUT) + "\n"


def _make_turn(number: int, exchange: Exchange) -> _Turn:
    answer = exchange.answer
    if answer is None:
        return _Turn(number, exchange)
    notes = (*answer.notes, describe_dates(answer))
    return _Turn(number, exchange, trust(render_prose(answer, number)), notes, list(_list_sources(answer)))


def _to_docx(conversation: Conversation) -> bytes:
    from rag.answer.answer_docx import AnsweredQuestion, render_docx

    asked = [AnsweredQuestion(e.question, e.answer, e.text, e.error or CUT) for e in conversation.exchanges]
    return render_docx(conversation.title, asked)


def _to_references(kind: str, conversation: Conversation) -> str:
    answers = [exchange.answer for exchange in conversation.exchanges if exchange.answer]
    return REFERENCE_FORMATS[kind][2](list_references(answers))


_KINDS: dict[str, tuple[str, str, Callable[[Conversation], str | bytes]]] = {
    "markdown": ("md", "text/markdown", conversation_to_markdown),
    "html": ("html", "text/html", to_html),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _to_docx),
    "json": ("json", "application/json", conversation_to_json),
    **{kind: (ending, media, partial(_to_references, kind)) for kind, (ending, media, _) in REFERENCE_FORMATS.items()},
}
