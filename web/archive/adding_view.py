"""Next to the articles: adding files, pages and feeds, and how far each is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from web.archive.addition_progress import LONGEST_ADDRESS, render_feeds, render_progress
from web.archive.browsing import Browsing
from web.assistant.addition import FILE_BYTES, FILES, Addition, Kind
from web.event_data import sent
from web.frame import QUIET, WARNING, Frame, make_markup, make_textbox, user_of
from web.markup.escaping import escape
from web.markup.templating import render
from web.roles import needs

Shown = tuple[Any, ...]
"""Values of `AddingView.shown`, in its order: progress, feeds, timer."""

_ADDING: dict[str, Any] = {**WARNING, "concurrency_id": "adding", "concurrency_limit": 8}
_LOOK_S = 0.5


@dataclass(slots=True)
class Watching:
    """Hold what one open page shows, so that only what changed is redrawn.

    Attributes:
        progress: How far each thing is, as markup.
        feeds: The feeds, as markup.
        settled: How many additions have ended, and whether the whole archive is indexed.
        drawn: The same when the articles were drawn last.
    """

    progress: str = ""
    feeds: str = ""
    settled: tuple[int, bool] = (0, True)
    drawn: tuple[int, bool] = (0, True)


class AddingView:
    """Hold the widgets, and what happens when one is used; the work is that of `Additions`."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        with gr.Column(elem_id="add", elem_classes=["margin", "for-editors"], min_width=0):
            limits = render("adding", files=FILES, megabytes=FILE_BYTES // 1_000_000)
            gr.HTML(limits, apply_default_css=False, js_on_load=None)
            self.files = gr.File(
                file_count="multiple", label="Files to add", show_label=False, container=False, elem_id="drop"
            )
            self.address = make_textbox("address", "Address of a page or a feed", LONGEST_ADDRESS)
            with gr.Row(elem_id="fetch"):
                self.page = gr.Button("Add the page", elem_id="add-page", size="sm")
                self.feed = gr.Button("Follow the feed", elem_id="add-feed", size="sm")
            self.progress = make_markup("progress", "")
            self.feeds = make_markup("feeds", "")
        self.timer = gr.Timer(_LOOK_S, active=False)
        self.shown = [self.progress, self.feeds, self.timer]

    def connect(self, place: gr.Tab, browsing: gr.State, listing: list[Any], page: Callable[[Browsing], Shown]) -> None:
        """Say what happens when something is used.

        Args:
            place: The tab.
            browsing: What the list of articles looks for.
            listing: The components of that list, redrawn when an addition has ended.
            page: Returns their values.
        """
        self._listing_size, self._page_of = len(listing), page
        watching = gr.State(Watching())
        adding = [self.address, *self.shown]
        self.files.upload(self._add_files, [self.files, watching], [self.files, *self.shown], **_ADDING)
        gr.on([self.address.submit, self.page.click], self._page, [self.address, watching], adding, **_ADDING)
        self.feed.click(self._feed, [self.address, watching], adding, **_ADDING)
        gr.on([self.progress.submit, self.feeds.submit], self._handle_click, [watching], self.shown, **_ADDING)
        place.select(self._look, [watching], self.shown, queue=False, **QUIET)
        self.timer.tick(self._tick, [watching, browsing], [*self.shown, *listing], queue=False, **QUIET)

    @needs("editor")
    def _add_files(self, files: Sequence[str] | None, watching: Watching, request: gr.Request) -> Shown:
        wanted = [Addition("file", Path(file).name, Path(file)) for file in files or ()]
        if len(wanted) > FILES:
            for addition in wanted:
                addition.discard()
            gr.Warning(f"{len(wanted)} files are too many at once; add {FILES} at a time.")
            wanted = []
        return None, *self._begin(wanted, watching, request)

    @needs("editor")
    def _page(self, address: str, watching: Watching, request: gr.Request) -> Shown:
        return self._fetch("page", address, watching, request)

    @needs("editor")
    def _feed(self, address: str, watching: Watching, request: gr.Request) -> Shown:
        return self._fetch("feed", address, watching, request)

    def _fetch(self, kind: Kind, address: str, watching: Watching, request: gr.Request) -> Shown:
        address = address.strip()
        if not address:
            gr.Warning("Write the address of a page or a feed first.")
            return gr.skip(), *self._look(watching, request)
        return "", *self._begin([Addition(kind, address)], watching, request)

    def _begin(self, wanted: list[Addition], watching: Watching, request: gr.Request) -> Shown:
        additions = self.frame.loader.additions
        try:
            if additions is None:
                raise NewsdeskError("The archive is still being opened; add it again in a moment.")
            additions.begin(user_of(request), wanted)
        except NewsdeskError as error:
            for addition in wanted:
                addition.discard()
            gr.Warning(escape(error))
        return self._look(watching, request)

    @needs("editor")
    def _handle_click(self, watching: Watching, event: gr.EventData, request: gr.Request) -> Shown:
        """Do what a button below says: cancel, clear, pull a feed again, unfollow it."""
        additions, user, data = self.frame.loader.additions, user_of(request), sent(event)
        act, url = data.get("act"), str(data.get("url", ""))
        if additions is not None and act == "cancel":
            additions.cancel(user)
        elif additions is not None and act == "clear":
            additions.clear(user)
        elif additions is not None and act == "unfollow":
            additions.unfollow(url)
        elif additions is not None and act == "pull":
            # One that is followed: what the browser sends may be any address.
            feeds = [Addition("feed", feed.url) for feed in additions.feeds() if feed.url == url]
            return self._begin(feeds, watching, request)
        return self._look(watching, request)

    def _tick(self, watching: Watching, browsing: Browsing, request: gr.Request) -> Shown:
        """Look again, and redraw the articles where an addition has ended."""
        changed = self._look(watching, request)
        if watching.settled == watching.drawn:
            return *changed, *(gr.skip() for _ in range(self._listing_size))
        watching.drawn = watching.settled
        return *changed, *self._page_of(browsing)

    def _look(self, watching: Watching, request: gr.Request) -> Shown:
        """Return what has changed since this page last looked."""
        additions, assistant = self.frame.loader.additions, self.frame.loader.assistant
        if additions is None or assistant is None:
            return gr.skip(), gr.skip(), gr.skip()
        # Each reader sees only what he added himself.
        own = additions.of(user_of(request))
        done, total = assistant.progress()
        waiting = total - done if own else 0
        now = Watching(
            render_progress(own, waiting),
            render_feeds(additions.feeds()),
            (sum(not one.open for one in own), not waiting),
        )
        busy = any(addition.open for addition in own) or waiting > 0
        changed = tuple(
            new if new != old else gr.skip()
            for new, old in ((now.progress, watching.progress), (now.feeds, watching.feeds))
        )
        watching.progress, watching.feeds, watching.settled = now.progress, now.feeds, now.settled
        # One more look, for what ended since the articles were drawn.
        return *changed, gr.Timer(_LOOK_S, active=busy or watching.settled != watching.drawn)
