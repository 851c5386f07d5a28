"""What a reader chose in the conversation, as the exchange that it begins."""

from dataclasses import replace
from typing import Any

from rag.model import Filters
from rag.question.question_text import read_question
from web.conversations.conversation import Exchange, SessionState
from web.markup.chips import remove_filter

ASKING_ACTS = ("ask", "retry", "edit", "undo")
"""What the choices that begin an exchange are called."""


def new_exchange(session: SessionState, question: str) -> Exchange:
    """Return a new exchange for a question, as the reader's page narrows it.

    Raises:
        InputError: It is empty or too long.
    """
    return Exchange(read_question(question), session.filters or None, model=session.model, zone=session.zone)


def exchange_from_click(session: SessionState, data: dict[str, Any]) -> Exchange | None:
    """Return the exchange that a choice begins, or None where it means nothing now.

    Args:
        session: The page; where a filter of its own is undone, it is changed.
        data: What the static script sends: "act" names the choice ("ask", "retry", "edit", "undo"), the rest says
            of what.

    Raises:
        InputError: A question is empty or too long.
    """
    act, question = data.get("act"), str(data.get("question", ""))
    if act == "ask":
        # A double click on a suggested question asks it once.
        return None if session.conversation.is_answering(question) else new_exchange(session, question)
    last = session.conversation.exchanges[-1] if session.conversation.exchanges else None
    if last is None or last.open:
        return None
    if act == "retry":
        return _ask_again(session, last)
    if act == "edit":
        return new_exchange(session, question)
    if act == "undo" and last.answer is not None:
        return _undo_filter(session, last, last.answer.filters, str(data.get("what", "")))
    return None


def replaces_last(data: dict[str, Any]) -> bool:
    """Return whether a choice takes the place of the last exchange."""
    return data.get("act") != "ask"


def _ask_again(session: SessionState, last: Exchange) -> Exchange:
    return Exchange(last.question, last.filters, last.alone, last.whole, session.model, zone=session.zone)


def _undo_filter(session: SessionState, last: Exchange, used: Filters, what: str) -> Exchange | None:
    """Return the last question without one thing that it was understood as."""
    if what == "standalone":
        return replace(_ask_again(session, last), alone=True)
    if what == "parts":
        return replace(_ask_again(session, last), whole=True)
    if not what or remove_filter(used, what) == used:
        return None
    # Else the next question would bring back the filter that was just removed.
    session.filters = remove_filter(session.filters, what)
    return replace(_ask_again(session, last), filters=remove_filter(used, what))
