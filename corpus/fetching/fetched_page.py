"""What a URL gives: the kinds that can be requested, the `FetchedPage` received, and the error that says why there is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore
import httpx

from corpus.errors import InputError
from corpus.fetching.content_coding import decode

_REDIRECTS = (301, 302, 303, 307, 308)
_WHOLE = (200, 203)
_NOT_MODIFIED = 304
LATER = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class ContentKind:
    """Describe what is requested from a URL.

    Attributes:
        name: What to call it in a message.
        accept: The `Accept` header.
        types: The media types that are read; empty for any. A body without a type is read too.
        max_bytes: The most decoded bytes.
    """

    name: str
    accept: str
    types: tuple[str, ...]
    max_bytes: int


PAGE = ContentKind("page", "text/html, application/xhtml+xml;q=0.9", ("text/html", "application/xhtml+xml"), 10_000_000)
DOCUMENT = ContentKind("document", "text/html, application/xhtml+xml;q=0.9, */*;q=0.5", (), 10_000_000)
FEED = ContentKind(
    "feed",
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    (),
    5_000_000,
)
ROBOTS = ContentKind("robots.txt", "text/plain, */*;q=0.5", (), 2_000_000)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """Hold what a URL gave.

    Attributes:
        url: The address asked for.
        final_url: The address that answered, after redirects.
        status: 200 or 203, or 304 when nothing changed (then the body is empty).
        headers: Names in lower case.
        body: Decoded from its content coding, not from its charset.
        content_type: The media type in lower case, "" when the server named none.
        charset: The charset that the server named, or "".
        etag: To send next time, or "".
        last_modified: To send next time, or "".
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    content_type: str = ""
    charset: str = ""
    etag: str = ""
    last_modified: str = ""


class FetchError(InputError):
    """Say that a URL could not be fetched.

    Attributes:
        passing: True if it may work later: the network, or a server that is busy or broken.
        hostile: True if the address policy refused it.
        status: The HTTP status that refused it, or 0.
    """

    def __init__(self, url: str, reason: str, passing: bool = False, hostile: bool = False, status: int = 0) -> None:
        super().__init__(f"{shorten_url(url)}: {reason}")
        self.passing = passing
        self.hostile = hostile
        self.status = status


def read_answer(url: str, target: httpx.URL, kind: ContentKind, response: httpcore.Response) -> FetchedPage | str:
    """Return the page, or the address that it redirects to.

    Raises:
        FetchError: The status or the media type refuses it.
        CodingError: The body is too large, damaged or cut.
    """
    headers = httpx.Headers(response.headers)
    if response.status in _REDIRECTS:
        return _redirect(url, target, headers)
    if response.status not in (*_WHOLE, _NOT_MODIFIED):
        raise _status_error(url, response.status, headers)
    media_type, charset = _content_type(headers.get("content-type", ""))
    body = b""
    # A 304 sends no body, so its media type, if any, is that of the page known already.
    if response.status != _NOT_MODIFIED:
        if kind.types and media_type and media_type not in kind.types:
            raise FetchError(url, f"it is {shorten_url(media_type)}, not a {kind.name}; save it and add the file")
        body = decode(response.iter_stream(), headers.get("content-encoding", ""), kind.max_bytes)
    return FetchedPage(
        url=url,
        final_url=str(target),
        status=response.status,
        headers=dict(headers),
        body=body,
        content_type=media_type,
        charset=charset,
        etag=headers.get("etag", ""),
        last_modified=headers.get("last-modified", ""),
    )


def _redirect(url: str, target: httpx.URL, headers: httpx.Headers) -> str:
    location: str = headers.get("location", "").strip()
    if not location:
        raise FetchError(url, "it redirects to nowhere")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", location):
        return location  # as it is, so that the policy sees what joining would smooth over
    try:
        return str(target.join(location))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(url, "it redirects to an address that is not well formed", hostile=True) from error


def _status_error(url: str, status: int, headers: httpx.Headers) -> FetchError:
    phrase = str(httpx.codes.get_reason_phrase(status))
    # Retry-After may also be a date; only seconds are worth showing in one line.
    wait = headers.get("retry-after", "").strip()
    later = f"; it asks to try again in {wait} s" if wait.isdigit() and len(wait) < 7 else ""
    reason = f"the server answered {status} {phrase}".rstrip() + later
    return FetchError(url, reason, passing=status in LATER, status=status)


def _content_type(value: str) -> tuple[str, str]:
    media_type, _, rest = value.partition(";")
    found = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", rest, re.IGNORECASE)
    return media_type.strip().lower(), found[1].lower() if found else ""


def shorten_url(text: str) -> str:
    """Return untrusted text in a form that is safe in a message: printable, one line, 200 characters."""
    printable = "".join(character if character.isprintable() else "?" for character in text[:200])
    return printable + ("..." if len(text) > 200 else "")
