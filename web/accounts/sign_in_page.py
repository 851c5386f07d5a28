"""The page on which one signs in: a form, and why the last attempt did not succeed."""

from web.accounts.account import LONGEST_NAME
from web.markup.templating import render, trust
from web.markup.waiting_time import pause_line

WRONG = "The name or the password is wrong."
TOO_OFTEN = "There were too many attempts to sign in."
BUSY = "Too many people are signing in at this moment."


def sign_in_page(reason: str = "", seconds: int = 0, name: str = "", address: str = "/", led: bool = False) -> str:
    """Render the page.

    Args:
        reason: Why the last attempt did not succeed, or "".
        seconds: How long the next one has to wait, or 0.
        name: The name that was typed.
        address: The address that was asked for, which is opened afterwards.
        led: Whether another site led here.
    """
    return render(
        "sign_in",
        reason=reason,
        pause=trust(pause_line(reason, "try again", seconds)) if seconds else "",
        name=name,
        longest=LONGEST_NAME,
        address=address,
        led=led,
    )
