"""The tab that shows a story in time."""

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from corpus.text.characters import one_line
from rag.model import Filters
from web.archive.holdings import PATIENCE_S, opening
from web.assistant.assistant_loader import Assistant
from web.event_data import sent
from web.filters.filter_bar import filter_bar, filters_panel
from web.filters.search_settings import narrowed
from web.frame import LOOKING, WARNING, Frame, box, markup
from web.markup.escaping import escape
from web.reader.article_reader import anew, reads
from web.timeline.timeline_plot import LONGEST_TOPIC, nothing, stories, timeline

Shown = tuple[Any, ...]
"""Values of `TimelineView.shown`, in its order: topic, bar of filters, story."""


@dataclass(slots=True)
class Story:
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
        self.story = gr.State(Story())
        with (
            gr.Row(elem_id="story", elem_classes=["view", "whole"], equal_height=False),
            gr.Column(elem_id="told", elem_classes=["leaf"], min_width=0),
        ):
            with gr.Row(elem_classes=["seek"]):
                self.topic = box("topic", "A story: a person, a company, a place", LONGEST_TOPIC)
                self.show = gr.Button("Show", elem_id="show-story", elem_classes=["go"], size="sm")
            self.bar = markup("story-filters", "")
            self.entries = markup("entries", opening())
        self.shown = [self.topic, self.bar, self.entries]

    def connect(self, place: gr.Tab) -> None:
        """Say what happens when something is used."""
        story = [self.story]
        place.select(self._turned_to, story, self.shown, **WARNING)
        gr.on([self.topic.submit, self.show.click], self._asked, [self.topic, *story], self.shown, **LOOKING)
        gr.on([self.bar.submit, self.entries.submit], self._chosen, story, self.shown, **LOOKING)
        reads(self.frame, [self.entries])

    def _turned_to(self, story: Story) -> Shown:
        return gr.skip(), *self._page(story)

    def _asked(self, topic: str, story: Story) -> Shown:
        story.topic = one_line(topic)[:LONGEST_TOPIC]
        return gr.skip(), *self._page(story)

    def _chosen(self, story: Story, event: gr.EventData) -> Shown:
        data = sent(event)
        act = data.get("act")
        if act == "story":
            shown = self._asked(str(data.get("topic", "")), story)
            return story.topic, *shown[1:]
        try:
            story.filters = narrowed(story.filters, data)
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return gr.skip(), gr.skip(), gr.skip()
        return gr.skip(), *self._page(story, panel=act == "filters")

    def _page(self, story: Story, panel: bool = False) -> Shown:
        """Return the bar and the story; the box is left alone, as somebody may be typing in it."""
        desk = self.frame.desk
        assistant = desk.wait(PATIENCE_S)
        if assistant is None:
            return "", opening(desk.problem)
        form = filters_panel(assistant.archive, story.filters, ("outlets",)) if panel else ""
        told = gr.skip() if panel else anew(_told(assistant, story))
        return anew(filter_bar(story.filters, form)), told


def _told(assistant: Assistant, story: Story) -> str:
    title = '<h2 class="away">Timeline</h2>'
    try:
        found = assistant.timeline(story.topic, story.filters or None) if story.topic else []
        if found:
            return title + timeline(story.topic, found)
        return title + nothing(story.topic, story.filters, stories(assistant.archive, story.filters))
    except NewsdeskError as error:
        return opening(str(error))
