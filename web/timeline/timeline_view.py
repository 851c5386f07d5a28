"""The tab that shows a story in time."""

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from corpus.text.characters import one_line
from rag import Assistant
from rag.model import Filters
from web.addresses import filters_of, read_query
from web.archive.holdings import PATIENCE_S, render_opening
from web.event_data import sent
from web.filters.filter_bar import filter_bar, render_filters_panel
from web.filters.search_settings import apply_filters
from web.frame import LOOKING, WARNING, Frame, make_markup, make_textbox
from web.markup.escaping import escape
from web.reader.article_reader import connect_reader, render_arrival, reopen
from web.timeline.timeline_plot import LONGEST_TOPIC, group_stories, render_nothing, render_timeline

Shown = tuple[Any, ...]
"""Values of `TimelineView.shown`, in its order: topic, bar of filters, story."""


@dataclass(slots=True)
class TimelineState:
    """Hold what one open page looks at.

    Attributes:
        topic: The words of the story, or "".
        filters: What it is narrowed to.
    """

    topic: str = ""
    filters: Filters = field(default_factory=Filters)


def timeline_tab(frame: Frame, place: gr.Tab) -> None:
    """Add the tab."""
    TimelineView(frame).connect(place)


class TimelineView:
    """Hold the widgets of the tab, and what happens when one is used."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        self.story = gr.State(TimelineState())
        with (
            gr.Row(elem_id="story", elem_classes=["view", "whole"], equal_height=False),
            gr.Column(elem_id="told", elem_classes=["leaf"], min_width=0),
        ):
            with gr.Row(elem_classes=["seek"]):
                self.topic = make_textbox("topic", "A story: a person, a company, a place", LONGEST_TOPIC)
                self.show = gr.Button("Show", elem_id="show-story", elem_classes=["go"], size="sm")
            self.bar = make_markup("story-filters", "")
            self.entries = make_markup("entries", render_opening())
        self.shown = [self.topic, self.bar, self.entries]

    def connect(self, place: gr.Tab) -> None:
        """Say what happens when something is used."""
        story = [self.story]
        place.select(self._on_select, story, self.shown, **WARNING)
        gr.on([self.topic.submit, self.show.click], self._on_submit, [self.topic, *story], self.shown, **LOOKING)
        gr.on([self.bar.submit, self.entries.submit], self._on_click, story, self.shown, **LOOKING)
        arrival = self.frame.arrivals["timeline"]
        arrival.submit(self._on_arrive, story, [*self.shown, arrival], **WARNING)
        connect_reader(self.frame, [self.entries])

    def _on_select(self, story: TimelineState) -> Shown:
        return gr.skip(), *self._page(story)

    def _on_arrive(self, story: TimelineState, event: gr.EventData) -> Shown:
        """Show what an address names: a story and filters."""
        data = sent(event)
        values = read_query(data.get("query", ""))
        story.topic, story.filters = one_line(values.get("topic", [""])[0])[:LONGEST_TOPIC], filters_of(values)
        return story.topic, *self._page(story), render_arrival(data)

    def _on_submit(self, topic: str, story: TimelineState) -> Shown:
        story.topic = one_line(topic)[:LONGEST_TOPIC]
        return gr.skip(), *self._page(story)

    def _on_click(self, story: TimelineState, event: gr.EventData) -> Shown:
        data = sent(event)
        act = data.get("act")
        if act == "story":
            shown = self._on_submit(str(data.get("topic", "")), story)
            return story.topic, *shown[1:]
        try:
            story.filters = apply_filters(story.filters, data)
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return gr.skip(), gr.skip(), gr.skip()
        return gr.skip(), *self._page(story, panel=act == "filters")

    def _page(self, story: TimelineState, panel: bool = False) -> Shown:
        """Return the bar and the story; the box is left alone, as somebody may be typing in it."""
        loader = self.frame.loader
        assistant = loader.wait(PATIENCE_S)
        if assistant is None:
            return "", render_opening(loader.problem)
        form = render_filters_panel(assistant.archive, story.filters, ("outlets",)) if panel else ""
        story_shown = gr.skip() if panel else reopen(_describe_result(assistant, story))
        return reopen(filter_bar(story.filters, form, topic=story.topic)), story_shown


def _describe_result(assistant: Assistant, story: TimelineState) -> str:
    try:
        found = assistant.timeline(story.topic, story.filters or None) if story.topic else []
        if found:
            return render_timeline(assistant.correct_spelling(story.topic).text, found)
        return render_nothing(story.topic, story.filters, group_stories(assistant.archive, story.filters))
    except NewsdeskError as error:
        return render_opening(str(error))
