"""The rail at the left: the name, a new question, the conversations that are kept, the state of the archive, the user."""

from collections.abc import Sequence

from web.conversations.conversation_store import LONGEST_TITLE, Listed
from web.markup.escaping import escape
from web.markup.templating import render

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
    return render(
        "rail_list",
        items=listed[:_SHOWN_AT_ONCE],
        open_id=current,
        words=words,
        rated=rated,
        kinds=KINDS,
        longest_title=LONGEST_TITLE,
    )


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
