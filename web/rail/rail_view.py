"""The rail at the left: the name, a new question, the conversations that are kept, the state of the archive, the user."""

from collections.abc import Sequence

from web.conversations.conversation_store import LONGEST_TITLE, Listed
from web.markup.escaping import escape

KINDS = (("markdown", "Save as Markdown"), ("html", "Save as web page"), ("json", "Save as JSON"))
"""What a conversation can be saved as."""

_SHOWN_AT_ONCE = 200


def render_list(listed: Sequence[Listed], current: str, words: str = "", rated: bool = False) -> str:
    """Render the list of conversations.

    Args:
        listed: What to list.
        current: The id of the one that is open, or "".
        words: What was searched for.
        rated: Whether there are opinions to be saved.
    """
    items = "".join(_render_item(item, item.id == current) for item in listed[:_SHOWN_AT_ONCE])
    if not items:
        nothing = "No conversation holds these words." if words else ""
        return f'<p class="quiet" role="status" data-ready>{nothing}</p>'
    save = (
        '<button type="button" class="ratings" data-act="export" data-kind="ratings" title="As a question set for python -m eval">Save ratings</button>'
        if rated
        else ""
    )
    return f'<nav aria-label="Conversations" data-ready><ul class="kept">{items}</ul></nav>{save}'


def _render_item(item: Listed, current: bool) -> str:
    name, title = escape(item.id), escape(item.title)
    saves = "".join(_render_entry(f'data-act="export" data-kind="{kind}"', name, label) for kind, label in KINDS)
    menu = (
        _render_entry('data-act="rename"', name, "Rename")
        + saves
        + _render_entry('data-act="delete" class="grave"', name, "Delete")
    )
    return (
        f'<li{" class=on" if current else ""}><button type="button" class="open" data-act="open" data-id="{name}" '
        f'data-limit="{LONGEST_TITLE}" title="{title}"{" aria-current=true" if current else ""}>{title}</button>'
        f'<button type="button" class="dots" data-act="menu" aria-expanded="false" aria-label="More on “{title}”">⋯'
        f'</button><div class="menu" hidden>{menu}</div></li>'
    )


def _render_entry(attributes: str, name: str, label: str) -> str:
    return f'<button type="button" {attributes} data-id="{name}">{label}</button>'


def signed_in(user: str) -> str:
    """Render who is signed in and the way out; nothing where nobody signs in."""
    if not user:
        return ""
    return (
        f'<form class="user" method="post" action="/logout"><span title="{escape(user)}">{escape(user)}</span>'
        '<button type="submit">Sign out</button></form>'
    )


def render_download(name: str, kind: str, text: str) -> str:
    """Render a file that the static script hands to the browser to be saved.

    Args:
        name: What the file is called.
        kind: Its media type.
        text: What is in it.
    """
    return f'<div hidden data-name="{escape(name)}" data-kind="{escape(kind)}" data-text="{escape(text)}"></div>'
