"""Which browser uploaded which files, so that nobody names another's, and the folder that each upload lies in."""

import contextlib
import hashlib
import os
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path

from fastapi import FastAPI
from gradio.utils import get_upload_folder
from starlette.requests import cookie_parser

from web.server.page_state import pages_in

COOKIE = "newsdesk-browser"
"""The cookie that tells browsers apart; what it holds is drawn at random."""

_MOST_BROWSERS = 1000
_MOST_FILES = 2000


_folder: ContextVar[str] = ContextVar("folder of an upload", default="")


class UploadFolder(os.PathLike[str]):
    """The folder that Gradio writes an upload to: inside `own_folder`, one that nothing else is in.

    Gradio names a file by its content. In one folder, two browsers that upload the same file would share it, and the
    first that is done with it would delete it under the other.
    """

    def __fspath__(self) -> str:
        """Return the folder of the upload that is being handled."""
        return str(Path(get_upload_folder(), _folder.get()))


def use_own_folders(outer: FastAPI) -> None:
    """Let the page that is mounted in `outer` write each upload to a folder of its own."""
    for page in pages_in(outer):
        page.uploaded_file_dir = UploadFolder()  # type: ignore[assignment]  # Gradio makes a `Path` of it.


@contextlib.contextmanager
def own_folder() -> Iterator[None]:
    """Give the upload that is handled inside a folder of its own, and remove it where no file came to lie in it."""
    token = _folder.set(secrets.token_hex(16))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # There is none, or it holds what was uploaded.
            Path(UploadFolder()).rmdir()
        _folder.reset(token)


class Uploads:
    """Remember the files that each browser uploaded, as Gradio named them; for use by one event loop."""

    def __init__(self, most_browsers: int = _MOST_BROWSERS, most_files: int = _MOST_FILES) -> None:
        """Forget the browsers that uploaded nothing for longest, and the oldest files of each."""
        self._most_browsers = most_browsers
        self._most_files = most_files
        self._files: OrderedDict[str, dict[str, None]] = OrderedDict()

    def add(self, browser: str, paths: Iterable[str]) -> None:
        """Note what a browser uploaded."""
        own = self._files.setdefault(browser, {})
        own.update(dict.fromkeys(paths))
        self._files.move_to_end(browser)
        for oldest in list(own)[: max(0, len(own) - self._most_files)]:
            del own[oldest]
        while len(self._files) > self._most_browsers:
            self._files.popitem(last=False)

    def holds(self, browser: str, path: str) -> bool:
        """Return whether a browser uploaded a file; nothing is looked up on the disk."""
        return path in self._files.get(browser, ())


def new_cookie() -> str:
    """Return a value for the cookie of a browser that has none."""
    return secrets.token_urlsafe(32)


def browser_of(cookies: str) -> str:
    """Return what stands for the browser that sent a Cookie header, or "" where it has no name yet."""
    value = cookie_parser(cookies).get(COOKIE, "")
    return name_of(value) if value else ""


def name_of(cookie: str) -> str:
    """Return what stands for the browser with a cookie: of one length, however long the cookie is."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
