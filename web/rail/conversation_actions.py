"""What a reader does with saved conversations: list, find, open, rename, delete, export, rate."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from corpus.errors import NewsdeskError
from web.answers.answer_footer import ANSWER_KINDS, LONGEST_REMARK
from web.answers.conversation_view import render_conversation
from web.conversations.conversation import Conversation, SessionState
from web.conversations.conversation_export import export_answer, export_conversation
from web.conversations.ratings_export import build_question_set
from web.event_data import sent
from web.frame import QUIET, WARNING, Frame, user_of
from web.markup.escaping import escape
from web.markup.templating import render
from web.rail.rail_view import render_download, render_list, render_user
from web.reader.article_reader import reopen

Page = Callable[..., tuple[Any, ...]]


def render_own_list(frame: Frame, session: SessionState, user: str) -> str:
    """Render the list of the user's conversations; where it cannot be read, say why."""
    try:
        found = frame.conversations.list_conversations(user, session.words)
        rated = bool(found) and frame.conversations.has_judged(user)
    except NewsdeskError as error:
        return render("alert", text=error)
    return render_list(found, session.conversation.id, session.words, rated)


def connect_conversation_actions(
    frame: Frame, talk: gr.HTML, outputs: list[Any], page: Page, running: list[Any]
) -> None:
    """Connect the rail and the opinions.

    Args:
        frame: The page.
        talk: The conversation, whose "like" events carry opinions.
        outputs: The components that show a conversation.
        page: Returns their values.
        running: The events that answer, ended when another conversation is opened.
    """
    actions = ConversationActions(frame, page)
    side, session = frame.side, frame.session
    at_once = {**QUIET, "queue": False}
    side.listing.submit(actions.on_open, [session], outputs, cancels=running, **WARNING)
    side.listing.edit(actions.on_rename, [session], outputs, **WARNING)
    side.listing.delete(actions.on_delete, [session], outputs, **WARNING)
    side.listing.download(actions.on_export, None, side.file, **WARNING)
    side.find.change(actions.on_search, [side.find, session], side.listing, **at_once)
    talk.download(actions.on_save_answer, [session], side.file, **WARNING)
    talk.like(actions.on_rating, [session], [talk, side.listing], **WARNING)
    frame.blocks.load(actions.on_new, [session], [side.listing, side.user], **at_once)


class ConversationActions:
    """Answer the events of the rail."""

    def __init__(self, frame: Frame, page: Page) -> None:
        """Work on the conversations of a frame; `page` returns what it shows of one."""
        self.frame = frame
        self.page = page

    def on_new(self, session: SessionState, request: gr.Request) -> tuple[str, str]:
        """List the conversations when the page opens, and name the user."""
        user = user_of(request)
        return render_own_list(self.frame, session, user), render_user(user)

    def on_search(self, words: str, session: SessionState, request: gr.Request) -> str:
        """List the conversations that hold some words."""
        session.words = words
        return render_own_list(self.frame, session, user_of(request))

    def on_open(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Open a conversation."""
        user = user_of(request)
        found = self._report(lambda: self.frame.conversations.open(user, _name(event)))
        if found is not None:
            session.open(found)
        return self.page(session, user, clear=True, lists=True)

    def on_rename(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Give a conversation another title."""
        user, name, title = user_of(request), _name(event), str(sent(event).get("title", ""))
        renamed = self._report(lambda: self.frame.conversations.rename(user, name, title))
        if renamed and session.conversation.id == name:
            session.conversation.title = renamed
        return self.page(session, user, lists=True)

    def on_delete(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Delete a conversation; where it is the open one, begin another."""
        user, name = user_of(request), _name(event)
        self._report(lambda: self.frame.conversations.remove(user, name))
        if session.conversation.id == name:
            session.open(Conversation())
        return self.page(session, user, lists=True)

    def on_export(self, event: gr.EventData, request: gr.Request) -> Any:
        """Hand a conversation, or the ratings of all, to the browser as a file."""
        user, name, kind = user_of(request), _name(event), str(sent(event).get("kind", ""))
        return self._report(lambda: self._file(user, name, kind)) or gr.skip()

    def on_save_answer(self, session: SessionState, event: gr.EventData) -> Any:
        """Hand an answer, or what it cites, to the browser as a file."""
        data, exchanges = sent(event), session.conversation.exchanges
        turn, kind = str(data.get("turn", "")), str(data.get("kind", ""))
        if not turn.isdecimal() or int(turn) >= len(exchanges) or kind not in dict(ANSWER_KINDS):
            return gr.skip()
        return reopen(render_download(*export_answer(exchanges[int(turn)], kind)))

    def on_rating(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, Any]:
        """Write an opinion or a remark on an answer; the same opinion again takes it back."""
        data, user = sent(event), user_of(request)
        turn, exchanges = str(data.get("turn", "")), session.conversation.exchanges
        if not turn.isdecimal() or int(turn) >= len(exchanges) or not exchanges[int(turn)].key:
            return gr.skip(), gr.skip()
        exchange = exchanges[int(turn)]
        if data.get("act") == "rate":
            value = 1 if data.get("value") == "1" else -1
            exchange.opinion = 0 if exchange.opinion == value else value
        elif data.get("act") == "remark":
            exchange.remark = str(data.get("remark", ""))[:LONGEST_REMARK].strip()
        self._report(lambda: self.frame.conversations.judge(user, session.conversation, exchange))
        return render_conversation(session.conversation), render_own_list(self.frame, session, user)

    def _file(self, user: str, name: str, kind: str) -> str:
        store = self.frame.conversations
        if kind == "ratings":
            return reopen(
                render_download("ratings.jsonl", "application/jsonl", build_question_set(store.list_judged(user)))
            )
        conversation = store.open(user, name)
        return reopen(render_download(*export_conversation(conversation, kind))) if conversation else ""

    def _report(self, work: Callable[[], Any]) -> Any:
        """Read or write the store; where that fails, warn the reader and return None."""
        try:
            return work()
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return None


def _name(event: gr.EventData) -> str:
    return str(sent(event).get("id", ""))
