"""The page on which one signs in: a form, and why the last attempt did not succeed."""

from web.accounts.account_file import LONGEST_NAME
from web.markup.escaping import escape
from web.markup.waiting_time import pause_line

WRONG = "The name or the password is wrong."
TOO_OFTEN = "There were too many attempts to sign in."
BUSY = "Too many people are signing in at this moment."

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Newsdesk</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page/page.css">
<link rel="stylesheet" href="/page/signin.css">
<script src="/page/signin.js"></script>
<script src="/page/pause.js" defer></script>
</head>
<body class="signin">
<main>
<h1>Newsdesk</h1>
{notice}
<form method="post" action="/login">
<label>Name<input name="username" value="{name}" maxlength="{longest}" autocomplete="username" autocapitalize="none" spellcheck="false" required{focus_name}></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required{focus_password}></label>
<input type="hidden" name="query" value="{query}">
<button type="submit">Sign in</button>
</form>
{already}
</main>
</body>
</html>
"""
# A browser keeps the cookie back where another site leads here, so who is signed in meets this page too.
_ALREADY = '<p class="already">Signed in already? <a href="/">Open Newsdesk</a></p>'


def sign_in_page(reason: str = "", seconds: int = 0, name: str = "", query: str = "", led: bool = False) -> str:
    """Render the page.

    Args:
        reason: Why the last attempt did not succeed, or "".
        seconds: How long the next one has to wait, or 0.
        name: The name that was typed.
        query: The query of the address that was asked for, which is opened afterwards.
        led: Whether another site led here.
    """
    notice = pause_line(reason, "try again", seconds) if seconds else ""
    if reason and not notice:
        notice = f'<p class="pause" role="alert">{escape(reason)}</p>'
    return _PAGE.format(
        notice=notice,
        name=escape(name),
        longest=LONGEST_NAME,
        query=escape(query),
        focus_name="" if name else " autofocus",
        focus_password=" autofocus" if name else "",
        already=_ALREADY if led else "",
    )
