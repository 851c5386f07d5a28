"""The tab with the runs of the evaluation: their figures, and two of them compared."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from web.eval.eval_start_view import EvalStartView
from web.eval.run_tables import render_comparison, render_runs, render_table
from web.event_data import sent
from web.frame import WARNING, Frame, make_markup
from web.markup.escaping import escape
from web.markup.templating import render
from web.reader.article_reader import reopen

Shown = tuple[Any, ...]
"""Values of `EvalView.shown`, in its order: comparison, runs."""

_MEASURING: dict[str, Any] = {**WARNING, "concurrency_id": "eval", "concurrency_limit": 2}


@dataclass(slots=True)
class Chosen:
    """Hold the runs that one open page compares, by name; the one chosen last stands last."""

    names: tuple[str, ...] = ()

    def turn(self, name: str) -> None:
        """Choose a run, or no longer; at most two are."""
        rest = tuple(other for other in self.names if other != name)
        self.names = rest if rest != self.names else (*rest, name)[-2:]


def eval_tab(frame: Frame, place: gr.Tab) -> None:
    """Add the tab."""
    EvalView(frame).connect(place)


class EvalView:
    """Hold the widgets of the tab, and what happens when one is used; what is measured is up to `eval`."""

    def __init__(self, frame: Frame) -> None:
        """Add the widgets to the blocks that are open."""
        self.frame = frame
        self.settings_for = gr.State(Chosen())
        with (
            gr.Row(elem_id="measured", elem_classes=["view", "whole"], equal_height=False),
            gr.Column(elem_id="figures", elem_classes=["leaf"], min_width=0),
        ):
            self.begin = EvalStartView(frame)
            self.comparison = make_markup("comparison", "")
            self.runs = make_markup("runs", '<p class="state busy" role="status">Reading the runs…</p>')
        self.shown = [self.comparison, self.runs]

    def connect(self, place: gr.Tab) -> None:
        """Say what happens when something is used."""
        place.select(self._page, [self.settings_for], self.shown, **_MEASURING)
        self.begin.connect(place, self.settings_for, self.shown, self._page)
        self.runs.submit(self._compare, [self.settings_for], self.shown, **_MEASURING)

    def _compare(self, chosen: Chosen, event: gr.EventData) -> Shown:
        data = sent(event)
        if data.get("act") == "compare":
            chosen.turn(str(data.get("run", "")))
        return self._page(chosen)

    def _page(self, chosen: Chosen) -> Shown:
        try:
            found = render_runs(self.frame.runs)
            there = {line.run.name: line.run for line in found if line.figures}
            chosen.names = tuple(name for name in chosen.names if name in there)
            return reopen(self._render_comparison(chosen, there)), reopen(render_table(found, chosen.names))
        except (NewsdeskError, OSError, ValueError, KeyError, TypeError) as error:
            # A run is a folder of files that anything may have changed.
            gr.Warning(escape(f"The runs cannot be read: {error}"))
            return "", render("alert", text="The runs cannot be read; remove what is damaged.")

    def _render_comparison(self, chosen: Chosen, there: dict[str, Any]) -> str:
        """Compare the two that are chosen, the older one being the one before."""
        if len(chosen.names) < 2:
            return ""
        from eval.reports.comparison import compare_runs

        before, after = sorted(
            (there[name] for name in chosen.names), key=lambda run: (run.manifest.created_at, run.name)
        )
        try:
            return render_comparison(compare_runs(before, after))
        except NewsdeskError as error:
            return render("alert", text=error)
