"""Below a refusal: the articles that come nearest, and what to try."""

from rag.model import Answer
from web.markup.chips import name_filters
from web.markup.escaping import escape, format_day, render_byline, render_read_button


def render_refusal(answer: Answer, last: bool) -> str:
    """Render what a refusal offers; nothing below an answer.

    Args:
        answer: The answer or refusal.
        last: Whether it is the last of its conversation, so that it can be asked again otherwise.
    """
    return _render_nearest(answer) + (_render_suggestions(answer) if last and answer.status == "not_found" else "")


def _render_nearest(answer: Answer) -> str:
    if not answer.nearest:
        return ""
    items = "".join(
        f"<li>{render_read_button(a, a.title)} <span>{escape(render_byline(a.source, format_day(a.published_at)))}</span></li>"
        for a in answer.nearest
    )
    return f'<div class="nearest"><h3>The nearest articles</h3><ul>{items}</ul></div>'


def _render_suggestions(answer: Answer) -> str:
    """Render ways out, the surest first."""
    ways = [
        _render_suggestion(f"Search without “{words}”", f'data-act="undo" data-what="{escape(name)}"')
        for name, words in name_filters(answer.filters)
    ]
    if answer.standalone and answer.standalone.strip() != answer.question.strip():
        ways.append(
            _render_suggestion("Ask it apart from what was said before", 'data-act="undo" data-what="standalone"')
        )
    if answer.parts:
        ways.append(_render_suggestion("Ask it in one piece", 'data-act="undo" data-what="parts"'))
    advice = "Name people, places and figures as an article would, and leave out what the archive need not say."
    buttons = f'<div class="next">{"".join(ways)}</div>' if ways else ""
    return f'<div class="tries"><h3>What to try</h3><p>{advice}</p>{buttons}</div>'


def _render_suggestion(label: str, attributes: str) -> str:
    return f'<button type="button" {attributes}>{escape(label)}</button>'
