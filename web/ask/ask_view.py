"""The tab in which one asks: the conversation, the question box below it, and the evidence column."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from corpus.errors import NewsdeskError
from rag.question.question_text import LONGEST_QUESTION
from web.answers.conversation_view import render_conversation
from web.answers.evidence_cards import render_evidence
from web.archive_status import collect_status, render_welcome
from web.ask.asking import stream_exchange
from web.ask.reader_actions import exchange_from_click, new_exchange, replaces_last
from web.assistant.suggestions import suggest_questions
from web.conversations.conversation import Conversation, Exchange, SessionState
from web.event_data import sent
from web.filters.search_settings import connect_search_settings, show_bar
from web.frame import QUIET, Frame, client_of, make_markup, make_textbox, user_of
from web.markup.escaping import escape
from web.markup.waiting_time import pause_line
from web.rail.conversation_actions import connect_conversation_actions, render_own_list
from web.reader.article_reader import connect_reader, reopen

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
                    self.welcome = make_markup("welcome", render_welcome(frame.loader, frame.alone))
                    self.talk = make_markup("talk", "")
                with gr.Column(elem_id="composer", min_width=0):
                    self._composer()
            with gr.Column(elem_id="evidence", min_width=0):
                self.evidence = make_markup("cards", render_evidence(Conversation()))
        side = frame.side
        self.shown = [self.talk, self.evidence, self.welcome, self.box, self.ask, self.stop, side.listing, self.narrow]
        self.shown.append(self.pause)

    def _composer(self) -> None:
        self.pause = make_markup("pause", "")
        self.box = make_textbox("box", "Question", LONGEST_QUESTION, placeholder="Ask the archive…", max_lines=6)
        with gr.Row(elem_id="send"):
            self.narrow = make_markup("narrow", "")
            self.stop = gr.Button("Stop", elem_id="stop", size="sm", visible=False)
            self.ask = gr.Button("Ask", elem_id="ask", size="sm", variant="primary")

    def connect(self) -> None:
        """Say what happens when something is used."""
        session, side = self.frame.session, self.frame.side
        # By default a click is dropped while the last question is still being saved, though its answer is complete.
        asking = {**QUIET, "concurrency_limit": 20, "concurrency_id": "asking", "outputs": self.shown}
        asking["trigger_mode"] = "multiple"
        typed = gr.on([self.box.submit, self.ask.click], self._on_submit, [self.box, session], **asking)
        picked = gr.on([self.talk.submit, self.welcome.submit], self._on_click, [session], **asking)
        running = [typed, picked]
        self.stop.click(self._stop, [session], self.shown, cancels=running, queue=False, **QUIET)
        side.new.click(self._clear, [session], self.shown, cancels=running, queue=False, **QUIET)
        connect_reader(self.frame, [self.talk, self.evidence, self.frame.reader])
        connect_conversation_actions(self.frame, self.talk, self.shown, self.page, running)
        connect_search_settings(self.frame, self.narrow, self.welcome)
        # A request of its own, so that the answer is whole on the page before suggestions are looked for. Of the answer
        # before, they may still be looked for: by default the new request would be dropped.
        for asked_for in running:
            asked_for.then(self._suggest_next, [session], self.talk, queue=False, trigger_mode="multiple", **QUIET)
        timer = gr.Timer(1.0)
        looked = [side.state, self.welcome, timer]
        timer.tick(self._on_tick, [session], looked, queue=False, **QUIET)
        self.frame.blocks.load(self._on_tick, [session], looked, queue=False, **QUIET)

    def _on_submit(self, question: str, session: SessionState, request: gr.Request) -> Iterator[Shown]:
        if session.conversation.is_answering(question):  # A double click.
            yield _skip_all(self.shown)
            return
        try:
            exchange = new_exchange(session, question)
            if session.conversation.busy:
                raise NewsdeskError("An answer is still being made; stop it first.")
        except NewsdeskError as error:
            gr.Warning(escape(error))
            yield _skip_all(self.shown)
            return
        if seconds := self.frame.allowance.take(client_of(request)):
            yield self._paused(seconds)
        else:
            yield from self._answer(session, exchange, user_of(request), typed=True)

    def _on_click(self, session: SessionState, event: gr.EventData, request: gr.Request) -> Iterator[Shown]:
        data, allowance, client = sent(event), self.frame.allowance, client_of(request)
        # Looked at first, as a choice changes the filters; counted only where it asks something.
        seconds, exchange = allowance.wait(client), None
        try:
            exchange = None if seconds else exchange_from_click(session, data)
        except NewsdeskError as error:
            gr.Warning(escape(error))
        seconds = seconds if exchange is None else allowance.take(client)
        if exchange is None or seconds:
            yield self._paused(seconds) if seconds else _skip_all(self.shown)
            return
        user = user_of(request)
        if replaces_last(data) and (last := session.conversation.take_back()) is not None:
            _try_save(lambda: self.frame.conversations.take_back(user, session.conversation, last))
        yield from self._answer(session, exchange, user)

    def _paused(self, seconds: int) -> Shown:
        """Say at the question box how long to wait; the line stays, and counts down."""
        line = reopen(pause_line(self.frame.allowance.reason, "ask again", seconds))
        return (*_skip_all(self.shown)[:-1], line)

    def _answer(self, session: SessionState, exchange: Exchange, user: str, typed: bool = False) -> Iterator[Shown]:
        conversation = session.conversation
        conversation.begin(exchange)
        try:
            yield self.page(session, user, clear=True, typed=typed)
            for _ in stream_exchange(self.frame.loader, conversation, exchange):
                if session.conversation is not conversation:  # The reader opened another one meanwhile.
                    return
                yield self.page(session, user)
        finally:
            # Also where the reader closed the page: what was written until then is saved.
            exchange.stop()
            self._keep(user, conversation, exchange)
        if session.conversation is conversation:
            yield self.page(session, user, lists=True)

    def _suggest_next(self, session: SessionState) -> Any:
        """Add to the last answer what can be asked next."""
        conversation, assistant = session.conversation, self.frame.loader.assistant
        last = conversation.exchanges[-1] if conversation.exchanges else None
        if last is None or last.answer is None or last.further or assistant is None:
            return gr.skip()
        last.further = suggest_questions(
            assistant, last.answer, [exchange.question for exchange in conversation.exchanges]
        )
        # Meanwhile the reader may have asked on, or opened another conversation.
        current = session.conversation is conversation and last is conversation.exchanges[-1]
        return render_conversation(conversation) if last.further and current else gr.skip()

    def _keep(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
        problem = _try_save(lambda: self.frame.conversations.keep(user, conversation, exchange))
        exchange.note = " ".join(filter(None, [exchange.note, problem]))

    def _stop(self, session: SessionState, request: gr.Request) -> Shown:
        conversation = session.conversation
        for exchange in [e for e in conversation.exchanges if e.open]:
            exchange.stop()
            self._keep(user_of(request), conversation, exchange)
        return self.page(session, user_of(request), lists=True)

    def _clear(self, session: SessionState, request: gr.Request) -> Shown:
        session.open(Conversation())
        return self.page(session, user_of(request), clear=True, lists=True)

    def page(
        self, session: SessionState, user: str, clear: bool = False, typed: bool = False, lists: bool = False
    ) -> Shown:
        """Return what the page shows of its conversation.

        Args:
            session: The page.
            user: Who looks at it.
            clear: Redraw the bar of filters, and the greeting where there is no conversation.
            typed: Empty the box, as what was typed in it was asked; else it is the reader's.
            lists: Redraw the list of conversations.
        """
        conversation = session.conversation
        busy = conversation.busy
        empty = not conversation.exchanges
        greeting = {"value": render_welcome(self.frame.loader, self.frame.alone)} if clear and empty else {}
        return (
            render_conversation(conversation),
            render_evidence(conversation),
            gr.update(visible=empty, **greeting),
            gr.update(value="") if typed else gr.skip(),
            gr.update(interactive=not busy),
            gr.update(visible=busy),
            render_own_list(self.frame, session, user) if lists else gr.skip(),
            show_bar(self.frame, session) if clear else gr.skip(),
            gr.skip(),
        )

    def _on_tick(self, session: SessionState) -> Shown:
        found = collect_status(self.frame.loader)
        empty = not session.conversation.exchanges
        greeting = gr.update(value=render_welcome(self.frame.loader, self.frame.alone)) if empty else gr.skip()
        # Another process may add articles at any time, so even a settled state is looked at again.
        return found.state, greeting, gr.Timer(15.0 if found.settled else 1.0)


def _skip_all(shown: list[Any]) -> Shown:
    return tuple(gr.skip() for _ in shown)


def _try_save(write: Callable[[], None]) -> str:
    """Write to the store; return what went wrong, for the reader."""
    try:
        write()
    except NewsdeskError as error:
        return f"This was not saved: {error}."
    return ""
