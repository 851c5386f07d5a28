"""The page itself: the rail, the tabs, and the reader above them. What a tab does is in a module of its own."""

from pathlib import Path

import gradio as gr

from web.account_panel import connect_accounts
from web.accounts.account import Accounts
from web.api import Api
from web.archive.archive_view import archive_tab
from web.archive_status import collect_status
from web.ask.ask_view import ask_tab
from web.assistant.assistant_loader import AssistantLoader
from web.conversations.conversation import SessionState
from web.conversations.conversation_store import LONGEST_TITLE, ConversationStore
from web.conversations.running_answers import RunningAnswers
from web.draft_check.draft_view import draft_tab
from web.eval.eval_view import eval_tab
from web.event_data import CheckedBlocks
from web.follow.follow_view import follow_tab
from web.follow.topic_api import TopicApi
from web.frame import IDLE_LOOK_S, Frame, Rail, Tab, make_markup, make_textbox
from web.markup.templating import render
from web.rate_limit import RateLimit
from web.roles import Permit
from web.story.story_panel import connect_story
from web.timeline.timeline_view import timeline_tab

TITLE = "Newsdesk"
_CLEAN_S = 900  # Files that were uploaded and then not added are deleted after so many seconds.

TABS: tuple[tuple[str, Tab], ...] = (
    ("Ask", ask_tab),
    ("Archive", archive_tab),
    ("Timeline", timeline_tab),
    ("Following", follow_tab),
    ("Check a draft", draft_tab),
    ("Eval", eval_tab),
)
"""What the tabs are called, and what makes each."""

ARRIVALS = ("ask", "archive", "timeline")
"""The names of the tabs that have more than one address."""


def tab_names() -> list[str]:
    """Return what stands for each tab in addresses and ids: "check-a-draft"."""
    return [title.casefold().replace(" ", "-") for title, _ in TABS]


def build_page(
    loader: AssistantLoader,
    allowance: RateLimit,
    conversations: ConversationStore,
    answers: RunningAnswers,
    changeable: bool,
    runs: Path,
    permit: Permit,
    alone: bool = False,
    accounts: Accounts | None = None,
    proxied: bool = False,
    idle_look_s: float = IDLE_LOOK_S,
) -> gr.Blocks:
    """Return the page, ready to be mounted.

    Args:
        loader: Opens the assistant that answers questions.
        allowance: How many questions a client may ask.
        conversations: The store of conversations.
        answers: The answers under way.
        changeable: Let readers add and remove articles.
        runs: The folder of the runs of the evaluation.
        permit: Tells what a user may do.
        alone: Let the reader set the model.
        accounts: Who may sign in, where owners may change it on the page.
        proxied: A proxy says who somebody is.
        idle_look_s: After so many seconds a page on which nothing changes asks what is new.
    """
    blocks = CheckedBlocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(_CLEAN_S, _CLEAN_S))
    blocks.permit = permit
    with blocks:
        session = gr.State(SessionState())
        reader, collected = make_markup("reader", ""), make_markup("collected", "")
        arrivals = {name: make_markup(f"arrive-{name}", "") for name in ARRIVALS}
        with gr.Row(elem_id="layout", equal_height=False):
            rail = _build_rail(loader)
            frame = Frame(
                loader,
                allowance,
                conversations,
                answers,
                arrivals,
                blocks,
                session,
                rail,
                reader,
                collected,
                changeable,
                runs,
                permit,
                alone,
                accounts,
                proxied,
                idle_look_s,
            )
            with gr.Tabs(elem_id="tabs"):
                for (title, tab), name in zip(TABS, tab_names(), strict=True):
                    with gr.Tab(title, elem_id=f"tab-{name}") as place:
                        tab(frame, place)
        connect_story(frame)
        connect_accounts(frame)
        programs = Api(loader)
        programs.build()
        TopicApi(programs).build()
    return blocks


def _build_rail(loader: AssistantLoader) -> Rail:
    with gr.Column(elem_id="side", min_width=0):
        gr.HTML(render("headline", title=TITLE), apply_default_css=False, js_on_load=None)
        new = gr.Button("+ New question", elem_id="new", size="sm")
        find = make_textbox("find", "Find a conversation", LONGEST_TITLE)
        news = make_markup("news", "")
        listing = make_markup("kept", "")
        state = make_markup("state", collect_status(loader).state)
        user = make_markup("user", "")
        gr.HTML(render("appearance"), elem_id="appearance", apply_default_css=False, js_on_load=None)
        file = make_markup("file", "")
    return Rail(new, find, news, listing, state, user, file)
