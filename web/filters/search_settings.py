"""What happens below the question: the filters and the model are chosen."""

from typing import Any

import gradio as gr

from corpus import NewsdeskError
from rag.model import Filters
from web.conversations.conversation import SessionState
from web.event_data import sent
from web.filters.filter_bar import parse_filters, render_bar, render_filters_panel, render_models_panel
from web.frame import QUIET, WARNING, Frame
from web.markup.escaping import escape
from web.reader.article_reader import reopen


def connect_search_settings(frame: Frame, narrow: gr.HTML) -> None:
    """Let the bar below the question open its panels and take what is chosen in them."""

    def choose(sitting: SessionState, event: gr.EventData) -> Any:
        return on_choice(frame, sitting, sent(event))

    def begun(sitting: SessionState) -> str:
        return show_bar(frame, sitting)

    narrow.submit(choose, [frame.sitting], narrow, **WARNING)
    frame.blocks.load(begun, [frame.sitting], narrow, queue=False, **QUIET)


def show_bar(frame: Frame, sitting: SessionState, panel: str = "") -> str:
    """Render the bar as it is now."""
    return reopen(render_bar(sitting, frame.desk.models, panel))


def on_choice(frame: Frame, sitting: SessionState, data: dict[str, Any]) -> Any:
    """Do what a button of the bar or of its panels says; return the bar, or leave it where the form makes no sense."""
    assistant, models, act = frame.desk.assistant, frame.desk.models, data.get("act")
    if assistant is None or models is None:
        gr.Warning("The archive is still being opened.")
        return show_bar(frame, sitting)
    if act == "filters":
        return show_bar(frame, sitting, render_filters_panel(assistant.archive, sitting.filters))
    if act in {"models", "look"}:
        looked = models.look() if act == "look" else None
        return show_bar(frame, sitting, render_models_panel(models.choices, sitting.model, looked))
    if act == "model" and any(choice.key == data.get("key") for choice in models.choices):
        sitting.model = str(data.get("key"))
    try:
        sitting.filters = apply_filters(sitting.filters, data)
    except NewsdeskError as error:
        gr.Warning(escape(error))
        return gr.skip()
    return show_bar(frame, sitting)


def apply_filters(filters: Filters, data: dict[str, Any]) -> Filters:
    """Return the filters as a button of their panel changes them.

    Raises:
        NewsdeskError: What the form says makes no sense.
    """
    act = data.get("act")
    return parse_filters(data) if act == "narrow" else Filters() if act == "widen" else filters
