"""Plain HTTP for tests: it waits as long as the slowest machine takes, and reads no certificates, which takes a while too."""

from typing import Any

import httpx

from tests.waiting import PATIENCE_S


def open_client(base_url: httpx.URL | str = "", **options: Any) -> httpx.Client:
    """Return a client, for `with`."""
    return httpx.Client(base_url=base_url, timeout=PATIENCE_S, verify=False, **options)


def request(method: str, url: str, cookies: dict[str, str] | None = None, **content: Any) -> httpx.Response:
    """Send one request over a connection of its own."""
    with open_client(cookies=cookies) as client:
        return client.request(method, url, **content)


def get(url: str, cookies: dict[str, str] | None = None, **content: Any) -> httpx.Response:
    """Get a page."""
    return request("GET", url, cookies, **content)


def post(url: str, **content: Any) -> httpx.Response:
    """Post what is given."""
    return request("POST", url, **content)
