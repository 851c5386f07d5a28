"""Read addresses: the one door for those of commands, feeds, redirects, pages and articles."""

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from corpus.errors import InputError
from corpus.text.characters import strip_invisible

LONGEST_ADDRESS = 2_048
# A blank, a control, a backslash or a quote in an address is read differently by different programs.
_ODD = re.compile(r"[\s\x00-\x20\x7f-\x9f\\\"<>\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# Characters that would end the address inside marked-up text.
_UNSAFE = re.compile(r"['`^{|}]")
_LONGEST_HOST, _LONGEST_LABEL = 253, 63  # RFC 1035, 2.3.4
# Tracking parameters: they tell how a reader arrived and do not identify the article.
_TRACKING = re.compile(
    r"(?:utm_|mc_|pk_|mtm_|at_|ns_|hsa_|_hs|oly_|vero_)\w*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|ttclid|igshid"
    r"|yclid|ocid|cmpid|cmp|ito|ncid|sref|smid|smtyp|spm|xtor|src|ref|ref_src|referrer|partner|sh|share|rss|guccounter",
    re.IGNORECASE,
)


class AddressError(InputError):
    """Report why an address is refused; the message does not repeat the address."""


def is_address(source: str) -> bool:
    """Tell an address from a path."""
    return source.lower().startswith(("http://", "https://"))


def read_address(text: str) -> SplitResult:
    """Take an http(s) address apart; its host and port can be read.

    Raises:
        AddressError: It cannot be read, or names a user, or another scheme.
    """
    if len(text) > LONGEST_ADDRESS:
        raise AddressError(f"the address is longer than {LONGEST_ADDRESS:,} characters")
    if _ODD.search(text):
        raise AddressError("the address holds a character that no address may hold")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise AddressError("the address is not well formed") from error
    if parts.scheme not in ("http", "https"):
        raise AddressError("only http and https addresses are fetched")
    if not host:
        raise AddressError("the address names no host")
    if "@" in parts.netloc:
        raise AddressError("an address with a user name or password is not fetched")
    if len(host) > _LONGEST_HOST or not all(map(_is_label, host.split("."))):
        raise AddressError("the name of the host is not valid")
    return parts


def _is_label(label: str) -> bool:
    """Return whether a part of a host's name is valid, in ASCII or in punycode (RFC 3492)."""
    if len(label) > _LONGEST_LABEL:
        return False
    if not label.lower().startswith("xn--"):
        return True
    try:
        letters = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return False
    return letters.isprintable() and not letters.isascii()


def parse_url(text: str) -> str:
    """Return an http(s) address that is safe to show as a link, or "".

    One with a user name, white space, quotes, angle brackets or invisible characters is dropped, not repaired.
    """
    text = text.strip()
    if _UNSAFE.search(text) or strip_invisible(text) != text:
        return ""
    try:
        read_address(text)
    except AddressError:
        return ""
    return text


def host(text: str) -> str:
    """Return the host of an address, or "" where none can be read."""
    try:
        return read_address(text).hostname or ""
    except AddressError:
        return ""


def join_url(base: str, link: str) -> str:
    """Return the address that a link on a page leads to; one that cannot be read stays as it is, to be refused."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def canonicalise(url: str) -> str:
    """Return one form for all the addresses of an article: https, no fragment, no tracking parameters.

    `url` is one that `parse_url` returned.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
    return urlunsplit(("https", host + port, parts.path.rstrip("/"), urlencode(query), ""))


def url_key(prefix: str, *texts: str) -> str:
    """Return `prefix-` and 16 hexadecimal digits of the SHA-256 of the texts."""
    digest = hashlib.sha256("\x1f".join(texts).encode("utf-8", "replace")).hexdigest()
    return f"{prefix}-{digest[:16]}"
