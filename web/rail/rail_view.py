"""The rail at the left: the name, a new question, the saved conversations, the state of the archive, the user."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from web.conversations.conversation_store import LONGEST_TITLE, Listed
from web.conversations.running_answers import Progress
from web.markup.escaping import format_day
from web.markup.templating import render
from web.roles import Role

KINDS = (
    ("markdown", "Save as Markdown"),
    ("html", "Save as web page"),
    ("docx", "Save as DOCX"),
    ("json", "Save as JSON"),
    ("ris", "Save references"),
)
"""What a conversation can be saved as."""

_SHOWN_AT_ONCE = 200


def render_list(
    listed: Sequence[Listed],
    current: str,
    words: str = "",
    rated: bool = False,
    progress: Progress = Progress(),  # noqa: B008
    zone: tzinfo | None = None,
) -> str:
    """Render the list of conversations.

    Args:
        listed: What to list.
        current: The id of the one that is open, or "".
        words: What was searched for.
        rated: Whether there are opinions to be saved.
        progress: Which are being answered, and which were since they were looked at.
        zone: Of the reader's clock, by which days are told; None for this machine's.
    """
    # The order is that of the last question, so that conversations of one day stand together.
    days = groupby(listed[:_SHOWN_AT_ONCE], lambda item: "Pinned" if item.pinned else _name_day(item.changed_at, zone))
    return render(
        "rail_list",
        days=[(day, list(items)) for day, items in days],
        open_id=current,
        words=words,
        rated=rated,
        kinds=KINDS,
        longest_title=LONGEST_TITLE,
        progress=progress,
    )


def _name_day(moment: datetime, zone: tzinfo | None) -> str:
    """Return the day of a moment by the clock of a zone: "Today", "Yesterday", "12 Nov 2026"."""
    day = moment.astimezone(zone).date()
    ago = (datetime.now(UTC).astimezone(zone).date() - day).days
    return {0: "Today", 1: "Yesterday"}.get(ago, format_day(day))


def render_user(user: str, role: Role, managed: bool = False, proxied: bool = False) -> str:
    """Render who is signed in and the way out, nothing where nobody signs in; and the role, by which the page hides things.

    Args:
        user: Who is signed in, or "".
        role: What the user may do.
        managed: Owners may change the accounts here.
        proxied: A proxy says who signs in.
    """
    return render("signed_in", user=user, role=role, managed=managed, proxied=proxied)


def render_download(name: str, kind: str, content: str | bytes) -> str:
    """Render a file that the static script hands to the browser to be saved.

    Args:
        name: What the file is called.
        kind: Its media type.
        content: What is in it.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return render("download", name=name, kind=kind, content=b64encode(data).decode("ascii"))
