"""The static files of the page, each at an address that changes with its content, so that a browser may keep it."""

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"


def static_address(name: str) -> str:
    """Return the address of a file of `static/`."""
    return f"/page/{name}?v={static_version(name)}"


@cache
def static_version(name: str) -> str:
    """Return what tells the content of a file of `static/` from that of other releases.

    Raises:
        OSError: There is no such file.
    """
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]
