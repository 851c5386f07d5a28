"""Single sign-on: a proxy that is trusted names the user in a header; from everybody else that header is refused."""

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.errors import SettingsError
from web.accounts.account import check_account_name
from web.accounts.sign_in import OPEN, USER, without_storing
from web.openai_errors import openai_error, speaks_openai

PEER = "newsdesk.peer"
"""Where the scope of a request names the address that it came from, whatever its headers say of others before."""


@dataclass(frozen=True, slots=True)
class TrustedProxy:
    """Hold the header in which a proxy names the user, and the networks that such a proxy may ask from."""

    header: str
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def read(cls, header: str | None, addresses: Collection[str]) -> "TrustedProxy | None":
        """Return what the options `--auth-header` and `--trusted-proxy` say, or None without both.

        Raises:
            SettingsError: One is given without the other, or is none.
        """
        if not header and not addresses:
            return None
        if not header or not addresses:
            raise SettingsError(
                "--auth-header NAME and --trusted-proxy ADDRESS go together; give the header in which the proxy names the "
                "user, and the address that it asks from"
            )
        if not header.isascii() or not all(c.isalnum() or c in "-_" for c in header):
            raise SettingsError(f"--auth-header {header}: is no name of a header; write it like X-Forwarded-User")
        try:
            return cls(header, tuple(ipaddress.ip_network(address) for address in addresses))
        except ValueError as error:
            raise SettingsError(f"--trusted-proxy: {error}; give addresses like 10.0.0.5 or 10.0.0.0/24") from error

    def trusts(self, peer: str | None) -> bool:
        """Return whether a request that came from an address may name its user."""
        try:
            # Without the zone of a link-local address; a socket for IPv6 names a client as ::ffff:10.0.0.5.
            found = ipaddress.ip_address((peer or "").partition("%")[0])
        except ValueError:
            return False
        plain = getattr(found, "ipv4_mapped", None) or found
        return any(plain in network for network in self.networks)


class ProxySignIn:
    """Let requests through whose user a trusted proxy names; what names nobody has to sign in by itself."""

    def __init__(self, app: ASGIApp, proxy: TrustedProxy, otherwise: ASGIApp | None) -> None:
        """Stand before `app`.

        Args:
            app: What answers who is signed in.
            proxy: Who may name users.
            otherwise: What answers requests that name nobody: the sign-in by password, where there are accounts.
        """
        self.app = app
        self._proxy = proxy
        self._otherwise = otherwise or _refuse_unnamed(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        named = Headers(scope=scope).getlist(self._proxy.header) if scope["type"] == "http" else []
        if not named:
            await self._otherwise(scope, receive, send)
        elif fault := self._find_fault(scope, named):
            await _refuse(scope["path"], 403, fault)(scope, receive, send)
        # Whom the proxy names has nothing to do here: signing in and out is the proxy's.
        elif scope["path"] in {"/login", "/logout"}:
            await RedirectResponse("/", 303)(scope, receive, send)
        else:
            await self.app({**scope, USER: named[0]}, receive, without_storing(send))

    def _find_fault(self, scope: Scope, named: Sequence[str]) -> str:
        """Return what is wrong with the names in a request, or ""."""
        if not self._proxy.trusts(scope.get(PEER)):
            return f"{self._proxy.header} is taken from trusted proxies only; leave it out."
        if len(named) > 1:
            return f"{self._proxy.header} stands there twice; the proxy must replace what a client sends."
        try:
            check_account_name(named[0])
        except SettingsError as error:
            return f"{self._proxy.header}: {error}."
        return ""


class PeerAddress:
    """Note the address that a request came from, before a header may put another one in its place."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`, and before what reads `X-Forwarded-For`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        client = scope.get("client")
        await self.app({**scope, PEER: client[0]} if client else scope, receive, send)


def _refuse(path: str, status: int, reason: str) -> ASGIApp:
    return openai_error(status, reason) if speaks_openai(path) else JSONResponse({"detail": reason}, status)


def _refuse_unnamed(app: ASGIApp) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"].startswith(OPEN):
            await app(scope, receive, send)
        else:
            await _refuse(scope["path"], 401, "Sign in at the proxy first.")(scope, receive, send)

    return answer
