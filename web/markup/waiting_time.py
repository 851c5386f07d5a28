"""How long somebody has to wait, in words, and as a line that counts down on the page (`static/pause.js`)."""

import math

from web.markup.escaping import escape


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
    # A screen reader says the line once: what a timer shows is not announced by itself.
    timer = f'<span role="timer" data-seconds="{seconds}">{duration(seconds)}</span>'
    after = escape(f"You can {action} now.")
    return (
        f'<p class="pause" role="status" data-after="{after}">{escape(reason)} You can {escape(action)} in {timer}.</p>'
    )
