"""What is done with conversations that are kept: list, find, open, rename, delete, save, judge."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from corpus.errors import NewsdeskError
from web.answers.answer_footer import LONGEST_REMARK
from web.answers.conversation_view import talk
from web.conversations.conversation import Conversation, Sitting
from web.conversations.conversation_export import exported
from web.conversations.ratings_export import eval_set
from web.event_data import sent
from web.frame import QUIET, WARNING, Frame, user_of
from web.markup.escaping import escape
from web.rail.rail_view import download, listing, signed_in
from web.reader.article_reader import anew

Page = Callable[..., tuple[Any, ...]]


def listed(frame: Frame, sitting: Sitting, user: str) -> str:
    """Render the list of the user's conversations; where it cannot be read, say why."""
    try:
        found = frame.conversations.listed(user, sitting.words)
        rated = bool(found) and frame.conversations.has_judged(user)
    except NewsdeskError as error:
        return f'<div class="flag" role="alert">{escape(error)}</div>'
    return listing(found, sitting.conversation.id, sitting.words, rated)


def connect_keeping(frame: Frame, spoken: gr.HTML, shown: list[Any], page: Page, running: list[Any]) -> None:
    """Connect the rail and the opinions.

    Args:
        frame: The page.
        spoken: The conversation, whose "like" events carry opinions.
        shown: The components that show a conversation.
        page: Returns their values.
        running: The events that answer, ended when another conversation is opened.
    """
    keeping = Keeping(frame, page)
    side, sitting = frame.side, frame.sitting
    at_once = {**QUIET, "queue": False}
    side.listing.submit(keeping.opened, [sitting], shown, cancels=running, **WARNING)
    side.listing.like(keeping.changed, [sitting], [*shown, side.file], **WARNING)
    side.find.change(keeping.found, [side.find, sitting], side.listing, **at_once)
    spoken.like(keeping.judged, [sitting], [spoken, side.listing], **WARNING)
    frame.blocks.load(keeping.begun, [sitting], [side.listing, side.user], **at_once)


class Keeping:
    """Answer the events of the rail."""

    def __init__(self, frame: Frame, page: Page) -> None:
        """Work on the conversations of a frame; `page` returns what it shows of one."""
        self.frame = frame
        self.page = page

    def begun(self, sitting: Sitting, request: gr.Request) -> tuple[str, str]:
        """List the conversations when the page opens, and name the user."""
        user = user_of(request)
        return listed(self.frame, sitting, user), signed_in(user)

    def found(self, words: str, sitting: Sitting, request: gr.Request) -> str:
        """List the conversations that hold some words."""
        sitting.words = words
        return listed(self.frame, sitting, user_of(request))

    def opened(self, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Open a conversation."""
        user = user_of(request)
        found = self._told(lambda: self.frame.conversations.open(user, _name(event)))
        if found is not None:
            sitting.turn_to(found)
        return self.page(sitting, user, clear=True, lists=True)

    def changed(self, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Rename, delete or save a conversation."""
        user, data, kept = user_of(request), sent(event), self.frame.conversations
        act, name = data.get("act"), _name(event)
        file: Any = gr.skip()
        if act == "rename":
            title = self._told(lambda: kept.rename(user, name, str(data.get("title", ""))))
            if title and sitting.conversation.id == name:
                sitting.conversation.title = title
        elif act == "delete":
            self._told(lambda: kept.remove(user, name))
            if sitting.conversation.id == name:
                sitting.turn_to(Conversation())
        elif act == "export":
            file = self._told(lambda: self._file(user, name, str(data.get("kind", "")))) or gr.skip()
        return (*self.page(sitting, user, lists=True), file)

    def judged(self, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, Any]:
        """Write an opinion or a remark on an answer; the same opinion again takes it back."""
        data, user = sent(event), user_of(request)
        turn, exchanges = str(data.get("turn", "")), sitting.conversation.exchanges
        if not turn.isdecimal() or int(turn) >= len(exchanges) or not exchanges[int(turn)].key:
            return gr.skip(), gr.skip()
        exchange = exchanges[int(turn)]
        if data.get("act") == "rate":
            value = 1 if data.get("value") == "1" else -1
            exchange.opinion = 0 if exchange.opinion == value else value
        elif data.get("act") == "remark":
            exchange.remark = str(data.get("remark", ""))[:LONGEST_REMARK].strip()
        self._told(lambda: self.frame.conversations.judge(user, sitting.conversation, exchange))
        return talk(sitting.conversation), listed(self.frame, sitting, user)

    def _file(self, user: str, name: str, kind: str) -> str:
        kept = self.frame.conversations
        if kind == "ratings":
            return anew(download("ratings.jsonl", "application/jsonl", eval_set(kept.judged(user))))
        conversation = kept.open(user, name)
        return anew(download(*exported(conversation, kind))) if conversation else ""

    def _told(self, work: Callable[[], Any]) -> Any:
        """Do something with what is kept; where that fails, tell the reader and return None."""
        try:
            return work()
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return None


def _name(event: gr.EventData) -> str:
    return str(sent(event).get("id", ""))
