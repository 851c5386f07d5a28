"""The collections of an article in the reader: putting it into one, taking it out of one."""

from typing import Any

import gradio as gr

from corpus import NewsdeskError
from corpus.archive.collections import Collections
from corpus.text.characters import one_line
from web.event_data import sent
from web.frame import WARNING, Frame, user_of
from web.markup.escaping import escape
from web.markup.templating import render
from web.reader.article_reader import reopen
from web.reader.article_view import render_collected


def connect_collecting(frame: Frame) -> None:
    """Let the reader put its article into collections, and take it out."""

    def collect(event: gr.EventData, request: gr.Request) -> Any:
        return change_collection(frame, sent(event), user_of(request))

    frame.reader.submit(collect, None, frame.collected, **WARNING)


def change_collection(frame: Frame, data: dict[str, Any], user: str) -> Any:
    """Put an article into a collection of the user's, or take it out, and say so; return in which ones it is now.

    A collection is made with its first article, and goes with its last one.
    """
    change = {"collect": _put, "uncollect": _take_out}.get(str(data.get("act")))
    assistant = frame.loader.assistant
    if assistant is None or change is None or not frame.changeable:
        return gr.skip()
    name, article = one_line(str(data.get("name", ""))), str(data.get("article", ""))
    collections = Collections(assistant.archive, user)
    try:
        gr.Info(escape(change(collections, name, article)))
    except NewsdeskError as error:
        gr.Warning(escape(error))
    now = render_collected(article, collections.list_picked(article))
    return reopen(render("inert", content=now))


def _put(collections: Collections, name: str, article: str) -> str:
    if not collections.owns(name):
        collections.create(name)
    added = collections.add(name, [article])
    return f"Added to the collection “{name}”." if added else f"It is in the collection “{name}” already."


def _take_out(collections: Collections, name: str, article: str) -> str:
    removed = collections.remove(name, [article])
    if removed and not collections.find(name).articles:
        collections.delete(name)
        return f"Removed; the collection “{name}” was empty, and is gone."
    return f"Removed from the collection “{name}”." if removed else f"It is not in the collection “{name}”."
