"""What every tab of the page shares, and the form that a tab has: one function that is given the frame."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import gradio as gr

from web.accounts.account import Accounts
from web.assistant.assistant_loader import AssistantLoader
from web.conversations.conversation_store import ConversationStore
from web.conversations.running_answers import RunningAnswers
from web.rate_limit import RateLimit
from web.roles import Permit

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Arguments of every event of the page: no endpoint for programs, no overlay while it runs."""

WARNING: dict[str, Any] = {**QUIET, "concurrency_limit": 20}
"""Arguments of events that may warn the reader: only those that pass the queue can."""

IDLE_LOOK_S = 15.0
"""Another process may add articles at any time, and another page change an account: even a page at rest looks again."""

ZONE_COOKIE = "newsdesk-zone"

LOOKING: dict[str, Any] = {**WARNING, "trigger_mode": "always_last"}
"""The same for events that only display: while one runs, the last of the others waits instead of being dropped."""

# The component hands what is clicked in it to the static script, which decides what it means.
_LISTEN = (
    "(window.newsdeskTriggers ??= new Map()).set(element, trigger);"
    "element.addEventListener('click', e => window.newsdesk && window.newsdesk.click(e, trigger));"
)


@dataclass(frozen=True, slots=True)
class Rail:
    """Hold the widgets of the rail."""

    new: gr.Button
    find: gr.Textbox
    news: gr.HTML
    listing: gr.HTML
    state: gr.HTML
    user: gr.HTML
    file: gr.HTML


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold what surrounds the tabs.

    Attributes:
        loader: Opens the assistant that answers questions.
        allowance: How many questions a client may ask.
        conversations: The store of conversations.
        answers: The answers under way.
        arrivals: For each tab that has more than one address, what hears that the reader comes to one of them.
        blocks: The page.
        session: State of one open page, a `web.conversations.conversation.SessionState`.
        side: The rail at the left.
        reader: Where a whole article opens, above all tabs.
        collected: In which collections the article that is open is now, for the static script.
        changeable: Whether articles may be added and removed here.
        alone: Whether the page is for this machine's user only, who may set its model.
        accounts: Who may sign in, where owners may change it here; None where nobody signs in or a proxy says who does.
        proxied: Whether a proxy says who somebody is.
        runs: The folder of the runs of the evaluation.
        permit: Tells what a user may do.
        idle_look_s: After so many seconds a page on which nothing changes asks what is new.
    """

    loader: AssistantLoader
    allowance: RateLimit
    conversations: ConversationStore
    answers: RunningAnswers
    arrivals: Mapping[str, gr.HTML]
    blocks: gr.Blocks
    session: gr.State
    side: Rail
    reader: gr.HTML
    collected: gr.HTML
    changeable: bool
    runs: Path
    permit: Permit
    alone: bool = False
    accounts: Accounts | None = None
    proxied: bool = False
    idle_look_s: float = IDLE_LOOK_S


Tab = Callable[[Frame, gr.Tab], None]
"""Adds the widgets of a tab to the blocks that are open, and connects them; the tab says when it is turned to."""


def make_markup(name: str, value: str) -> gr.HTML:
    """Return a component for markup of ours, whose buttons the static script reads."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=_LISTEN)


def make_textbox(name: str, label: str, longest: int, placeholder: str = "", max_lines: int = 1) -> gr.Textbox:
    """Return a box to type in, its label for screen readers only.

    Args:
        name: Its id in the page.
        label: What it is for.
        longest: Characters that it takes.
        placeholder: What an empty one shows; the label by default.
        max_lines: Lines that it grows to.
    """
    return gr.Textbox(
        "",
        placeholder=placeholder or label,
        label=label,
        show_label=False,
        container=False,
        max_length=longest,
        lines=1,
        max_lines=max_lines,
        elem_id=name,
    )


def user_of(request: gr.Request) -> str:
    """Return who signed in, or "" where nobody does."""
    return str(request.username or "")


def zone_of(request: gr.Request) -> tzinfo | None:
    """Return the zone of the reader's clock, as the browser names it; None where it names none that is known."""
    try:
        return ZoneInfo(unquote(str(request.cookies.get(ZONE_COOKIE, ""))))
    except (ValueError, OSError, KeyError):  # What no file of zones may be called, and what none is called.
        return None


def client_of(request: gr.Request) -> str:
    """Return whose questions are counted together: a user's, or those of an address."""
    return user_of(request) or (request.client.host if request.client else "")
