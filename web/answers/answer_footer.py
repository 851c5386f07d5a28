"""Below an answer: how old its evidence is, what it took, what can be done with it, and what to ask next."""

from collections.abc import Mapping

from rag.model import Answer
from web.answers.evidence_cards import group_sources
from web.conversations.conversation import Exchange
from web.markup.chips import describe_dates
from web.markup.templating import render

LONGEST_REMARK = 1000
"""Characters of a reader's remark on an answer."""

ANSWER_KINDS = (("ris", "RIS"), ("bibtex", "BibTeX"), ("csl", "CSL JSON"), ("docx", "DOCX"))
"""What an answer can be saved as: its references, or with footnotes."""


def render_footer(exchange: Exchange, turn: int, last: bool) -> str:
    """Render what stands below the answer of an exchange."""
    answer = exchange.answer
    if answer is None:
        return ""
    return render(
        "answer_footer",
        exchange=exchange,
        turn=turn,
        last=last,
        dates=describe_dates(answer),
        usage=describe_usage(answer, exchange.cost),
        copied=group_sources(answer),
        kinds=ANSWER_KINDS,
        longest=LONGEST_REMARK,
    )


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
