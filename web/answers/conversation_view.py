"""The conversation: questions, what they were understood as, answers with their flags and dates."""

from web.answers.answer_footer import render_actions, render_footer
from web.answers.refusal_view import render_refusal
from web.conversations.conversation import CUT, Conversation, Exchange
from web.markup.answer_prose import render_growing, render_prose
from web.markup.chips import render_understanding
from web.markup.escaping import escape

STEPS = {"searching": "Searching", "reading": "Reading", "writing": "Writing", "checking": "Checking every claim"}
"""The stages of an answer, in their order."""

WAITING = {"indexing": "Waiting for the index…", "waiting": "Waiting for the archive to be ready…"}


def render_conversation(conversation: Conversation) -> str:
    """Render every exchange, the one being answered included."""
    last = len(conversation.exchanges) - 1
    return "".join(_render_exchange(e, turn, turn == last) for turn, e in enumerate(conversation.exchanges))


def _render_exchange(exchange: Exchange, turn: int, last: bool) -> str:
    question = f'<div class="q" data-question="{escape(exchange.question)}">{escape(exchange.question)}</div>'
    if exchange.answer is not None:
        body = _render_answer(exchange, turn, last)
    elif exchange.stage == "failed":
        body = f'<div class="flag" role="alert">{escape(exchange.error)}</div>{render_actions(last)}'
    elif exchange.stage == "stopped":
        body = f'<div class="a cut">{render_growing(exchange.text)}</div><div class="note">{CUT}</div>{render_actions(last)}'
    else:
        body = f'<div class="a">{render_growing(exchange.text)}</div>{_render_stage(exchange.stage)}'
    note = f'<div class="note">{escape(exchange.note)}</div>' if exchange.note else ""
    return f'<section class="turn" id="turn-{turn}" data-turn="{turn}">{question}{note}{body}</section>'


def _render_stage(stage: str) -> str:
    """Render how far an answer is: the steps before this one done, this one under way."""
    if stage not in STEPS:
        return f'<div class="stage" role="status">{escape(WAITING.get(stage, stage))}</div>'
    now = list(STEPS).index(stage)
    steps = "".join(
        f'<li class="{"done" if i < now else "now" if i == now else "due"}"{" aria-current=step" if i == now else ""}>'
        f"{name}{'…' if i == now else ''}</li>"
        for i, name in enumerate(STEPS.values())
    )
    return f'<ol class="stage steps" role="status">{steps}</ol>'


def _render_answer(exchange: Exchange, turn: int, last: bool) -> str:
    answer = exchange.answer
    if answer is None:
        return ""
    refused = answer.status == "not_found"
    notes = "".join(f'<div class="note">{escape(note)}</div>' for note in answer.notes)
    if answer.status == "incomplete":
        notes = f'<div class="flag" role="note">This is not a whole answer.</div>{notes}'
    return (
        f"{render_understanding(answer, last)}"
        f'<div class="a{" refused" if refused else ""}">{render_prose(answer, turn)}</div>{notes}'
        f"{render_refusal(answer, last)}{render_footer(exchange, turn, last)}"
    )
