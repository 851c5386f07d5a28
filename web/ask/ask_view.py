"""The tab in which one asks: the conversation, the question below it, the evidence beside it."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from corpus.errors import NewsdeskError
from rag.question.question_text import LONGEST_QUESTION
from web.answers.conversation_view import talk
from web.answers.evidence_cards import evidence
from web.archive_status import facts, welcome
from web.ask.asking import answering
from web.ask.reader_actions import asked, chosen, replaces
from web.assistant.suggestions import further
from web.conversations.conversation import Conversation, Exchange, Sitting
from web.event_data import sent
from web.filters.search_settings import connect_choosing, shown
from web.frame import QUIET, Frame, box, client_of, markup, user_of
from web.markup.escaping import escape
from web.markup.waiting_time import pause_line
from web.rail.conversation_actions import connect_keeping, listed
from web.reader.article_reader import anew, reads

Shown = tuple[Any, ...]
"""Values of `AskView.shown`, in its order: talk, evidence, welcome, box, ask, stop, list, bar, pause."""


def ask_tab(frame: Frame, _: gr.Tab) -> None:
    """Add the tab."""
    AskView(frame).connect()


class AskView:
    """Hold the widgets of the tab, and what happens when one is used. No answer is made here."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        with gr.Row(elem_id="asking", equal_height=False):
            with gr.Column(elem_id="main", min_width=0):
                with gr.Column(elem_id="scroll", min_width=0):
                    self.welcome = markup("welcome", welcome(frame.desk))
                    self.talk = markup("talk", "")
                with gr.Column(elem_id="composer", min_width=0):
                    self._composer()
            with gr.Column(elem_id="evidence", min_width=0):
                self.evidence = markup("cards", evidence(Conversation()))
        side = frame.side
        self.shown = [self.talk, self.evidence, self.welcome, self.box, self.ask, self.stop, side.listing, self.narrow]
        self.shown.append(self.pause)

    def _composer(self) -> None:
        self.pause = markup("pause", "")
        self.box = box("box", "Question", LONGEST_QUESTION, placeholder="Ask the archive…", max_lines=6)
        with gr.Row(elem_id="send"):
            self.narrow = markup("narrow", "")
            self.stop = gr.Button("Stop", elem_id="stop", size="sm", visible=False)
            self.ask = gr.Button("Ask", elem_id="ask", size="sm", variant="primary")

    def connect(self) -> None:
        """Say what happens when something is used."""
        sitting, side = self.frame.sitting, self.frame.side
        # By default a click is dropped while the last question is still being kept, though its answer is whole.
        asking = {**QUIET, "concurrency_limit": 20, "concurrency_id": "asking", "outputs": self.shown}
        asking["trigger_mode"] = "multiple"
        typed = gr.on([self.box.submit, self.ask.click], self._typed, [self.box, sitting], **asking)
        picked = gr.on([self.talk.submit, self.welcome.submit], self._chosen, [sitting], **asking)
        running = [typed, picked]
        self.stop.click(self._stop, [sitting], self.shown, cancels=running, queue=False, **QUIET)
        side.new.click(self._clear, [sitting], self.shown, cancels=running, queue=False, **QUIET)
        reads(self.frame, [self.talk, self.evidence, self.frame.reader])
        connect_keeping(self.frame, self.talk, self.shown, self.page, running)
        connect_choosing(self.frame, self.narrow)
        for asked_for in running:
            asked_for.then(self._led_on, [sitting], self.talk, queue=False, **QUIET)
        timer = gr.Timer(1.0)
        looked = [side.state, self.welcome, timer]
        timer.tick(self._look, [sitting], looked, queue=False, **QUIET)
        self.frame.blocks.load(self._look, [sitting], looked, queue=False, **QUIET)

    def _typed(self, question: str, sitting: Sitting, request: gr.Request) -> Iterator[Shown]:
        if sitting.conversation.answers(question):  # A double click.
            yield _nothing(self.shown)
            return
        try:
            exchange = asked(sitting, question)
            if sitting.conversation.busy:
                raise NewsdeskError("An answer is still being made; stop it first.")
        except NewsdeskError as error:
            gr.Warning(escape(error))
            yield _nothing(self.shown)
            return
        if seconds := self.frame.allowance.take(client_of(request)):
            yield self._paused(seconds)
        else:
            yield from self._answer(sitting, exchange, user_of(request))

    def _chosen(self, sitting: Sitting, event: gr.EventData, request: gr.Request) -> Iterator[Shown]:
        data, allowance, client = sent(event), self.frame.allowance, client_of(request)
        # Looked at first, as a choice changes the filters; counted only where it asks something.
        seconds, exchange = allowance.wait(client), None
        try:
            exchange = None if seconds else chosen(sitting, data)
        except NewsdeskError as error:
            gr.Warning(escape(error))
        seconds = seconds if exchange is None else allowance.take(client)
        if exchange is None or seconds:
            yield self._paused(seconds) if seconds else _nothing(self.shown)
            return
        user = user_of(request)
        if replaces(data) and (last := sitting.conversation.take_back()) is not None:
            _saved(lambda: self.frame.conversations.take_back(user, sitting.conversation, last))
        yield from self._answer(sitting, exchange, user)

    def _paused(self, seconds: int) -> Shown:
        """Say at the question box how long to wait; the line stays, and counts down."""
        line = anew(pause_line(self.frame.allowance.reason, "ask again", seconds))
        return (*_nothing(self.shown)[:-1], line)

    def _answer(self, sitting: Sitting, exchange: Exchange, user: str) -> Iterator[Shown]:
        conversation = sitting.conversation
        conversation.begin(exchange)
        try:
            yield self.page(sitting, user, clear=True)
            for _ in answering(self.frame.desk, conversation, exchange):
                if sitting.conversation is not conversation:
                    return
                yield self.page(sitting, user)
        finally:
            exchange.stop()
            self._keep(user, conversation, exchange)
        if sitting.conversation is conversation:
            yield self.page(sitting, user, lists=True)

    def _led_on(self, sitting: Sitting) -> Any:
        """Add to the last answer what can be asked next."""
        conversation, assistant = sitting.conversation, self.frame.desk.assistant
        last = conversation.exchanges[-1] if conversation.exchanges else None
        if last is None or last.answer is None or last.further or assistant is None:
            return gr.skip()
        last.further = further(assistant, last.answer, [exchange.question for exchange in conversation.exchanges])
        return talk(conversation) if last.further and last is conversation.exchanges[-1] else gr.skip()

    def _keep(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
        problem = _saved(lambda: self.frame.conversations.keep(user, conversation, exchange))
        exchange.note = " ".join(filter(None, [exchange.note, problem]))

    def _stop(self, sitting: Sitting, request: gr.Request) -> Shown:
        conversation = sitting.conversation
        for exchange in [e for e in conversation.exchanges if e.open]:
            exchange.stop()
            self._keep(user_of(request), conversation, exchange)
        return self.page(sitting, user_of(request), lists=True)

    def _clear(self, sitting: Sitting, request: gr.Request) -> Shown:
        sitting.turn_to(Conversation())
        return self.page(sitting, user_of(request), clear=True, lists=True)

    def page(self, sitting: Sitting, user: str, clear: bool = False, lists: bool = False) -> Shown:
        """Return what the page shows of its conversation.

        Args:
            sitting: The page.
            user: Who looks at it.
            clear: Empty the box, and show the greeting anew where there is no conversation.
            lists: Show the list of conversations anew.
        """
        conversation = sitting.conversation
        busy = conversation.busy
        empty = not conversation.exchanges
        greeting = {"value": welcome(self.frame.desk)} if clear and empty else {}
        return (
            talk(conversation),
            evidence(conversation),
            gr.update(visible=empty, **greeting),
            gr.update(value="") if clear else gr.skip(),
            gr.update(interactive=not busy),
            gr.update(visible=busy),
            listed(self.frame, sitting, user) if lists else gr.skip(),
            shown(self.frame, sitting) if clear else gr.skip(),
            gr.skip(),
        )

    def _look(self, sitting: Sitting) -> Shown:
        found = facts(self.frame.desk)
        empty = not sitting.conversation.exchanges
        greeting = gr.update(value=welcome(self.frame.desk)) if empty else gr.skip()
        return found.state, greeting, gr.Timer(15.0 if found.settled else 1.0)


def _nothing(shown: list[Any]) -> Shown:
    return tuple(gr.skip() for _ in shown)


def _saved(write: Callable[[], None]) -> str:
    """Write to the conversations that are kept; return what went wrong, for the reader."""
    try:
        write()
    except NewsdeskError as error:
        return f"This was not kept: {error}."
    return ""
