"""Below an answer: how old its evidence is, what it took, what can be done with it, and what to ask next."""

from collections.abc import Mapping

from rag.model import Answer
from web.answers.evidence_cards import group_sources
from web.conversations.conversation import Exchange
from web.markup.chips import describe_dates
from web.markup.escaping import escape

LONGEST_REMARK = 1000
"""Characters of a reader's remark on an answer."""

_AGAIN = (
    '<button type="button" data-act="rewrite">Edit question</button>'
    '<button type="button" data-act="retry">Ask again</button>'
)


def render_footer(exchange: Exchange, turn: int, last: bool) -> str:
    """Render what stands below the answer of an exchange."""
    answer = exchange.answer
    if answer is None:
        return ""
    copy = (
        f'<button type="button" data-act="copy" data-text="{escape(group_sources(answer))}">Copy with sources</button>'
    )
    took = describe_usage(answer, exchange.cost)
    told = f"<span>{escape(describe_dates(answer))}{f'<br>{escape(took)}' if took else ''}</span>"
    done = f'<span class="acts">{copy if answer.citations else ""}{_render_opinion(exchange, turn)}{_AGAIN if last else ""}</span>'
    return f'<div class="asof">{told}{done}</div>{_render_remark(exchange, turn)}{_render_suggestions(exchange) if last else ""}'


def render_actions(last: bool) -> str:
    """Render what can be done where there is no answer."""
    return f'<div class="asof"><span></span><span class="acts">{_AGAIN}</span></div>' if last else ""


def describe_usage(answer: Answer, cost: float) -> str:
    """Say which model answered and what it took, or return "" where none did.

    Args:
        answer: The answer.
        cost: Dollars, or 0 where no price is set.
    """
    if not answer.usage:
        return ""
    sent, written = answer.usage.get("input_tokens", 0), answer.usage.get("output_tokens", 0)
    price = f" · ${cost:.4f}" if cost else ""
    return f"{answer.model} · {sent:,} tokens read, {written:,} written{price}"


def answer_cost(usage: Mapping[str, int], input_price: float, output_price: float) -> float:
    """Return what an answer cost in dollars.

    Args:
        usage: Tokens by kind, as `Answer.usage` has them.
        input_price: Dollars for a million tokens sent.
        output_price: Dollars for a million tokens written.
    """
    return (usage.get("input_tokens", 0) * input_price + usage.get("output_tokens", 0) * output_price) / 1e6


def _render_opinion(exchange: Exchange, turn: int) -> str:
    if not exchange.key:
        return ""
    return "".join(
        f'<button type="button" data-act="rate" data-turn="{turn}" data-value="{value}" '
        f'aria-pressed="{"true" if exchange.opinion == value else "false"}">{label}</button>'
        for value, label in ((1, "Useful"), (-1, "Not useful"))
    )


def _render_remark(exchange: Exchange, turn: int) -> str:
    if not exchange.opinion:
        return ""
    label = "What was good?" if exchange.opinion > 0 else "What would be right?"
    return (
        f'<div class="remark"><label for="remark-{turn}">{label}</label><input id="remark-{turn}" '
        f'maxlength="{LONGEST_REMARK}" value="{escape(exchange.remark)}" autocomplete="off">'
        f'<button type="button" data-act="remark" data-turn="{turn}">Keep note</button></div>'
    )


def _render_suggestions(exchange: Exchange) -> str:
    if not exchange.further:
        return ""
    buttons = "".join(
        f'<button type="button" data-act="ask" data-question="{escape(text)}">{escape(text)}</button>'
        for text in exchange.further
    )
    return f'<div class="next further" role="group" aria-label="Ask next">{buttons}</div>'
