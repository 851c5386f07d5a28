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

    def choose(session: SessionState, event: gr.EventData) -> Any:
        return on_choice(frame, session, sent(event))

    def begun(session: SessionState) -> str:
        return show_bar(frame, session)

    narrow.submit(choose, [frame.session], narrow, **WARNING)
    frame.blocks.load(begun, [frame.session], narrow, queue=False, **QUIET)


def show_bar(frame: Frame, session: SessionState, panel: str = "") -> str:
    """Render the bar as it is now."""
    return reopen(render_bar(session, frame.loader.models, panel))


def on_choice(frame: Frame, session: SessionState, data: dict[str, Any]) -> Any:
    """Do what a button of the bar or of its panels says; return the bar, or leave it where the form is invalid."""
    assistant, models, act = frame.loader.assistant, frame.loader.models, data.get("act")
    if assistant is None or models is None:
        gr.Warning("The archive is still being opened.")
        return show_bar(frame, session)
    if act == "filters":
        return show_bar(frame, session, render_filters_panel(assistant.archive, session.filters))
    if act in {"models", "look"}:
        looked = models.look() if act == "look" else None
        return show_bar(frame, session, render_models_panel(models.choices, session.model, looked))
    if act == "model" and any(choice.key == data.get("key") for choice in models.choices):
        session.model = str(data.get("key"))
    try:
        session.filters = apply_filters(session.filters, data)
    except NewsdeskError as error:
        gr.Warning(escape(error))
        return gr.skip()
    return show_bar(frame, session)


def apply_filters(filters: Filters, data: dict[str, Any]) -> Filters:
    """Return the filters as a button of their panel changes them.

    Raises:
        NewsdeskError: The form is invalid.
    """
    act = data.get("act")
    return parse_filters(data) if act == "narrow" else Filters() if act == "widen" else filters
