"""The Atom feeds of topics, each at a secret address that stands for its reader: a feed reader signs in nowhere."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from corpus import NewsdeskError
from rag import Assistant
from rag.follow.atom_feed import MEDIA_TYPE, render_atom
from rag.follow.digest import make_digest
from web.assistant.assistant_loader import AssistantLoader

_TOLD = timedelta(days=30)
"""How long a feed holds what was found."""

_SECRET = re.compile(r"[\w-]{43}", re.ASCII)  # As `secrets.token_urlsafe(32)` makes.


def serve_feeds(app: FastAPI, loader: AssistantLoader, is_reader: Callable[[str], bool]) -> None:
    """Let an application serve the feed of each reader at `/feed/SECRET`.

    Args:
        app: The application.
        loader: Opens the assistant.
        is_reader: Whether somebody of this name may read the page; the feed of who may no longer is gone.
    """

    def feed(secret: str, request: Request) -> Response:
        assistant = loader.assistant
        if assistant is None:
            raise HTTPException(503, "The archive is still being opened.", {"retry-after": "10"})
        try:
            user = assistant.topics.book.find_reader(secret) if _SECRET.fullmatch(secret) else None
            if user is None or not is_reader(user):
                raise HTTPException(404, "There is nothing at this address.")
            text = _write_feed(assistant, user, request)
        except NewsdeskError as error:
            raise HTTPException(503, str(error)) from error
        return Response(text, media_type=MEDIA_TYPE, headers={"cache-control": "private, no-store"})

    app.get("/feed/{secret}", include_in_schema=False)(feed)


def _write_feed(assistant: Assistant, user: str, request: Request) -> str:
    digest = make_digest(assistant.topics.book, assistant.archive, user, datetime.now(UTC) - _TOLD)
    return render_atom(digest, str(request.url.replace(query="")), str(request.base_url))
