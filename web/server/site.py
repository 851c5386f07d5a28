"""Put page, static files and guard together as one ASGI application, and serve it."""

import asyncio
import socket
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from web.accounts.account import Accounts
from web.accounts.proxy_sign_in import PeerAddress, ProxySignIn, TrustedProxy
from web.accounts.sign_in import USER, SignIn
from web.addresses import ARTICLE, CONVERSATION
from web.ask.asking import add_suggestions, stream_exchange
from web.assistant.addition import FILE_BYTES, UPLOAD_BYTES
from web.assistant.assistant_loader import AssistantLoader
from web.completions.completion_routes import CompletionRoutes
from web.conversations.conversation_store import ConversationStore
from web.conversations.running_answers import RunningAnswers
from web.event_data import WAITING_QUESTIONS, refuse_malformed_requests
from web.frame import IDLE_LOOK_S
from web.page_layout import build_page, tab_names
from web.rate_limit import RateLimit
from web.roles import Permit, reaches
from web.server.asset_caching import AssetCaching
from web.server.guard import LOOPBACK, Guard, allowed_hosts
from web.server.page_state import keep_little
from web.server.page_views import PageViews
from web.server.question_limit import QuestionLimit, find_questions
from web.server.report_pages import serve_reports
from web.server.request_gate import Gate
from web.server.session_isolation import Isolation
from web.server.topic_feeds import serve_feeds
from web.server.upload_permit import UploadPermit
from web.server.uploads import use_own_folders
from web.static_files import STATIC
from web.theme import STYLES, head, theme


def site(
    loader: AssistantLoader,
    conversations: ConversationStore,
    port: int,
    names: Collection[str] = LOOPBACK,
    accounts: Accounts | None = None,
    limit: RateLimit | None = None,
    changeable: bool = True,
    runs: Path = Path("eval-runs"),
    alone: bool = False,
    proxy: TrustedProxy | None = None,
    idle_look_s: float = IDLE_LOOK_S,
) -> Guard:
    """Return the application.

    Args:
        loader: Opens the assistant that answers questions.
        conversations: Where they are kept.
        port: The port that it is reached on.
        names: The host names that it is reached by.
        accounts: Who may sign in; without it, and without a proxy, everybody who reaches the port may do everything.
        limit: How many questions one client may ask in a minute, by default as many as `RateLimit` says; who is signed in
            is kept where it counts them.
        changeable: Let who may ask add and remove articles too.
        runs: The folder of the runs of the evaluation, by default where `python -m eval` writes them.
        alone: Only the user of this machine reaches the page, and may set its model there.
        proxy: Who may name the user of a request; nobody without it.
        idle_look_s: After so many seconds a page on which nothing changes asks what is new.
    """
    limit = limit or RateLimit()
    state = limit.state
    permit = _permit_of(accounts, proxy)
    answers = RunningAnswers(conversations, partial(stream_exchange, loader), partial(add_suggestions, loader))
    own = None if proxy else accounts  # A proxy decides who signs in.
    blocks = build_page(
        loader, limit, conversations, answers, changeable, runs, permit, alone, own, proxy is not None, idle_look_s
    )
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    serve_reports(outer, runs)
    CompletionRoutes(loader, limit, WAITING_QUESTIONS).add_to(outer)
    serve_feeds(outer, loader, _readers_of(accounts, proxy))
    outer.mount("/page", StaticFiles(directory=STATIC), name="page")
    settings: dict[str, Any] = {
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "ssr_mode": False,
        "enable_monitoring": False,
        "max_file_size": FILE_BYTES,
    }
    gr.mount_gradio_app(
        outer,
        blocks,
        path="/",
        server_name=next(iter(names)),
        server_port=port,
        auth_dependency=_user if accounts or proxy else None,
        theme=theme(),
        css_paths=[STATIC / f"{name}.css" for name in STYLES],
        head=head(),
        favicon_path=str(STATIC / "icon.svg"),
        **settings,
    )
    keep_little(outer)
    use_own_folders(outer)
    refuse_malformed_requests(outer)
    blocks.has_launched = True  # Only then does Gradio itself check whether it may open a path.
    views = ("/", CONVERSATION, ARTICLE, *(f"/{name}" for name in tab_names()))
    # From the inside out: questions are counted by user, so behind the sign-in, which only small bodies reach.
    limited = QuestionLimit(PageViews(AssetCaching(outer, blocks.theme_hash), views), limit, find_questions(blocks))
    inner: ASGIApp = limited
    if accounts or proxy:
        inner = Isolation(UploadPermit(limited, permit))
        cookie = "session-newsdesk" if state.shared else f"session-{port}"
        door = SignIn(inner, accounts, cookie, state) if accounts else None
        inner = ProxySignIn(inner, proxy, door) if proxy else door or inner
    gate = Gate(inner, upload_slots(blocks), UPLOAD_BYTES if changeable else 0, views=views)
    return Guard(gate, allowed_hosts(port, names), answers.close)


def _permit_of(accounts: Accounts | None, proxy: TrustedProxy | None) -> Permit:
    """Return what tells whether a user has a role: his account's; where nobody signs in, everybody may do everything."""
    if accounts is None:
        return lambda _, least: proxy is None or least == "reader"
    return lambda user, least: reaches(accounts.role_of(user), least)


def _readers_of(accounts: Accounts | None, proxy: TrustedProxy | None) -> Callable[[str], bool]:
    """Return what tells whether somebody of a name may read the page; "" is whoever reaches a page without names."""
    if proxy:  # It alone knows the names.
        return bool
    return lambda user: accounts.get(user) is not None if accounts else not user


def upload_slots(blocks: gr.Blocks) -> dict[int, int]:
    """Return the number of each event that takes uploaded files, with their place in its data."""
    return {
        number: place
        for number, event in blocks.fns.items()
        for place, component in enumerate(event.inputs)
        if isinstance(component, gr.File)
    }


def _user(request: Request) -> str | None:
    user: str | None = request.scope.get(USER)
    return user


class Server(uvicorn.Server):
    """Serve, and end at once when told to, whatever pages are open."""

    def __init__(self, application: Guard, host: str, port: int) -> None:
        """Serve `application` on a port; `run` serves until `should_exit` is set or a signal comes."""
        settings: dict[str, Any] = {"log_level": "warning", "server_header": False, "lifespan": "on"}
        config = uvicorn.Config(application, host=host, port=port, timeout_graceful_shutdown=3, **settings)
        config.load()
        config.loaded_app = PeerAddress(config.loaded_app)  # Outside of uvicorn's own reading of X-Forwarded-For.
        super().__init__(config)
        self._guard = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the requests that wait for something, then the server."""
        self._guard.end()
        await super().shutdown(sockets)
        await asyncio.to_thread(self._guard.close)
