"""The page itself: the rail, the tabs, and the reader above them. What a tab does is in a module of its own."""

from pathlib import Path

import gradio as gr

from web.archive.archive_view import archive_tab
from web.archive_status import facts
from web.ask.ask_view import ask_tab
from web.assistant.assistant_loader import Desk
from web.conversations.conversation import Sitting
from web.conversations.conversation_store import LONGEST_TITLE, Conversations
from web.eval.eval_view import eval_tab
from web.event_data import Page
from web.frame import Frame, Tab, box, markup
from web.rail.rail_view import Side
from web.rate_limit import Allowance
from web.server.api import Api
from web.timeline.timeline_view import timeline_tab

STATIC = Path(__file__).parent / "static"
TITLE = "Newsdesk"
_CLEAN_S = 900  # Files that were uploaded and then not added are deleted after so many seconds.

# A narrow window has no room for the list; there it unfolds.
_HEADLINE = (
    f'<div class="headline"><h1>{TITLE}</h1>'
    '<button type="button" id="unfold" aria-expanded="false" aria-controls="kept">Conversations</button></div>'
)

TABS: tuple[tuple[str, Tab], ...] = (
    ("Ask", ask_tab),
    ("Archive", archive_tab),
    ("Timeline", timeline_tab),
    ("Eval", eval_tab),
)
"""What the tabs are called, and what makes each."""


def built(desk: Desk, allowance: Allowance, conversations: Conversations, changeable: bool, runs: Path) -> gr.Blocks:
    """Return the page, ready to be mounted.

    Args:
        desk: Where questions are answered.
        allowance: How many questions a client may ask.
        conversations: Where conversations are kept.
        changeable: Let readers add and remove articles.
        runs: The folder of the runs of the evaluation.
    """
    blocks = Page(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(_CLEAN_S, _CLEAN_S))
    with blocks:
        sitting = gr.State(Sitting())
        reader = markup("reader", "")
        with gr.Row(elem_id="desk", equal_height=False):
            frame = Frame(desk, allowance, conversations, blocks, sitting, _side(desk), reader, changeable, runs)
            with gr.Tabs(elem_id="tabs"):
                for name, tab in TABS:
                    with gr.Tab(name, elem_id=f"tab-{name.casefold()}") as place:
                        tab(frame, place)
        Api(desk, allowance).build()
    return blocks


def _side(desk: Desk) -> Side:
    with gr.Column(elem_id="side", min_width=0):
        gr.HTML(_HEADLINE, apply_default_css=False, js_on_load=None)
        new = gr.Button("+ New question", elem_id="new", size="sm")
        find = box("find", "Find a conversation", LONGEST_TITLE)
        listing = markup("kept", "")
        state = markup("state", facts(desk).state)
        user = markup("user", "")
        file = markup("file", "")
    return Side(new, find, listing, state, user, file)
