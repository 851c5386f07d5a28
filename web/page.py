"""The page itself: its widgets, and what happens when one is used. No answer is made here."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from web.allowance import Allowance
from web.answers import talk, without
from web.api import Api, refusal
from web.asking import LONGEST_QUESTION, answering, unfit
from web.conversation import Conversation, Exchange
from web.desk import Desk
from web.evidence import evidence, reader, reader_missing
from web.facts import facts, welcome
from web.render import Span, escape

STATIC = Path(__file__).parent / "static"
TITLE = "Newsdesk"

# The component hands what is clicked in it to the static script, which decides what it means.
_LISTEN = "element.addEventListener('click', e => window.newsdesk && window.newsdesk.click(e, trigger));"

Shown = tuple[Any, ...]
"""Values of `Page.shown`, in its order: talk, evidence, welcome, box, ask, stop."""


class Page:
    """Hold the widgets of one page and connect them."""

    def __init__(self, desk: Desk, allowance: Allowance) -> None:
        """Describe the page of a desk; `build` makes it.

        Args:
            desk: Where questions are answered.
            allowance: How many questions a client may ask.
        """
        self.desk = desk
        self.allowance = allowance

    def build(self) -> gr.Blocks:
        """Return the page, ready to be mounted."""
        blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
        with blocks:
            self.conversation = gr.State(Conversation())
            with gr.Row(elem_id="desk", equal_height=False):
                self._side()
                self._main()
                with gr.Column(elem_id="evidence", min_width=0):
                    self.evidence = _html("cards", evidence(Conversation()))
            self.reader = _html("reader", "")
            self.shown = [self.talk, self.evidence, self.welcome, self.box, self.ask, self.stop]
            self._connect(blocks)
            Api(self.desk, self.allowance).build()
        return blocks

    def _side(self) -> None:
        with gr.Column(elem_id="side", min_width=0):
            gr.HTML(f"<h1>{TITLE}</h1>", apply_default_css=False, js_on_load=None)
            self.new = gr.Button("+ New question", elem_id="new", size="sm")
            self.state = _html("state", facts(self.desk).state)

    def _main(self) -> None:
        with gr.Column(elem_id="main", min_width=0):
            with gr.Column(elem_id="scroll", min_width=0):
                self.welcome = _html("welcome", welcome(self.desk))
                self.talk = _html("talk", "")
            with gr.Column(elem_id="composer", min_width=0):
                self.box = gr.Textbox(
                    placeholder="Ask the archive…",
                    label="Question",
                    show_label=False,
                    container=False,
                    max_length=LONGEST_QUESTION,
                    lines=1,
                    max_lines=6,
                    elem_id="box",
                )
                with gr.Row(elem_id="send"):
                    self.stop = gr.Button("Stop", elem_id="stop", size="sm", visible=False)
                    self.ask = gr.Button("Ask", elem_id="ask", size="sm", variant="primary")

    def _connect(self, blocks: gr.Blocks) -> None:
        hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        asking = {**hidden, "concurrency_limit": 20, "concurrency_id": "asking", "outputs": self.shown}
        typed = gr.on([self.box.submit, self.ask.click], self._typed, [self.box, self.conversation], **asking)
        chosen = gr.on([self.talk.submit, self.welcome.submit], self._chosen, [self.conversation], **asking)
        self.stop.click(self._stop, [self.conversation], self.shown, cancels=[typed, chosen], queue=False, **hidden)
        self.new.click(self._clear, [self.conversation], self.shown, cancels=[typed, chosen], queue=False, **hidden)
        gr.on(
            [self.talk.select, self.evidence.select, self.reader.select],
            self._read,
            None,
            self.reader,
            queue=False,
            **hidden,
        )
        timer = gr.Timer(1.0)
        looked = [self.state, self.welcome, timer]
        timer.tick(self._look, [self.conversation], looked, queue=False, **hidden)
        blocks.load(self._look, [self.conversation], looked, queue=False, **hidden)

    # What happens

    def _typed(self, question: str, conversation: Conversation, request: gr.Request) -> Iterator[Shown]:
        problem = unfit(question) or refusal(self.allowance, request)
        if problem:
            gr.Warning(escape(problem))
            yield _nothing()
            return
        yield from self._answer(conversation, conversation.begin(question.strip()))

    def _chosen(self, conversation: Conversation, event: gr.EventData, request: gr.Request) -> Iterator[Shown]:
        problem = refusal(self.allowance, request)
        exchange = None if problem else _asked_again(conversation, event._data or {})
        if exchange is None:
            if problem:
                gr.Warning(escape(problem))
            yield _nothing()
            return
        yield from self._answer(conversation, exchange)

    def _answer(self, conversation: Conversation, exchange: Exchange) -> Iterator[Shown]:
        yield _page(conversation, clear=True)
        for _ in answering(self.desk, conversation, exchange):
            yield _page(conversation)

    def _stop(self, conversation: Conversation) -> Shown:
        conversation.stop()
        return _page(conversation)

    def _clear(self, conversation: Conversation) -> Shown:
        conversation.stop()
        conversation.exchanges.clear()
        shown = _page(conversation, clear=True)
        return (*shown[:2], gr.update(value=welcome(self.desk), visible=True), *shown[3:])

    def _read(self, event: gr.EventData) -> str:
        data = event._data or {}
        if self.desk.assistant is None or not data.get("article"):
            return ""
        version = str(data.get("version", ""))
        archive = self.desk.assistant.archive
        article = archive.get(str(data["article"]), int(version) if version.isdecimal() else None)
        if article is None:
            return _anew(reader_missing())
        passage = spans(data.get("passage", ""))
        return _anew(reader(article, passage[0] if passage else None, spans(data.get("marks", ""))))

    def _look(self, conversation: Conversation) -> Shown:
        found = facts(self.desk)
        empty = not conversation.exchanges
        greeting = gr.update(value=welcome(self.desk)) if empty else gr.skip()
        return found.state, greeting, gr.Timer(15.0 if found.settled else 1.0)


def _html(name: str, value: str) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=_LISTEN)


def _anew(markup: str) -> str:
    """Make markup differ from the same markup before, which the browser has closed and would not be sent again."""
    return f'<div data-opening="{secrets.token_hex(4)}">{markup}</div>'


def _nothing() -> Shown:
    return tuple(gr.skip() for _ in range(6))


def _page(conversation: Conversation, clear: bool = False) -> Shown:
    busy = any(exchange.open for exchange in conversation.exchanges)
    return (
        talk(conversation),
        evidence(conversation),
        gr.update(visible=not conversation.exchanges),
        gr.update(value="") if clear else gr.skip(),
        gr.update(interactive=not busy),
        gr.update(visible=busy),
    )


def _asked_again(conversation: Conversation, data: dict[str, Any]) -> Exchange | None:
    """Begin what was chosen in the page: an example, the last question again, or it with one chip undone."""
    if data.get("act") == "ask":
        question = str(data.get("question", ""))
        return None if unfit(question) else conversation.begin(question.strip())
    if not conversation.exchanges or conversation.exchanges[-1].open:
        return None
    last = conversation.exchanges[-1]
    if data.get("act") == "retry":
        conversation.take_back()
        return conversation.begin(last.question, last.filters, last.alone)
    what = str(data.get("what", ""))
    if data.get("act") != "undo" or last.answer is None or not what:
        return None
    conversation.take_back()
    if what == "standalone":
        return conversation.begin(last.question, last.filters, alone=True)
    return conversation.begin(last.question, without(last.answer.filters, what), last.alone)


def spans(text: object) -> list[Span]:
    """Read "12-40,50-61" as offsets; anything else gives none."""
    pairs = [piece.partition("-") for piece in str(text).split(",")]
    return [(int(a), int(b)) for a, _, b in pairs if a.isdecimal() and b.isdecimal() and int(a) < int(b)]
