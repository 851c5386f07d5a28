"""The conversation: questions, what they were understood as, answers with their flags and dates."""

from web.addresses import conversation_address
from web.answers.answer_footer import render_footer
from web.answers.count_chart import render_counts
from web.answers.refusal_view import render_refusal
from web.conversations.conversation import CUT, Conversation, Exchange
from web.markup.answer_prose import render_growing, render_prose
from web.markup.chips import render_understanding
from web.markup.templating import render, trust

STEPS = {
    "searching": "Searching",
    "reading": "Reading",
    "writing": "Writing",
    "checking": "Checking every claim",
}
"""The stages of an answer, in their order."""

WAITING = {"indexing": "Waiting for the index…", "waiting": "Waiting for the archive to be ready…"}


def render_conversation(conversation: Conversation) -> str:
    """Render every exchange, the one being answered included."""
    last = len(conversation.exchanges) - 1
    turns = [_prepare_turn(exchange, turn, turn == last) for turn, exchange in enumerate(conversation.exchanges)]
    address = conversation_address(conversation.id)
    return render("conversation", turns=turns, steps=STEPS, waiting=WAITING, cut=CUT, address=address)


def render_missing_conversation(conversation_id: str) -> str:
    """Say that the reader has no conversation of this id; whether somebody else has is not said."""
    return render("missing_conversation", address=conversation_address(conversation_id))


def _prepare_turn(exchange: Exchange, turn: int, last: bool) -> dict[str, object]:
    # Each is read once, the stage first: the answer may come at any moment, and with it the stage changes last.
    stage, answer = exchange.stage, exchange.answer
    told = {"exchange": exchange, "stage": stage, "answer": answer}
    if answer is None:
        return told | {"prose": trust(render_growing(exchange.text))}
    return told | {
        "understanding": trust(render_understanding(answer, last)),
        "prose": trust(render_prose(answer, turn)),
        "counts": trust(render_counts(answer.periods)),
        "refusal": trust(render_refusal(answer, last)),
        "footer": trust(render_footer(exchange, turn, last)),
    }
