"""The tab in which one asks: the conversation, the question box below it, and the evidence column."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from corpus.errors import NewsdeskError
from rag.question.question_text import LONGEST_QUESTION
from web.answers.conversation_view import render_conversation, render_missing_conversation
from web.answers.evidence_cards import render_evidence
from web.archive_status import collect_status, render_welcome
from web.ask.reader_actions import ASKING_ACTS, exchange_from_click, new_exchange, replaces_last
from web.conversations.conversation import Conversation, Exchange, SessionState
from web.event_data import sent
from web.filters.search_settings import connect_search_settings, show_bar
from web.frame import QUIET, WARNING, Frame, client_of, make_markup, make_textbox, user_of
from web.markup.escaping import escape
from web.rail.conversation_actions import connect_conversation_actions, render_own_list
from web.rate_limit import asks
from web.reader.article_collections import connect_collecting
from web.reader.article_reader import connect_reader

Shown = tuple[Any, ...]
"""Values of `AskView.shown`, in its order: talk, evidence, welcome, box, ask, stop, list, bar, timer."""

_SOON_S = 1.0  # After so long the page looks again, while something changes.


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
        self.timer = gr.Timer(_SOON_S)
        self.shown += [self.timer]

    def _composer(self) -> None:
        make_markup("pause", "")
        self.box = make_textbox("box", "Question", LONGEST_QUESTION, placeholder="Ask the archive…", max_lines=6)
        with gr.Row(elem_id="send"):
            self.narrow = make_markup("narrow", "")
            self.stop = gr.Button("Stop", elem_id="stop", size="sm", visible=False)
            self.ask = gr.Button("Ask", elem_id="ask", size="sm", variant="primary")

    def connect(self) -> None:
        """Say what happens when something is used. The events that begin an answer end at once; others watch it."""
        frame, session = self.frame, self.frame.session
        # By default a click is dropped while the one before it is still being handled.
        begins = {**WARNING, "concurrency_id": "asking", "outputs": self.shown, "trigger_mode": "multiple"}
        begun = [
            gr.on([self.box.submit, self.ask.click], self._on_submit, [self.box, session], **begins),
            gr.on([self.talk.submit, self.welcome.submit], self._on_click, [session], **begins),
            *connect_conversation_actions(frame, self.talk, self.shown, self.page),
        ]
        watches = {**QUIET, "concurrency_limit": None, "trigger_mode": "multiple"}
        for event in begun:
            event.then(self._watch, [session], self.shown, **watches)
        self.stop.click(self._stop, [session], self.shown, queue=False, **QUIET)
        connect_reader(frame, [self.talk, self.evidence, frame.reader])
        connect_collecting(frame)
        connect_search_settings(frame, self.narrow, self.welcome)
        looked = [frame.side.state, *self.shown]
        self.timer.tick(self._on_tick, [session], looked, queue=False, **QUIET)
        frame.blocks.load(self._on_tick, [session], looked, queue=False, **QUIET)

    @asks(place="pause")
    def _on_submit(self, question: str, session: SessionState, request: gr.Request) -> Shown:
        if session.conversation.is_answering(question):  # A double click.
            return self._ask_nothing(request)
        try:
            exchange = new_exchange(session, question)
            self.frame.answers.check(user_of(request), session.conversation)
            return self._begin(session, exchange, request, typed=True)
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return self._ask_nothing(request)

    @asks(*ASKING_ACTS, place="pause")
    def _on_click(self, session: SessionState, event: gr.EventData, request: gr.Request) -> Shown:
        data, user = sent(event), user_of(request)
        if data.get("act") not in ASKING_ACTS:  # It was not counted, so there is nothing to give back.
            return self._skip_all()
        try:
            exchange = exchange_from_click(session, data)
            if exchange is None:
                return self._ask_nothing(request)
            self.frame.answers.check(user, session.conversation)
            if replaces_last(data) and (last := session.conversation.take_back()) is not None:
                with contextlib.suppress(NewsdeskError):  # It stays in the store; the new answer says what is wrong.
                    self.frame.conversations.take_back(user, session.conversation, last)
            return self._begin(session, exchange, request)
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return self._ask_nothing(request)

    def _ask_nothing(self, request: gr.Request) -> Shown:
        self.frame.allowance.give_back(client_of(request))
        return self._skip_all()

    def _skip_all(self) -> Shown:
        return tuple(gr.skip() for _ in self.shown)

    def _begin(self, session: SessionState, exchange: Exchange, request: gr.Request, typed: bool = False) -> Shown:
        user = user_of(request)
        session.missing = ""
        self.frame.answers.begin(user, session.conversation, exchange)
        # The list follows with the next tick: it may have to wait for what is being saved.
        return self.page(session, user, clear=True, typed=typed)

    async def _watch(self, session: SessionState, request: gr.Request) -> AsyncIterator[Shown]:
        """Show the answer under way, if there is one, until it ends or the reader goes elsewhere; then show that."""
        conversation, user, answers = session.conversation, user_of(request), self.frame.answers
        # The answer may have ended before this began; and what a generator shows that yields nothing Gradio empties.
        listed = answers.find(user, conversation.id) is None
        yield await asyncio.to_thread(self.page, session, user, lists=listed)
        async for kept in answers.watch(user, conversation, lambda: session.conversation is not conversation):
            if kept:
                await asyncio.to_thread(answers.mark_seen, user, conversation.id)
            # Once only: a menu of the list that stands open is closed by it.
            yield await asyncio.to_thread(self.page, session, user, lists=kept and not listed)
            listed = kept
        if session.conversation is not conversation:
            # The last that was shown may arrive after what the reader went to, and comes once more at the end.
            yield await asyncio.to_thread(self.page, session, user)

    def _stop(self, session: SessionState, request: gr.Request) -> Shown:
        user = user_of(request)
        self.frame.answers.stop(user, session.conversation)
        return self.page(session, user, lists=True)

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
        session.shows_busy = busy = conversation.busy
        empty = not conversation.exchanges and not session.missing
        greeting = {"value": render_welcome(self.frame.loader, self.frame.alone)} if clear and empty else {}
        missing = render_missing_conversation(session.missing) if session.missing else ""
        return (
            missing or render_conversation(conversation),
            render_evidence(conversation),
            gr.update(visible=empty, **greeting),
            gr.update(value="") if typed else gr.skip(),
            gr.update(interactive=not busy),
            gr.update(visible=busy),
            render_own_list(self.frame, session, user) if lists else gr.skip(),
            show_bar(self.frame, session) if clear else gr.skip(),
            gr.Timer(_SOON_S) if clear else gr.skip(),
        )

    def _on_tick(self, session: SessionState, request: gr.Request) -> dict[Any, Any]:
        user = user_of(request)
        found, progress = collect_status(self.frame.loader), self.frame.answers.progress(user)
        shown: dict[Any, Any] = {self.frame.side.state: found.state}
        if session.shows_busy and not session.conversation.busy:
            # Whatever watched the answer was lost on the way; the page must not wait for it for ever.
            shown |= dict(zip(self.shown, self.page(session, user, lists=True), strict=True))
        elif session.drawn not in (None, progress):
            shown[self.frame.side.listing] = render_own_list(self.frame, session, user)
        if not session.conversation.exchanges:
            shown[self.welcome] = gr.update(value=render_welcome(self.frame.loader, self.frame.alone))
        # To draw the greeting begins to make its questions.
        settled = found.settled and not self.frame.loader.busy and not progress.writing
        return shown | {self.timer: gr.Timer(self.frame.idle_look_s if settled else _SOON_S)}
