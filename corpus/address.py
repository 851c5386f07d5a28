"""Check an article's address, and bring addresses of one article to one form."""

import hashlib
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from corpus.characters import visible

_LONGEST = 2000
_UNSAFE = re.compile(r"[\s\"'`<>\\^{|}\x00-\x20\x7f]")
# Parameters that name the way a reader came, not the article.
_TRACKING = re.compile(
    r"(?:utm_|mc_|pk_|mtm_|at_|ns_|hsa_|_hs|oly_|vero_)\w*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|ttclid|igshid"
    r"|yclid|ocid|cmpid|cmp|ito|ncid|sref|smid|smtyp|spm|xtor|src|ref|ref_src|referrer|partner|sh|share|rss|guccounter",
    re.IGNORECASE,
)


def is_address(source: str) -> bool:
    """Tell an address from a path."""
    return source.lower().startswith(("http://", "https://"))


def address(text: str) -> str:
    """Return an http(s) address that is safe to show as a link, or "".

    One with a user name, white space, quotes, angle brackets or invisible characters is dropped, not repaired.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST or _UNSAFE.search(text) or visible(text) != text:
        return ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    return text


def canonical(url: str) -> str:
    """Return one form for all the addresses of an article: https, no fragment, no tracking parameters.

    `url` is one that `address` returned.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
    return urlunsplit(("https", host + port, parts.path.rstrip("/"), urlencode(query), ""))


def key(prefix: str, *texts: str) -> str:
    """Return `prefix-` and 16 hexadecimal digits of the SHA-256 of the texts."""
    digest = hashlib.sha256("\x1f".join(texts).encode("utf-8", "replace")).hexdigest()
    return f"{prefix}-{digest[:16]}"
