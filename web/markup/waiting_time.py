"""How long somebody has to wait, in words, and as a line that counts down on the page (`static/pause.js`)."""

import math

from web.markup.templating import render


def duration(seconds: int) -> str:
    """Return seconds in words, as `static/pause.js` writes them while it counts down."""
    if seconds >= 120:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def pause_line(reason: str, action: str, seconds: int) -> str:
    """Render a line that stays and counts down.

    Args:
        reason: A sentence that says why one has to wait.
        action: What one can do after that, "ask again".
        seconds: How long it takes.
    """
    return render("pause", reason=reason, action=action, seconds=seconds, waiting=duration(seconds))
