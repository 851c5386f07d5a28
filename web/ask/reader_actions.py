"""What a reader chose in the conversation, as the exchange that it begins."""

from dataclasses import replace
from typing import Any

from rag.model import Filters
from rag.question.question_text import read_question
from web.conversations.conversation import Exchange, Sitting
from web.markup.chips import without


def asked(sitting: Sitting, question: str) -> Exchange:
    """Return a new exchange for a question, as the reader's page narrows it.

    Raises:
        InputError: It is empty or too long.
    """
    return Exchange(read_question(question), sitting.filters or None, model=sitting.model)


def chosen(sitting: Sitting, data: dict[str, Any]) -> Exchange | None:
    """Return the exchange that a choice begins, or None where it means nothing now.

    Args:
        sitting: The page; where a filter of its own is undone, it is changed.
        data: What the static script sends: "act" names the choice ("ask", "retry", "edit", "undo"), the rest says
            of what.

    Raises:
        InputError: A question is empty or too long.
    """
    act, question = data.get("act"), str(data.get("question", ""))
    if act == "ask":
        return None if sitting.conversation.answers(question) else asked(sitting, question)
    last = sitting.conversation.exchanges[-1] if sitting.conversation.exchanges else None
    if last is None or last.open:
        return None
    if act == "retry":
        return _again(sitting, last)
    if act == "edit":
        return asked(sitting, question)
    if act == "undo" and last.answer is not None:
        return _undone(sitting, last, last.answer.filters, str(data.get("what", "")))
    return None


def replaces(data: dict[str, Any]) -> bool:
    """Tell whether a choice takes the place of the last exchange."""
    return data.get("act") != "ask"


def _again(sitting: Sitting, last: Exchange) -> Exchange:
    return Exchange(last.question, last.filters, last.alone, last.whole, sitting.model)


def _undone(sitting: Sitting, last: Exchange, used: Filters, what: str) -> Exchange | None:
    """Return the last question without one thing that it was understood as."""
    if what == "standalone":
        return replace(_again(sitting, last), alone=True)
    if what == "parts":
        return replace(_again(sitting, last), whole=True)
    if not what or without(used, what) == used:
        return None
    sitting.filters = without(sitting.filters, what)
    return replace(_again(sitting, last), filters=without(used, what))
