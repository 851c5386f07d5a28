"""The tab of the topics that somebody follows, and the count of what is new on them in the rail."""

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from rag import Assistant
from rag.model import Filters
from rag.question.question_text import LONGEST_QUESTION
from web.archive.holdings import PATIENCE_S, render_opening
from web.event_data import is_number, sent
from web.filters.filter_bar import filter_bar, render_filters_panel
from web.filters.search_settings import apply_filters
from web.follow.topic_listing import render_count, render_topic_articles, render_topics
from web.frame import LOOKING, QUIET, Frame, make_markup, make_textbox, user_of
from web.markup.escaping import escape
from web.reader.article_reader import connect_reader, reopen

Shown = tuple[Any, ...]
"""Values of `FollowView.shown`, in its order: box, bar, topics, articles, count in the rail."""


@dataclass(slots=True)
class FollowState:
    """Hold what one open page looks at.

    Attributes:
        opened: The number of the topic that is open, or 0.
        filters: What a topic that is added next is narrowed to.
    """

    opened: int = 0
    filters: Filters = field(default_factory=Filters)


def follow_tab(frame: Frame, place: gr.Tab) -> None:
    """Add the tab."""
    FollowView(frame).connect(place)


class FollowView:
    """Hold the widgets of the tab, and what happens when one is used."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        self.state = gr.State(FollowState())
        with (
            gr.Row(elem_id="following", elem_classes=["view", "whole"], equal_height=False),
            gr.Column(elem_id="followed", elem_classes=["leaf"], min_width=0),
        ):
            with gr.Row(elem_classes=["seek"]):
                hint = "A topic to follow: a question, or a person, a company, a place"
                self.text = make_textbox("follow-text", "A topic to follow", LONGEST_QUESTION, placeholder=hint)
                self.add = gr.Button("Follow", elem_id="follow-add", elem_classes=["go"], size="sm")
            self.bar = make_markup("follow-filters", "")
            self.topics = make_markup("topics", render_opening())
            self.articles = make_markup("topic-articles", "")
        self.shown = [self.text, self.bar, self.topics, self.articles, frame.side.news]

    def connect(self, place: gr.Tab) -> None:
        """Say what happens when something is used."""
        state, news = [self.state], self.frame.side.news
        place.select(self._on_turn, state, self.shown, **LOOKING)
        gr.on([self.text.submit, self.add.click], self._on_follow, [self.text, *state], self.shown, **LOOKING)
        gr.on([self.bar.submit, self.topics.submit], self._on_topic_click, state, self.shown, **LOOKING)
        connect_reader(self.frame, [self.articles])
        timer = gr.Timer(self.frame.idle_look_s)
        timer.tick(self._count, None, news, queue=False, **QUIET)
        self.frame.blocks.load(self._count, None, news, queue=False, **QUIET)

    def _count(self, request: gr.Request) -> str:
        assistant = self.frame.loader.assistant
        try:
            return render_count(assistant.topics.book.count_unseen(user_of(request))) if assistant else ""
        except NewsdeskError:  # It is told where the topics are shown.
            return ""

    def _on_turn(self, state: FollowState, request: gr.Request) -> Shown:
        return self._page(state, user_of(request))

    def _on_follow(self, text: str, state: FollowState, request: gr.Request) -> Shown:
        assistant, user = self.frame.loader.wait(PATIENCE_S), user_of(request)
        if assistant is None:
            return self._page(state, user)
        try:
            state.opened = assistant.topics.follow(user, text, state.filters or None).id
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return tuple(gr.skip() for _ in self.shown)
        state.filters = Filters()
        return ("", *self._page(state, user)[1:])

    def _on_topic_click(self, state: FollowState, event: gr.EventData, request: gr.Request) -> Shown:
        data, user = sent(event), user_of(request)
        act, number = data.get("act"), str(data.get("topic", ""))
        assistant = self.frame.loader.assistant
        try:
            state.filters = apply_filters(state.filters, data)
            if assistant and act == "unfollow" and is_number(number):
                assistant.topics.book.remove(user, int(number))
            if assistant and act == "new-address":
                assistant.topics.book.feed_address(user, renew=True)
            if act == "topic" and is_number(number):
                state.opened = int(number)
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return tuple(gr.skip() for _ in self.shown)
        return self._page(state, user, panel=act == "filters")

    def _page(self, state: FollowState, user: str, panel: bool = False) -> Shown:
        """Return the bar, the topics and what is new; the box is left alone, as somebody may be typing in it."""
        loader = self.frame.loader
        assistant = loader.wait(PATIENCE_S)
        if assistant is None:
            return gr.skip(), "", render_opening(loader.problem), "", ""
        form = render_filters_panel(assistant.archive, state.filters, user=user) if panel else ""
        bar = reopen(filter_bar(state.filters, form))
        if panel:
            return gr.skip(), bar, gr.skip(), gr.skip(), gr.skip()
        try:
            return gr.skip(), bar, *_show(assistant, state, user)
        except NewsdeskError as error:
            return gr.skip(), bar, render_opening(str(error)), "", ""


def _show(assistant: Assistant, state: FollowState, user: str) -> tuple[str, str, str]:
    """Return the topics, the articles of the open one, which are seen from now on, and the count."""
    book = assistant.topics.book
    topic = next((one for one in book.topics(user) if one.id == state.opened), None)
    state.opened = topic.id if topic else 0
    articles = ""
    if topic:
        found = book.findings(topic.id)
        articles = render_topic_articles(assistant.archive, topic, found)
        # Up to the last that is shown here: what is found meanwhile stays new.
        if any(not one.seen for one in found):
            book.mark_seen(user, topic.id, found[0].key)
    done, total = assistant.progress()
    return (
        reopen(render_topics(book, user, state.opened, total - done)),
        reopen(articles),
        render_count(book.count_unseen(user)),
    )
