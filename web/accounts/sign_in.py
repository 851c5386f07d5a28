"""The door of a page with accounts: nothing behind it is reached without signing in, and signing in is slow for guessers.

A program sends a key in place of a password; a proxy that is trusted may name the user itself
(`web.accounts.proxy_sign_in`).
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.command_names import name_command
from corpus.errors import NewsdeskError
from web.accounts.account import LONGEST_NAME, Account, Accounts
from web.accounts.sign_in_attempts import Attempts
from web.accounts.sign_in_page import BUSY, TOO_OFTEN, WRONG, sign_in_page
from web.accounts.sign_in_sessions import SignInSessions
from web.markup.waiting_time import duration
from web.openai_errors import openai_error, speaks_openai
from web.shared_state import SharedState

USER = "newsdesk.user"
"""Where the scope of a request that is let through names who sent it."""

OPEN = ("/page/", "/feed/")
"""The static files, which the page on which one signs in needs, and the feeds, whose address is the secret itself."""

_FORM_BYTES = 10_000
# Each check takes a core and 128 MiB for some tenths of a second; one core is left for the pages.
_AT_ONCE = max(1, min(2, (os.cpu_count() or 1) - 1))
_MOST_WAITING, _BUSY_S = 32, 5
# Who retries as soon as he is refused spends his time waiting; the server spends none on refusing.
_MOST_HELD, _HELD_S = 200, 1.0
_LOOK_S = 1.0


def client_in(scope: Scope) -> str:
    """Return whose questions are counted together: those of a user, else of an address, as `web.frame.client_of` does."""
    client = scope.get("client")
    return str(scope.get(USER) or (client[0] if client else ""))


class SignIn:
    """Let requests of signed-in users through, with their name in the scope, and answer all others itself."""

    def __init__(
        self,
        app: ASGIApp,
        accounts: Accounts,
        cookie: str,
        state: SharedState | None = None,
        attempts: Attempts | None = None,
        at_once: int = _AT_ONCE,
        held_s: float = _HELD_S,
        look_s: float = _LOOK_S,
    ) -> None:
        """Stand before `app`.

        Args:
            app: What answers who is signed in.
            accounts: Who may sign in.
            cookie: The name of the cookie; two pages on one host need two, unless they share their sessions.
            state: Where sessions and attempts are kept; by default in memory.
            attempts: How often one may try.
            at_once: So many passwords are checked at the same time.
            held_s: So long a refusal of an attempt that came too early is held back.
            look_s: So often a request that goes on looks whether its user is still signed in.
        """
        self.app = app
        self.accounts = accounts
        self.cookie = cookie
        self._state = state or SharedState()
        self.sessions = SignInSessions(accounts, self._state)
        self._attempts = attempts or Attempts(self._state)
        self._free = asyncio.Semaphore(at_once)
        self._held_s, self._look_s = held_s, look_s
        self._waiting = self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] == "lifespan" or scope["path"].startswith(OPEN):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer, user = self.app, None
        try:
            if scope["path"] == "/login":
                answer = await self._sign_in(request)
            elif scope["path"] == "/logout":
                answer = await self._sign_out(request)
            else:
                secret = _read_key(request)
                find_user = partial(self._state.run, *self._way_to_user(request, secret))
                user = await find_user()
                if user is None:
                    answer = _refusal(request, secret is not None)
                receive = _until_signed_out(receive, find_user, self._look_s)
        except NewsdeskError as error:  # The database that knows who is signed in does not answer.
            answer = _unavailable(request, error)
        await answer({**scope, USER: user}, receive, without_storing(send))

    def _way_to_user(self, request: Request, secret: str | None) -> tuple[Callable[[str], str | None], str]:
        """Return what tells who sent a request, and what it is told."""
        return (self._user_of_key, secret) if secret is not None else (self.sessions.user, self._token(request))

    def _token(self, request: Request) -> str:
        return request.cookies.get(self.cookie, "")

    def _user_of_key(self, secret: str) -> str | None:
        account = self.accounts.find_by_key(secret)
        return account.name if account else None

    async def _sign_in(self, request: Request) -> Response:
        if request.method != "POST":
            return RedirectResponse("/", 303)
        form = await _form(request)
        if form is None:
            return JSONResponse(
                {"detail": f"Send username and password as a form of at most {_FORM_BYTES:,} bytes."}, 400
            )
        # Cut, as attempts are remembered by name; a character longer than any account's, so that it stays wrong.
        name = form.get("username", "").strip()[: LONGEST_NAME + 1]
        address = request.client.host if request.client else ""
        if self._waiting >= _MOST_WAITING:
            return await self._hold(_failed(request, form, 429, BUSY, _BUSY_S))
        # Counted before the password is checked: attempts that arrive together must not all find their place free.
        if seconds := await self._state.run(self._attempts.take, address, name):
            return await self._hold(_failed(request, form, 429, TOO_OFTEN, seconds))
        account = await self._verified(name, form.get("password", ""))
        if account is None:
            return _failed(request, form, 401, WRONG)
        await self._state.run(self._attempts.forgive, address, name)
        # Its cookie is replaced, so nobody could sign out of it any more.
        await self._state.run(self.sessions.end, self._token(request))
        token = await self._state.run(self.sessions.begin, account)
        return self._admitted(request, token, form.get("address", ""))

    async def _hold(self, answer: Response) -> Response:
        """Return an answer a moment later, unless that holds too many."""
        if self._held < _MOST_HELD:
            self._held += 1
            try:
                await asyncio.sleep(self._held_s)
            finally:
                self._held -= 1
        return answer

    async def _verified(self, name: str, password: str) -> Account | None:
        """Check a password in a thread, few at once, so that the pages of others go on."""
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(self.accounts.verify, name, password)
        finally:
            self._waiting -= 1

    def _admitted(self, request: Request, token: str, address: str) -> Response:
        answer = _leading_to(_own_address(address)) if _by_browser(request) else JSONResponse({"success": True})
        # Over plain HTTP a browser drops a cookie that is marked as secure.
        secure = request.url.scheme == "https"
        answer.set_cookie(self.cookie, token, path="/", secure=secure, httponly=True, samesite="strict")
        return answer

    async def _sign_out(self, request: Request) -> Response:
        if request.method != "POST":
            return _leading_to("/")
        await self._state.run(self.sessions.end, self._token(request))
        answer = _leading_to("/")
        answer.delete_cookie(self.cookie, path="/", httponly=True, samesite="strict")
        return answer


def _until_signed_out(receive: Receive, find_user: Callable[[], Awaitable[str | None]], look_s: float) -> Receive:
    """Return what tells a request that its client is gone once the user is: an open page keeps one going that would never end."""
    gone, looks_at = False, time.monotonic() + look_s

    async def is_gone() -> bool:
        nonlocal gone, looks_at
        if not gone and time.monotonic() >= looks_at:  # Who waits for an event asks twenty times a second.
            with suppress(NewsdeskError):  # A database that does not answer signs nobody out.
                gone = await find_user() is None
            looks_at = time.monotonic() + look_s
        return gone

    async def listen() -> Message:
        message = asyncio.ensure_future(receive())
        try:
            while not await is_gone():
                if (await asyncio.wait({message}, timeout=look_s))[0]:
                    return message.result()
        finally:
            message.cancel()
        return {"type": "http.disconnect"}

    return listen


def _unavailable(request: Request, error: NewsdeskError) -> Response:
    """Say why nobody can be let in now; a browser that asked for a page tries again by itself."""
    headers = {"retry-after": str(_BUSY_S)}
    if speaks_openai(request.url.path):
        return openai_error(503, str(error), headers=headers)
    if _by_browser(request):
        return PlainTextResponse(
            f"{error}.\n\nThis page is loaded again by itself.", 503, headers | {"refresh": str(_BUSY_S)}
        )
    return JSONResponse({"detail": str(error)}, 503, headers)


def _by_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _leading_to(address: str) -> Response:
    return RedirectResponse(address, 303)


def _read_key(request: Request) -> str | None:
    """Return the key that a program sends, or None where it sends none."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _refusal(request: Request, keyed: bool) -> Response:
    """Answer who is not signed in: with the page on which one signs in where a page was asked for."""
    if speaks_openai(request.url.path) or keyed:
        problem = (
            "This key is not known here, or is revoked." if keyed else "Send a key as `Authorization: Bearer KEY`."
        )
        problem += f" `{name_command('web.accounts key')} NAME` makes one."
        headers = {"www-authenticate": "Bearer"}
        if speaks_openai(request.url.path):
            return openai_error(401, problem, headers=headers)
        return JSONResponse({"detail": problem}, 401, headers)
    if request.method not in {"GET", "HEAD"} or not _by_browser(request):
        return JSONResponse({"detail": "Sign in first: POST username and password to /login."}, 401)
    led = request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    return HTMLResponse(sign_in_page(address=_asked_for(request, led), led=led), 401)


def _asked_for(request: Request, led: bool) -> str:
    """Return the address that was asked for; a question in it is left out where another site led here."""
    path = request.scope["raw_path"].decode("ascii", "replace") if request.url.path != "/" else "/"
    # Else a link on another site could have a question asked in the name of whoever follows it and signs in.
    pairs = request.query_params.multi_items()
    query = urlencode([(name, value) for name, value in pairs if name != "q"]) if led else request.url.query
    return _own_address(f"{path}?{query}" if query else path)


def _own_address(address: str) -> str:
    """Return an address of this site, or its first page where a browser could take the text for anything else."""
    # Browsers take "//" and "/\" for the beginning of another host.
    own = address.startswith("/") and not address.startswith("//") and address.isascii() and address.isprintable()
    return address if own and "\\" not in address else "/"


def _failed(request: Request, form: dict[str, str], status: int, reason: str, seconds: int = 0) -> Response:
    headers = {"retry-after": str(seconds)} if seconds else {}
    if _by_browser(request):
        page = sign_in_page(
            reason, seconds, form.get("username", "").strip()[:LONGEST_NAME], _own_address(form.get("address", ""))
        )
        return HTMLResponse(page, status, headers)
    detail = f"{reason} Try again in {duration(seconds)}." if seconds else reason
    return JSONResponse({"detail": detail}, status, headers)


async def _form(request: Request) -> dict[str, str] | None:
    """Return the fields of a form, or None where the body is none or too long."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return None
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _FORM_BYTES:
                return None
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=10))
    except (ClientDisconnect, ValueError):
        return None


def without_storing(send: Send) -> Send:
    """Return what sends documents that a browser does not remember: after signing out, "back" must not show them."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                headers["cache-control"] = "no-store"
        await send(message)

    return sender
