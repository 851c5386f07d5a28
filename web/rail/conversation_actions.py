"""What a reader does with saved conversations: list, find, open, rename, delete, export, rate."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

import gradio as gr

from corpus.errors import NewsdeskError
from web.addresses import filters_of, read_query
from web.answers.answer_footer import ANSWER_KINDS, LONGEST_REMARK
from web.answers.conversation_view import render_conversation
from web.conversations.conversation import Conversation, SessionState
from web.conversations.conversation_export import export_answer, export_conversations
from web.conversations.ratings_export import build_question_set
from web.event_data import is_number, sent
from web.frame import QUIET, WARNING, Frame, user_of, zone_of
from web.markup.escaping import escape
from web.markup.templating import render
from web.rail.rail_view import render_download, render_list, render_user
from web.reader.article_reader import render_arrival, reopen
from web.roles import find_role

Page = Callable[..., tuple[Any, ...]]

_MOST_SELECTED = 200  # As many as are listed.


def render_own_list(frame: Frame, session: SessionState, user: str) -> str:
    """Render the list of the user's conversations, those under way included; where it cannot be read, say why."""
    session.drawn = progress = frame.answers.progress(user)
    new = frame.answers.list_new(user, session.words)
    try:
        found = frame.conversations.list_conversations(user, session.words)
        rated = bool(found) and frame.conversations.has_judged(user)
    except NewsdeskError as error:
        return render("alert", text=error)
    known = {listed.id for listed in found}
    listed = sorted([*(item for item in new if item.id not in known), *found], key=lambda item: not item.pinned)
    return render_list(listed, session.conversation.id, session.words, rated, progress, session.zone)


def connect_conversation_actions(frame: Frame, talk: gr.HTML, outputs: list[Any], page: Page) -> list[Any]:
    """Connect the rail and the opinions; return the events after which another conversation is open.

    Args:
        frame: The page.
        talk: The conversation, whose "like" events carry opinions.
        outputs: The components that show a conversation.
        page: Returns their values.
    """
    actions = ConversationActions(frame, page)
    side, session, arrival = frame.side, frame.session, frame.arrivals["ask"]
    at_once = {**QUIET, "queue": False}
    side.listing.edit(actions.on_edit, [session], outputs, **WARNING)
    side.listing.delete(actions.on_delete, [session], outputs, **WARNING)
    side.listing.download(actions.on_export, None, side.file, **WARNING)
    side.find.change(actions.on_search, [side.find, session], side.listing, **at_once)
    talk.download(actions.on_save_answer, [session], side.file, **WARNING)
    talk.like(actions.on_rating, [session], [talk, side.listing], **WARNING)
    frame.blocks.load(actions.on_load, [session], [side.listing, side.user], **at_once)
    return [
        side.new.click(actions.on_new, [session], outputs, queue=False, **QUIET),
        side.listing.submit(actions.on_open, [session], outputs, **WARNING),
        arrival.submit(actions.on_arrive, [session], [*outputs, arrival], **WARNING),
    ]


class ConversationActions:
    """Answer the events of the rail."""

    def __init__(self, frame: Frame, page: Page) -> None:
        """Work on the conversations of a frame; `page` returns what it shows of one."""
        self.frame = frame
        self.page = page

    def on_load(self, session: SessionState, request: gr.Request) -> tuple[str, str]:
        """List the conversations when the page opens, and name the user."""
        user, session.zone = user_of(request), zone_of(request)
        role, frame = find_role(self.frame.permit, user), self.frame
        shown = render_user(user, role, managed=frame.accounts is not None, proxied=frame.proxied)
        return render_own_list(frame, session, user), shown

    def on_new(self, session: SessionState, request: gr.Request) -> tuple[Any, ...]:
        """Begin a new conversation."""
        session.open(Conversation())
        return self.page(session, user_of(request), clear=True, lists=True)

    def on_search(self, words: str, session: SessionState, request: gr.Request) -> str:
        """List the conversations that hold some words."""
        session.words = words
        return render_own_list(self.frame, session, user_of(request))

    def on_open(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Open a conversation."""
        return self._open(session, user_of(request), _name(event))

    def on_arrive(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Show what an address names: a conversation or a new one, and the filters."""
        data = sent(event)
        session.filters = filters_of(read_query(data.get("query", "")))
        name = unquote(str(data.get("at", "")).partition("/c/")[2])
        return *self._open(session, user_of(request), name), render_arrival(data)

    def _open(self, session: SessionState, user: str, name: str) -> tuple[Any, ...]:
        # Looked for first: the store does not have the exchange that is being answered.
        running = self.frame.answers.find(user, name)
        found = running or (self._report(lambda: self.frame.conversations.open(user, name)) if name else None)
        session.open(found or Conversation())
        session.missing = "" if found else name
        self.frame.answers.mark_seen(user, name)
        return self.page(session, user, clear=True, lists=True)

    def on_edit(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Give a conversation another title, or pin it."""
        user, name, data = user_of(request), _name(event), sent(event)
        if data.get("act") == "pin":
            self._report(lambda: self.frame.conversations.pin(user, name, data.get("pinned") != "true"))
            return self.page(session, user, lists=True)
        renamed = self._report(lambda: self.frame.conversations.rename(user, name, str(data.get("title", ""))))
        if renamed and session.conversation.id == name:
            session.conversation.title = renamed
        return self.page(session, user, lists=True)

    def on_delete(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Delete conversations; where the open one is among them, begin another."""
        user, names = user_of(request), _names(event)
        for name in names:
            # First, so that an answer under way does not bring the conversation back.
            self.frame.answers.drop(user, name)
            self._report(partial(self.frame.conversations.remove, user, name))
        if session.conversation.id in names:
            session.open(Conversation())
        return self.page(session, user, clear=True, lists=True)

    def on_export(self, event: gr.EventData, request: gr.Request) -> Any:
        """Hand conversations, or the ratings of all, to the browser as a file."""
        user, kind = user_of(request), str(sent(event).get("kind", ""))
        return self._report(lambda: self._file(user, _names(event), kind)) or gr.skip()

    def on_save_answer(self, session: SessionState, event: gr.EventData) -> Any:
        """Hand an answer, or what it cites, to the browser as a file."""
        data, exchanges = sent(event), session.conversation.exchanges
        turn, kind = str(data.get("turn", "")), str(data.get("kind", ""))
        if not is_number(turn) or int(turn) >= len(exchanges) or kind not in dict(ANSWER_KINDS):
            return gr.skip()
        return reopen(render_download(*export_answer(exchanges[int(turn)], kind)))

    def on_rating(self, session: SessionState, event: gr.EventData, request: gr.Request) -> tuple[Any, Any]:
        """Write an opinion or a remark on an answer; the same opinion again takes it back."""
        data, user = sent(event), user_of(request)
        turn, exchanges = str(data.get("turn", "")), session.conversation.exchanges
        if not is_number(turn) or int(turn) >= len(exchanges) or not exchanges[int(turn)].key:
            return gr.skip(), gr.skip()
        exchange = exchanges[int(turn)]
        if data.get("act") == "rate":
            value = 1 if data.get("value") == "1" else -1
            exchange.opinion = 0 if exchange.opinion == value else value
        elif data.get("act") == "remark":
            exchange.remark = str(data.get("remark", ""))[:LONGEST_REMARK].strip()
        self._report(lambda: self.frame.conversations.judge(user, session.conversation, exchange))
        return render_conversation(session.conversation), render_own_list(self.frame, session, user)

    def _file(self, user: str, names: list[str], kind: str) -> str:
        store = self.frame.conversations
        if kind == "ratings":
            return reopen(
                render_download("ratings.jsonl", "application/jsonl", build_question_set(store.list_judged(user)))
            )
        found = [conversation for name in names if (conversation := store.open(user, name))]
        return reopen(render_download(*export_conversations(found, kind))) if found else ""

    def _report(self, work: Callable[[], Any]) -> Any:
        """Read or write the store; where that fails, warn the reader and return None."""
        try:
            return work()
        except NewsdeskError as error:
            gr.Warning(escape(error))
            return None


def _name(event: gr.EventData) -> str:
    return str(sent(event).get("id", ""))


def _names(event: gr.EventData) -> list[str]:
    """Return the ids of the conversations that were selected, or of the one whose menu was used."""
    names = sent(event).get("ids")
    chosen = [str(name) for name in names] if isinstance(names, list) else [_name(event)]
    return list(dict.fromkeys(chosen))[:_MOST_SELECTED]
