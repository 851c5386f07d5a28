"""What a browser may keep for good: files whose address names their content, so that a page is not fetched twice."""

from functools import partial
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.static_files import STATIC, static_version

FOR_GOOD = "max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""A browser asks whether what it keeps is still the newest; without a word it would guess for how long it is."""

_NAMED_BY_CONTENT = "/assets/"
"""Where Gradio keeps its scripts and style sheets."""


class AssetCaching:
    """Tell browsers how long they may keep a script or a style sheet."""

    def __init__(self, app: ASGIApp, theme_version: str) -> None:
        """Stand before `app`.

        Args:
            app: What serves the files.
            theme_version: The version under which Gradio's page asks for its theme.
        """
        self.app = app
        files = {f"/page/{path.name}": static_version(path.name) for path in STATIC.iterdir()}
        self._versions = {**files, "/theme.css": theme_version}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        rule = self._rule(scope) if scope["type"] == "http" else ""
        await self.app(scope, receive, partial(_send_rule, rule, send) if rule else send)

    def _rule(self, scope: Scope) -> str:
        path: str = scope["path"]
        if path.startswith(_NAMED_BY_CONTENT):
            return FOR_GOOD
        version = self._versions.get(path)
        if version is None:
            return ""
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v")
        return FOR_GOOD if asked == [version] else ASK_AGAIN


async def _send_rule(rule: str, send: Send, message: Message) -> None:
    if message["type"] == "http.response.start" and message["status"] in {200, 304}:
        MutableHeaders(scope=message)["cache-control"] = rule
    await send(message)
