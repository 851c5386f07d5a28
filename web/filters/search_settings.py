"""What happens below the question: the filters and the model are chosen."""

from dataclasses import replace
from typing import Any

import gradio as gr

from corpus import NewsdeskError
from rag.model import Filters
from web.archive_status import collect_status, render_welcome
from web.assistant.assistant_loader import AssistantLoader
from web.assistant.available_models import Models
from web.assistant.model_file import OwnModel
from web.conversations.conversation import SessionState
from web.event_data import sent
from web.filters.filter_bar import parse_filters, render_bar, render_filters_panel, render_models_panel
from web.frame import QUIET, WARNING, Frame, user_of
from web.markup.escaping import escape
from web.reader.article_reader import reopen
from web.roles import refusal

_OWNERS_ACTS = frozenset({"look", "own-model", "forget-model"})


def connect_search_settings(frame: Frame, narrow: gr.HTML, welcome: gr.HTML) -> None:
    """Let the bar below the question open its panels and take what is chosen in them, and the offer of the greeting."""

    def choose(session: SessionState, event: gr.EventData, request: gr.Request) -> Any:
        data, user = sent(event), user_of(request)
        if data.get("act") in _OWNERS_ACTS and not frame.permit(user, "owner"):
            gr.Warning(refusal("owner"))
            return gr.skip()
        # Where nobody signs in, only who is alone on the machine is known to run the page.
        return on_choice(frame, session, data, frame.alone or (bool(user) and frame.permit(user, "owner")), user)

    def begun(session: SessionState) -> str:
        return show_bar(frame, session)

    def accept(event: gr.EventData) -> Any:
        return accept_offer(frame, sent(event))

    narrow.submit(choose, [frame.session], narrow, **WARNING)
    welcome.submit(accept, None, [welcome, narrow, frame.side.state], **WARNING)
    frame.blocks.load(begun, [frame.session], narrow, queue=False, **QUIET)


def show_bar(frame: Frame, session: SessionState, panel: str = "") -> str:
    """Render the bar as it is now."""
    return reopen(render_bar(session, frame.loader.models, panel))


def on_choice(frame: Frame, session: SessionState, data: dict[str, Any], owner: bool, user: str = "") -> Any:
    """Do what a button of the bar or of its panels says; return the bar, or leave it where the form is invalid.

    Args:
        frame: The page.
        session: What one open page has before it.
        data: What the static script sent.
        owner: Whether the reader may set the model of the page.
        user: Whose collections there are to choose from, besides the shared ones.
    """
    assistant, models, act = frame.loader.assistant, frame.loader.models, data.get("act")
    if assistant is None or models is None:
        gr.Warning("The archive is still being opened.")
        return show_bar(frame, session)
    if act == "filters":
        return show_bar(frame, session, render_filters_panel(assistant.archive, session.filters, user=user))
    if act in {"models", "look", "own-model", "forget-model"}:
        return show_bar(frame, session, _show_models(frame.loader, models, session, data, owner))
    if act == "model" and any(choice.key == data.get("key") for choice in models.choices):
        session.model = str(data.get("key"))
    try:
        # With the owner: another user may have a collection of the same name.
        session.filters = replace(apply_filters(session.filters, data), owner=user)
    except NewsdeskError as error:
        gr.Warning(escape(error))
        return gr.skip()
    return show_bar(frame, session)


def _show_models(
    loader: AssistantLoader, models: Models, session: SessionState, data: dict[str, Any], alone: bool
) -> str:
    """Do what a button of the panel of models says; return the panel."""
    looked, told = models.look() if data.get("act") == "look" else None, ""
    if alone and data.get("act") in {"own-model", "forget-model"}:
        told = _set_model(loader, models, data)
        session.model = ""
    return render_models_panel(models.choices, session.model, looked, alone, models.own, told)


def _set_model(loader: AssistantLoader, models: Models, data: dict[str, Any]) -> str:
    """Try and use the model that a form names, or forget it; return what to tell."""
    try:
        if data.get("act") == "forget-model":
            models.forget()
            told = "Answers are made as the page was started."
        else:
            own = OwnModel.make(*(str(data.get(name, "")) for name in ("llm", "address", "key")))
            told = f"It replied after {models.use(own):.1f} seconds, and writes the answers from now on."
    except NewsdeskError as error:
        return str(error)
    loader.set_model()
    return told


def accept_offer(frame: Frame, data: dict[str, Any]) -> Any:
    """Let the model that the greeting offers write; return greeting, bar and state, or leave them."""
    models = frame.loader.models
    offer = models.offer if models is not None else None
    if data.get("act") != "use-model" or models is None or offer is None or not frame.alone:
        return (gr.skip(),) * 3
    told = _set_model(frame.loader, models, {"llm": offer.llm, "address": offer.address})
    (gr.Info if models.own else gr.Warning)(escape(told))
    bar = show_bar(frame, SessionState())
    return render_welcome(frame.loader, frame.alone), bar, collect_status(frame.loader).state


def apply_filters(filters: Filters, data: dict[str, Any]) -> Filters:
    """Return the filters as a button of their panel changes them.

    Raises:
        NewsdeskError: The form is invalid.
    """
    act = data.get("act")
    return parse_filters(data) if act == "narrow" else Filters() if act == "widen" else filters
