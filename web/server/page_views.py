"""The addresses of the page: at each of them the same document is served, whose script shows what the address names."""

from collections.abc import Collection

from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

# Gradio's script asks for its style sheets beside the document, whatever the address of that is. An article whose id
# begins like this is no exception: the slash in an id is written as "%2F".
_BESIDE = (b"/a/assets/", b"/c/assets/")


class PageViews:
    """Serve at every address of the page what is served at "/"."""

    def __init__(self, app: ASGIApp, views: Collection[str]) -> None:
        """Stand right before `app`, behind everything that looks at the address.

        Args:
            app: The application with Gradio in it.
            views: Patterns of the paths, as Starlette writes them.
        """
        self.app = app
        self._patterns = [compile_path(path)[0] for path in views]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        reads = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if reads and any(pattern.match(scope["path"]) for pattern in self._patterns):
            raw: bytes = scope.get("raw_path") or scope["path"].encode()
            drop = 2 if raw.startswith(_BESIDE) else None
            path, raw = ("/", b"/") if drop is None else (scope["path"][drop:], raw[drop:])
            scope = {**scope, "path": path, "raw_path": raw}
        await self.app(scope, receive, send)
