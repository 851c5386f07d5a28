"""The tab in which one goes through the archive: what it holds, its articles, and what is added to it."""

from dataclasses import replace
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from corpus.text.characters import one_line
from rag import Assistant
from rag.model import Filters
from web.addresses import filters_of, read_query
from web.archive.adding_view import AddingView
from web.archive.browsing import LONGEST_WORDS, Browsing, remove_article, render_listing, toggle_filter
from web.archive.holdings import PATIENCE_S, render_holdings, render_opening
from web.archive_status import collect_status
from web.event_data import is_number, sent
from web.filters.filter_bar import filter_bar, parse_filters, render_filters_panel
from web.filters.search_settings import apply_filters
from web.frame import LOOKING, WARNING, Frame, make_markup, make_textbox
from web.markup.escaping import escape
from web.reader.article_reader import connect_reader, render_arrival, reopen
from web.reader.correction_form import connect_corrections
from web.roles import needs

Shown = tuple[Any, ...]
"""Values of `ArchiveView.shown`, in its order: holdings, bar of filters, list, state of the archive in the rail."""

_KINDS = ("outlets", "languages")


def archive_tab(frame: Frame, place: gr.Tab) -> None:
    """Add the tab."""
    ArchiveView(frame).connect(place)


class ArchiveView:
    """Hold the widgets of the tab, and what happens when one is used."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        self.browsing = gr.State(Browsing())
        with gr.Row(elem_id="shelves", elem_classes=["view"], equal_height=False):
            with gr.Column(elem_id="browse", elem_classes=["leaf"], min_width=0):
                self.holdings = make_markup("holdings", render_opening())
                with gr.Row(elem_id="search", elem_classes=["seek"]):
                    self.words = make_textbox("words", "Words in headline or text", LONGEST_WORDS)
                    self.find = gr.Button("Find", elem_id="find-articles", elem_classes=["go"], size="sm")
                self.bar = make_markup("archive-filters", "")
                self.list = make_markup("articles", "")
            self.adding = AddingView(frame) if frame.changeable else None
        self.shown = [self.holdings, self.bar, self.list, frame.side.state]

    def connect(self, place: gr.Tab) -> None:
        """Say what happens when something is used."""
        browsing = [self.browsing]
        place.select(self._on_select, browsing, self.shown, **WARNING)
        gr.on([self.words.submit, self.find.click], self._on_search, [self.words, *browsing], self.shown, **LOOKING)
        places = [self.holdings, self.bar, self.list]
        gr.on([place.submit for place in places], self._on_click, browsing, self.shown, **LOOKING)
        arrival = self.frame.arrivals["archive"]
        arrival.submit(self._on_arrive, browsing, [self.words, *self.shown, arrival], **WARNING)
        connect_reader(self.frame, [self.list, self.holdings])
        if self.adding is not None:
            self.list.delete(self._remove, browsing, self.shown, **WARNING)
            connect_reader(self.frame, [self.adding.progress])
            self.adding.connect(place, self.browsing, self.shown, self._page)
            connect_corrections(self.frame).then(self._page, browsing, self.shown, **WARNING)

    def _on_select(self, browsing: Browsing) -> Shown:
        browsing.note = ""
        return self._page(browsing)

    def _on_arrive(self, browsing: Browsing, event: gr.EventData) -> Shown:
        """Show what an address names: words, filters, a page of the list."""
        data = sent(event)
        values = read_query(data.get("query", ""))
        words, page = (values.get(name, [""])[0] for name in ("words", "page"))
        browsing.words, browsing.filters, browsing.note = one_line(words)[:LONGEST_WORDS], filters_of(values), ""
        browsing.page = int(page) - 1 if is_number(page) else 0
        return browsing.words, *self._page(browsing), render_arrival(data)

    def _on_search(self, words: str, browsing: Browsing) -> Shown:
        browsing.words, browsing.page, browsing.note = one_line(words)[:LONGEST_WORDS], 0, ""
        return self._page(browsing)

    def _on_click(self, browsing: Browsing, event: gr.EventData) -> Shown:
        """Do what a button says: another page, other filters, the panel of filters."""
        data = sent(event)
        act, browsing.note = data.get("act"), ""
        if act == "filters":
            return self._page(browsing, panel=True)
        if act == "page" and is_number(data.get("page")):
            browsing.page = int(data["page"])
            return self._page(browsing)
        try:
            browsing.filters = _apply_filters(browsing.filters, data)
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        browsing.page = 0
        return self._page(browsing)

    @needs("editor")
    def _remove(self, browsing: Browsing, event: gr.EventData) -> Shown:
        assistant, data = self.frame.loader.assistant, sent(event)
        if assistant is not None and data.get("act") == "remove":
            try:
                browsing.note = remove_article(assistant.archive, str(data.get("article", "")))
            except NewsdeskError as error:
                gr.Warning(escape(error))
        return self._page(browsing)

    def _page(self, browsing: Browsing, panel: bool = False) -> Shown:
        loader = self.frame.loader
        assistant = loader.wait(PATIENCE_S)
        if assistant is None:
            return render_opening(loader.problem), "", "", gr.skip()
        try:
            return self._render(assistant, browsing, panel)
        except NewsdeskError as error:
            return render_opening(str(error)), "", "", gr.skip()

    def _render(self, assistant: Assistant, browsing: Browsing, panel: bool) -> Shown:
        form = render_filters_panel(assistant.archive, browsing.filters, _KINDS) if panel else ""
        listing = render_listing(assistant, browsing, self.frame.changeable)
        page = browsing.page + 1 if browsing.page else 0  # The list may have fewer pages than was asked for.
        return (
            reopen(render_holdings(assistant.archive, browsing.filters, self.frame.changeable)),
            reopen(filter_bar(browsing.filters, form, words=browsing.words, page=page)),
            reopen(listing),
            collect_status(self.frame.loader).state,
        )


def _apply_filters(filters: Filters, data: dict[str, Any]) -> Filters:
    """Return the filters as a button changes them.

    Raises:
        NewsdeskError: The form of the filters is invalid.
    """
    act = data.get("act")
    if act == "only":
        return toggle_filter(filters, data)
    if act == "span":
        span = parse_filters(data)
        # Clicking the same bar again takes its limits away.
        again = (span.since, span.until) == (filters.since, filters.until)
        return replace(filters, since=None if again else span.since, until=None if again else span.until)
    return apply_filters(filters, data)
