"""Who may upload files: those who may add them."""

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from web.accounts.sign_in import USER
from web.roles import Permit, refusal
from web.server.request_gate import UPLOAD


class UploadPermit:
    """Refuse the uploads of readers before anything of them is written to the disk."""

    def __init__(self, app: ASGIApp, permit: Permit) -> None:
        """Stand before `app`, behind what signs users in."""
        self.app = app
        self._permit = permit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        uploads = scope["type"] == "http" and scope["path"] == UPLOAD
        # In a thread, as the accounts may be in a database that does not answer.
        refused = uploads and not await asyncio.to_thread(self._permit, str(scope.get(USER) or ""), "editor")
        answer = PlainTextResponse(refusal("editor"), 403) if refused else self.app
        await answer(scope, receive, send)
