"""Correct what the reader shows of an article, and undo that."""

from typing import Any

import gradio as gr
from gradio.events import Dependency

from corpus import NewsdeskError
from corpus.archive.article_editing import edit_article, undo_edits
from corpus.archive.database import Archive
from corpus.archive.edits import EDITED_FIELDS
from web.conversations.conversation import SessionState
from web.event_data import sent
from web.frame import WARNING, Frame, user_of
from web.markup.escaping import escape
from web.reader.article_reader import open_article
from web.roles import needs


def connect_corrections(frame: Frame) -> Dependency:
    """Let the reader's form correct its article; return the event, for what is to be drawn anew after it."""

    @needs("editor")
    def correct(session: SessionState, event: gr.EventData, request: gr.Request) -> Any:
        assistant, data, user = frame.loader.assistant, sent(event), user_of(request)
        try:
            if assistant is None or not _apply(assistant.archive, data, user):
                return gr.skip()
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return gr.skip()  # What was typed stays in the form.
        return open_article(frame, session.conversation, {"article": data["article"]}, user)

    dependency: Dependency = frame.reader.edit(correct, [frame.session], frame.reader, **WARNING)
    return dependency


def _apply(archive: Archive, data: dict[str, Any], user: str) -> bool:
    """Do what a button of the form says; return whether it says anything.

    Raises:
        NewsdeskError: A value is none, there is no such article, or the archive cannot be written.
    """
    name, act = str(data.get("article", "")), data.get("act")
    if act == "correct":
        edit_article(archive, name, {field: str(data[field]) for field in EDITED_FIELDS if field in data}, user)
    elif act == "undo-correction":
        undo_edits(archive, name, [field for field in EDITED_FIELDS if field == data.get("field")])
    return act in ("correct", "undo-correction")
