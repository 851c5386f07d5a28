"""The background of an article and the comparison of outlets in the reader: what its buttons do."""

import logging
from collections.abc import Iterator

import gradio as gr

from corpus import Article, NewsdeskError
from web.assistant.assistant_loader import AssistantLoader
from web.conversations.conversation import SessionState
from web.event_data import sent
from web.frame import WARNING, Frame, client_of
from web.rate_limit import asks
from web.reader.article_reader import reopen
from web.story.story_view import render_background, render_comparison, render_progress_sheet

log = logging.getLogger(__name__)

_VIEWS = {"background": "Background", "write": "Background", "outlets": "How outlets tell it"}


def connect_story(frame: Frame) -> None:
    """Let the buttons of the reader show the background of an article, and how outlets tell its story."""

    @asks(*_VIEWS, action="try again")
    def show(session: SessionState, event: gr.EventData, request: gr.Request) -> Iterator[object]:
        data, assistant = sent(event), frame.loader.assistant
        view, name = str(data.get("act", "")), str(data.get("article", ""))
        article = assistant.archive.get(name) if assistant and view in _VIEWS else None
        if article is None:
            if view in _VIEWS:
                frame.allowance.give_back(client_of(request))
            yield gr.skip()
        else:
            yield reopen(render_progress_sheet(article, _VIEWS[view]))
            yield reopen(_render_view(frame.loader, session.model, view, article))

    frame.reader.submit(show, [frame.session], frame.reader, **WARNING)


def _render_view(loader: AssistantLoader, model: str, view: str, article: Article) -> str:
    try:
        assistant = loader.assistant_for_model(model)
        if assistant is None:
            raise NewsdeskError("The archive is still being opened; try again in a minute.")
        if view == "outlets":
            return render_comparison(article, assistant.compare_outlets(article.id))
        background = assistant.background(article.id, write=view == "write")
        return render_background(background, assistant.model_name if assistant.writer else "")
    except NewsdeskError as error:
        return render_progress_sheet(article, _VIEWS[view], str(error))
    except Exception:
        log.exception("a view of a story failed")
        return render_progress_sheet(
            article, _VIEWS[view], "Something went wrong here. What the server printed says why."
        )
