"""A page in a process of its own, for tests that measure one: prints its address and its routes, and serves until killed."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from starlette.routing import Mount, Route

from rag.index.embedder import Embedder
from tests.web.conftest import Newsroom
from web.assistant.assistant_loader import AssistantLoader
from web.conversations.conversation_store import ConversationStore
from web.server.request_gate import Gate
from web.server.site import Server, site


def routes_of(app: object) -> list[tuple[str, str]]:
    """Return method and path of each route of an application, with those of what is mounted in it."""
    found: list[tuple[str, str]] = []
    for route in getattr(app, "routes", []):
        if isinstance(route, Route):
            found += [(method, route.path) for method in route.methods or ()]
        elif isinstance(route, Mount):
            found += [(method, route.path + path) for method, path in routes_of(route.app)]
        else:  # FastAPI keeps a router that was included as it is.
            found += routes_of(route.original_router)
    return found


def innermost(app: object) -> object:
    """Return the application that the layers around it stand before."""
    while not hasattr(app, "routes"):
        app = app.app  # type: ignore[attr-defined]
    return app


def main(arguments: Sequence[str]) -> None:
    """Serve the data folder named first, and keep conversations in the file named second."""
    data, kept = map(Path, arguments)
    newsroom = Newsroom(data, Embedder())
    loader = AssistantLoader(newsroom.open, servers=()).start()
    application = site(loader, ConversationStore(kept), 0, ["127.0.0.1"])
    gate = application.app
    assert isinstance(gate, Gate)
    server = Server(application, "127.0.0.1", 0)

    def announce() -> None:
        while not server.started or loader.opening:  # What opening takes is no part of what a test measures.
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        application.hosts = frozenset({f"127.0.0.1:{port}"})
        print(json.dumps({"url": f"http://127.0.0.1:{port}", "routes": routes_of(innermost(gate))}), flush=True)

    threading.Thread(target=announce, daemon=True).start()
    server.run()
