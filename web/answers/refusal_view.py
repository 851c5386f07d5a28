"""Below a refusal, or an answer behind a caution: the articles that come nearest, and what to try."""

from rag.model import Answer
from web.markup.chips import name_filters
from web.markup.templating import render


def render_refusal(answer: Answer, last: bool) -> str:
    """Render what a refusal or a caution offers; nothing below an answer.

    Args:
        answer: The answer or refusal.
        last: Whether it is the last of its conversation, so that it can be asked again otherwise.
    """
    suggested = last and answer.status in {"not_found", "doubtful"}
    return render("refusal", answer=answer, suggested=suggested, ways=_suggest_ways(answer))


def _suggest_ways(answer: Answer) -> list[tuple[str, str]]:
    """Return ways out as (what is undone, label), the surest first."""
    ways = [(name, f"Search without “{words}”") for name, words in name_filters(answer.filters)]
    if answer.rephrased:
        ways.append(("standalone", "Ask it apart from what was said before"))
    return [*ways, ("parts", "Ask it in one piece")] if answer.parts else ways
