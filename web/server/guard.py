"""What stands between the network and Gradio: which hosts and origins may ask, and what the browser is told."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.openai_errors import openai_error, speaks_openai
from web.static_files import static_address

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

# Gradio's base element names the page's own address, which the policy below rules out together with every other.
_BASE = re.compile(rb"<base\b[^<>]*>", re.IGNORECASE)

# The page has several addresses, and its files one.
_ASSETS = b'="./assets/'
OWN_WAY = b'<meta name="newsdesk-own-way" content="yes">'
"""Stands in a document that the browser was led to by its user or by this site, not by a link of another one."""

_SAME_SITE = re.compile(rb"SameSite=\w+", re.IGNORECASE)

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # With "no-referrer" a form of our own would come from the origin "null".
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def allowed_hosts(port: int, names: Collection[str] = LOOPBACK) -> frozenset[str]:
    """Return the values of the Host header that reach the page.

    Browsers leave out the default port: of this machine's names where that is the port of the page, of all others always,
    as a proxy or a balancer at that port may pass them on.
    """
    bare = names if port in {80, 443} else set(names) - set(LOOPBACK)
    return frozenset({f"{name}:{port}" for name in names} | set(bare))


def policy(document: bytes = b"") -> str:
    """Write the content security policy for a response.

    Gradio's page starts with inline scripts, so those of the document are allowed by their hash and no other inline
    script runs. Its HTML component compiles templates of ours with `Function`, which takes 'unsafe-eval', and it styles
    elements inline.
    """
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in dict.fromkeys(_inline_scripts(document)))
    return (
        f"default-src 'self'; script-src 'self' 'unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def _inline_scripts(document: bytes) -> Iterator[bytes]:
    """Yield what stands in the script elements of a document that name no file."""
    lower, end = document.lower(), 0
    while (start := lower.find(b"<script", end)) >= 0:
        inside = lower.find(b">", start) + 1
        end = lower.find(b"</script>", inside)
        if not inside or end < 0:
            return
        if b"src=" not in lower[start:inside]:
            yield document[inside:end]


def _sha256(script: bytes) -> str:
    # A browser hashes what its parser saw, in which a line ends with one character.
    return base64.b64encode(hashlib.sha256(script.replace(b"\r\n", b"\n")).digest()).decode()


class Guard:
    """Refuse foreign hosts and origins; add the headers that a browser protects a page by."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], close: Callable[[], None] = lambda: None) -> None:
        """Stand before `app`.

        Args:
            app: What answers.
            hosts: Values of the Host header that are let through, in lower case.
            close: Ends what `app` does in the background; may take a while.
        """
        self.app = app
        self.close = close
        self.hosts = frozenset(hosts)
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Tell every request that its client is gone; an open page keeps one going that would never end."""
        self._ending.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        answer = _refuse(scope["path"], *refusal) if refusal else self.app
        if scope["type"] == "http":
            own_way = Headers(scope=scope).get("sec-fetch-site") in {"none", "same-origin"}
            await answer(scope, partial(self._receive, receive), _Sender(send, own_way).send)
        else:
            await answer(scope, receive, send)

    async def _receive(self, receive: Receive) -> Message:
        """Return what the client sends next, or that it is gone when the server ends."""
        if self._ending.is_set():
            return {"type": "http.disconnect"}
        message = asyncio.ensure_future(receive())
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({message, ending}, return_when=asyncio.FIRST_COMPLETED)
            return message.result() if message.done() else {"type": "http.disconnect"}
        finally:
            message.cancel()
            ending.cancel()

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self.hosts:
            return 421, "This address is not served here; open the one that the server printed."
        origin = headers.get("origin")
        if origin is not None and not self._own(origin):
            return 403, "Requests from other sites are refused."
        # For requests of a browser that name no origin; a link from another site may lead here.
        if headers.get("sec-fetch-site") == "cross-site" and scope.get("method") != "GET":
            return 403, "Requests from other sites are refused."
        return None

    def _own(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin.lower())
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and parts.netloc in self.hosts


def _refuse(path: str, status: int, reason: str) -> ASGIApp:
    return openai_error(status, reason) if speaks_openai(path) else PlainTextResponse(reason, status)


def _make_strict(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Keep cookies to requests that this site itself made; Gradio lets every site send the one of who signed in."""
    return name, _SAME_SITE.sub(b"SameSite=strict", value) if name.lower() == b"set-cookie" else value


def _first() -> bytes:
    """Return the script that runs before anything is drawn, so that a dark page does not begin with a white flash."""
    return f'<script src="{static_address("appearance.js")}"></script>'.encode()


class _Sender:
    """Add headers to one response; a document is held back until it is whole, as the policy names its scripts."""

    def __init__(self, send: Send, own_way: bool) -> None:
        self._send = send
        self._mark = OWN_WAY if own_way else b""
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            message["headers"] = [_make_strict(name, value) for name, value in message["headers"]]
            headers = MutableHeaders(scope=message)
            if "content-security-policy" in headers:  # A page with a stricter one of its own.
                await self._send(message)
                return
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
            headers["content-security-policy"] = policy()
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            body = _BASE.sub(b"", self._body, count=1).replace(_ASSETS, b'="/assets/')
            body = body.replace(b"<head>", b"<head>" + _first(), 1).replace(b"</head>", self._mark + b"</head>", 1)
            headers = MutableHeaders(scope=self._start)
            headers["content-security-policy"] = policy(body)
            headers["content-length"] = str(len(body))
            await self._send(self._start)
            message = {"type": "http.response.body", "body": body}
        await self._send(message)
