"""What happens below the question: the filters and the model are chosen."""

from typing import Any

import gradio as gr

from corpus import NewsdeskError
from rag.model import Filters
from web.conversations.conversation import Sitting
from web.event_data import sent
from web.filters.filter_bar import bar, filters_from, filters_panel, models_panel
from web.frame import QUIET, WARNING, Frame
from web.markup.escaping import escape
from web.reader.article_reader import anew


def connect_choosing(frame: Frame, narrow: gr.HTML) -> None:
    """Let the bar below the question open its panels and take what is chosen in them."""

    def choose(sitting: Sitting, event: gr.EventData) -> Any:
        return chosen(frame, sitting, sent(event))

    def begun(sitting: Sitting) -> str:
        return shown(frame, sitting)

    narrow.submit(choose, [frame.sitting], narrow, **WARNING)
    frame.blocks.load(begun, [frame.sitting], narrow, queue=False, **QUIET)


def shown(frame: Frame, sitting: Sitting, panel: str = "") -> str:
    """Render the bar as it is now."""
    return anew(bar(sitting, frame.desk.models, panel))


def chosen(frame: Frame, sitting: Sitting, data: dict[str, Any]) -> Any:
    """Do what a button of the bar or of its panels says; return the bar, or leave it where the form makes no sense."""
    assistant, models, act = frame.desk.assistant, frame.desk.models, data.get("act")
    if assistant is None or models is None:
        gr.Warning("The archive is still being opened.")
        return shown(frame, sitting)
    if act == "filters":
        return shown(frame, sitting, filters_panel(assistant.archive, sitting.filters))
    if act in {"models", "look"}:
        looked = models.look() if act == "look" else None
        return shown(frame, sitting, models_panel(models.choices, sitting.model, looked))
    if act == "model" and any(choice.key == data.get("key") for choice in models.choices):
        sitting.model = str(data.get("key"))
    try:
        sitting.filters = narrowed(sitting.filters, data)
    except NewsdeskError as error:
        gr.Warning(escape(error))
        return gr.skip()
    return shown(frame, sitting)


def narrowed(filters: Filters, data: dict[str, Any]) -> Filters:
    """Return the filters as a button of their panel changes them.

    Raises:
        NewsdeskError: What the form says makes no sense.
    """
    act = data.get("act")
    return filters_from(data) if act == "narrow" else Filters() if act == "widen" else filters
