"""Above the runs: starting one, how far it is, and stopping it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from web.eval.eval_process import SAMPLE, EvalProcess, EvalProgress, EvalRunError, OfferedSet, find_offered_sets
from web.event_data import sent
from web.frame import QUIET, WARNING, Frame, make_markup, user_of
from web.markup.escaping import escape
from web.markup.templating import render
from web.reader.article_reader import reopen
from web.roles import needs, refusal

Shown = tuple[Any, ...]
"""Values of `EvalStartView.shown`, in its order: start, timer; then what shows the runs."""

_LOOK_S = 1.0


@dataclass(slots=True)
class EvalWatch:
    """Hold what one open page shows of the run, so that only what changed is redrawn."""

    progress: EvalProgress | None = None


class EvalStartView:
    """Hold the widgets, and what happens when one is used; the run itself is another process."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        self.process = EvalProcess(frame.runs)
        self.watch = gr.State(EvalWatch())
        self.start = make_markup("eval-start", "")
        self.timer = gr.Timer(_LOOK_S, active=False)
        self.shown = [self.start, self.timer]

    def connect(
        self, place: gr.Tab, chosen: gr.State, listing: Sequence[Any], page: Callable[[Any], tuple[Any, ...]]
    ) -> None:
        """Say what happens when something is used.

        Args:
            place: The tab.
            chosen: What the list of runs compares.
            listing: The components of that list, redrawn when a run has ended.
            page: Returns their values.
        """
        self._listing_size, self._page = len(listing), page
        place.select(self._show, [self.watch], self.shown, **WARNING)
        self.start.submit(self._act, [self.watch], self.shown, **WARNING)
        self.timer.tick(self._tick, [self.watch, chosen], [*self.shown, *listing], queue=False, **QUIET)

    @needs("editor")
    def _act(self, watch: EvalWatch, event: gr.EventData, request: gr.Request) -> Shown:
        """Do what a button says: start a run, or stop it."""
        data = sent(event)
        try:
            if not self.frame.changeable:
                raise EvalRunError("This page is read-only, and starts no runs.")
            if data.get("act") == "start":
                self._begin(data, user_of(request))
            elif data.get("act") == "stop":
                self.process.stop()
        except NewsdeskError as error:
            gr.Warning(escape(error))
        return self._show(watch)

    def _begin(self, data: dict[str, Any], user: str) -> None:
        chosen = next((each for each in self._list_sets() if each.key == data.get("set")), None)
        if chosen is None:
            raise EvalRunError("This question set is not there any more; open the tab again.")
        llm = self._model if data.get("llm") else ""
        if llm and not self.frame.permit(user, "owner"):
            raise EvalRunError(refusal("owner"))
        self.process.start(chosen, data.get("sample") == "yes", llm)

    def _tick(self, watch: EvalWatch, chosen: Any) -> Shown:
        """Look again, and redraw the runs where one has ended."""
        before, now = watch.progress, self.process.look()
        if now == before:
            return tuple(gr.skip() for _ in range(len(self.shown) + self._listing_size))
        ended = now is not None and now.stage != "running"
        runs = self._page(chosen) if ended else tuple(gr.skip() for _ in range(self._listing_size))
        return *self._show(watch), *runs

    def _show(self, watch: EvalWatch) -> Shown:
        progress = watch.progress = self.process.look()
        running = progress is not None and progress.stage == "running"
        sets = [] if running or not self.frame.changeable else self._list_sets()
        models = [("", "no model"), *([("set", self._model)] if self._model else [])]
        drawn = render(
            "eval_start",
            progress=progress,
            sets=sets,
            models=models,
            sample=SAMPLE,
            changeable=self.frame.changeable,
        )
        return reopen(drawn), gr.Timer(_LOOK_S, active=running)

    @property
    def _model(self) -> str:
        assistant = self.frame.loader.assistant
        return assistant.settings.llm if assistant else ""

    def _list_sets(self) -> list[OfferedSet]:
        assistant = self.frame.loader.assistant
        return find_offered_sets(assistant.settings.data_dir if assistant else None)
