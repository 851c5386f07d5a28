"""Serve the page in a thread, for benchmarks and pictures: a client of the real one may ask only ten questions a minute."""

import contextlib
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag import Assistant

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
"""What Chromium is started with."""


@contextlib.contextmanager
def serve_page(open_assistant: "Callable[[], Assistant]", runs: Path = Path("eval-runs")) -> Iterator[str]:
    """Serve the page on a free port of this machine, and yield its address; conversations go with it.

    Args:
        open_assistant: Makes the assistant, which is closed in the end.
        runs: The folder of the runs of the evaluation.
    """
    from web.assistant.assistant_loader import AssistantLoader
    from web.conversations.conversation_store import FILE, ConversationStore
    from web.rate_limit import RateLimit
    from web.server.site import Server, site

    with socket.create_server(("127.0.0.1", 0)) as bound, tempfile.TemporaryDirectory() as folder:
        port = bound.getsockname()[1]
        loader = AssistantLoader(open_assistant).start()
        conversations = ConversationStore(Path(folder) / FILE)
        server = Server(site(loader, conversations, port, limit=RateLimit(0), runs=runs), "127.0.0.1", port)
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
            loader.close()
            conversations.close()
