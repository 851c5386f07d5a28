"""The tab that checks a text that somebody else wrote against the archive."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from rag.drafts.draft_export import render_report
from rag.drafts.draft_text import LONGEST_SENT, read_sent_draft
from web.api import CHECKING
from web.conversations.conversation import SessionState
from web.draft_check.draft_result import KINDS, render_progress, render_result
from web.draft_check.draft_run import DraftRun, stream_check
from web.event_data import sent
from web.frame import QUIET, WARNING, Frame, client_of, make_markup
from web.markup.escaping import escape
from web.rail.rail_view import render_download
from web.rate_limit import asks
from web.reader.article_reader import connect_reader, reopen

Shown = tuple[Any, ...]
"""Values of `DraftView.shown`, in its order: progress, result, check, stop."""

_LONGEST_PASTED = (
    10 * LONGEST_SENT
)  # What is longer is cut by the browser, so a text that is refused must fit in whole.


@dataclass(slots=True)
class DraftState:
    """Hold the draft that one open page checks, or checked last."""

    run: DraftRun | None = None


def draft_tab(frame: Frame, _: gr.Tab) -> None:
    """Add the tab."""
    DraftView(frame).connect()


class DraftView:
    """Hold the widgets of the tab, and what happens when one is used; nothing is checked here."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        self.desk = gr.State(DraftState())
        with (
            gr.Row(elem_id="drafts", elem_classes=["view", "whole"], equal_height=False),
            gr.Column(elem_id="drafted", elem_classes=["leaf"], min_width=0),
        ):
            with gr.Column(elem_classes=["paste"], min_width=0):
                self.box = gr.Textbox(
                    placeholder="Paste the text of a draft…",
                    label="Draft",
                    show_label=False,
                    container=False,
                    max_length=_LONGEST_PASTED,
                    lines=6,
                    max_lines=12,
                    elem_id="draft-text",
                )
                with gr.Row(elem_classes=["send"]):
                    self.stop = gr.Button("Stop", elem_id="stop-check", size="sm", visible=False)
                    self.check = gr.Button("Check", elem_id="check-draft", elem_classes=["go"], size="sm")
            make_markup("draft-pause", "")
            self.progress = make_markup("draft-progress", "")
            self.result = make_markup("draft-result", render_result(None))
        self.shown = [self.progress, self.result, self.check, self.stop]

    def connect(self) -> None:
        """Say what happens when something is used."""
        begun = self.check.click(self._begin, [self.box, self.desk], self.shown, **WARNING)
        # An event of its own: it waits for its turn, and the page says so meanwhile.
        running = begun.then(self._run, [self.frame.session, self.desk], self.shown, **QUIET, **CHECKING)
        self.stop.click(self._stop, [self.desk], self.shown, cancels=[running], queue=False, **QUIET)
        self.result.download(self._save, [self.desk], self.frame.side.file, **WARNING)
        connect_reader(self.frame, [self.result])

    @asks(place="draft-pause", action="check a draft")
    def _begin(self, draft: str, desk: DraftState, request: gr.Request) -> Shown:
        if desk.run and desk.run.open:  # A double click.
            return self._check_nothing(request)
        try:
            desk.run = DraftRun(read_sent_draft(draft))
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return self._check_nothing(request)
        return self._page(desk.run)

    def _check_nothing(self, request: gr.Request) -> Shown:
        self.frame.allowance.give_back(client_of(request))
        return _skip_all()

    def _run(self, session: SessionState, desk: DraftState) -> Iterator[Shown]:
        run = desk.run
        if run is None or run.stage != "waiting":
            yield _skip_all()
            return
        for _ in stream_check(self.frame.loader, session.model, run):
            yield self._page(run) if desk.run is run else _skip_all()

    def _stop(self, desk: DraftState) -> Shown:
        if desk.run:
            desk.run.stop()
        return self._page(desk.run)

    def _page(self, run: DraftRun | None) -> Shown:
        """Return what the page shows; the box is left alone, as somebody may be typing in it."""
        busy = bool(run and run.open)
        shown = render_progress(run), render_result(run)
        return *shown, gr.update(interactive=not busy), gr.update(visible=busy)

    def _save(self, desk: DraftState, event: gr.EventData) -> Any:
        """Hand the report to the browser as a file."""
        ending, run = str(sent(event).get("kind", "")), desk.run
        if run is None or run.report is None or ending not in KINDS:
            return gr.skip()
        content = render_report(run.report, f".{ending}")
        return reopen(render_download(f"checked-draft.{ending}", KINDS[ending][1], content))


def _skip_all() -> Shown:
    return gr.skip(), gr.skip(), gr.skip(), gr.skip()
