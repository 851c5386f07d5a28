"""Find the encoding of a text: its byte order mark, what it declares, UTF-8, else the most likely one."""

import codecs
import re

from charset_normalizer import from_bytes

_SAMPLE = 16_384
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python also knows codecs that are not encodings of pages ("punycode" takes quadratic time).
_ALLOWED = re.compile(
    r"utf-(?:8|8-sig|16|16-le|16-be|32)|ascii|(?:iso8859|cp|koi8|mac|tis|gb|hz|big5|euc|shift|iso2022|johab)[\w-]*"
)
_DECLARED = (
    re.compile(rb"^\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE),
    re.compile(rb"<meta[^>]{0,200}charset\s*=\s*+[\"']?\s*+([\w.:-]{1,40})", re.IGNORECASE),
)

_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]+")
# By accident, bytes of another encoding are rarely UTF-8; those of two-byte encodings more often.
_PLAINLY, _PLAINLY_TWO_BYTE = 2, 8
_ONE_BYTE = ("cp125", "iso8859", "koi8", "mac", "tis")


def find_declared(head: bytes) -> str:
    """Return the encoding that XML or HTML declares in its first bytes, or ""."""
    found = (pattern.search(head[:4096]) for pattern in _DECLARED)
    return next((match[1].decode("ascii") for match in found if match), "")


def is_known(name: str) -> str:
    """Return Python's name of an encoding of texts, or ""; Latin-1 and ASCII are Windows-1252, as in browsers."""
    try:
        found = codecs.lookup(name.strip().lower()).name
    except (LookupError, ValueError):
        return ""
    if found in ("iso8859-1", "ascii"):
        return "cp1252"
    return found if _ALLOWED.fullmatch(found) else ""


def detect_encoding(head: bytes, given: str = "") -> str:
    """Return the encoding of a text of which `head` is the beginning."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if name := _find_utf_16(head):
        return name
    if name := is_known(given or find_declared(head)):
        return "utf-8" if _is_plainly_utf_8(head, name) else name
    if not head.isascii() and not _is_utf_8(head):
        return "cp1252" if _is_short_western(head) else _guess(head)
    return "utf-8"


def decode_text(data: bytes, given: str = "") -> str:
    """Return the text without controls; a byte that its encoding does not know is read as Windows-1252, or replaced."""
    name = detect_encoding(data[: 4 * _SAMPLE], given)
    if _is_plainly_utf_8(data, name):
        name = "utf-8"
    if name.startswith("utf-8"):
        return repair_text(data.decode(name, "surrogateescape"))
    try:
        return repair_text(data.decode(name, "strict" if given or find_declared(data) else "replace"))
    except (UnicodeError, ValueError):
        is_utf_8 = _is_utf_8(data[: 4 * _SAMPLE])
        return repair_text(data.decode("utf-8", "surrogateescape") if is_utf_8 else data.decode(name, "replace"))


def repair_text(text: str) -> str:
    """Drop controls but white space, which stop parsers, and read the bytes that UTF-8 did not know as Windows-1252.

    These bytes are kept as surrogates in `text`.
    """
    text = _CONTROL.sub("", text)
    return re.sub("[\udc80-\udcff]+", _has_windows_characters, text) if not text.isascii() else text


def _guess(head: bytes) -> str:
    best = from_bytes(head[:_SAMPLE]).best()
    return (is_known(best.encoding) if best else "") or "cp1252"


def _is_short_western(head: bytes) -> bool:
    """Return whether a few bytes beyond ASCII, too few for statistics, are letters or quotation marks in Windows-1252."""
    beyond = bytes(byte for byte in head if byte > 0x7F)
    text = beyond.decode("cp1252", "replace")
    return len(beyond) < min(60, len(head) // 5) and all(one.isalpha() or one in "‘’“”–—…«»€£°§·\xa0" for one in text)


def _has_windows_characters(match: re.Match[str]) -> str:
    return match[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _is_utf_8(head: bytes) -> bool:
    """Return whether bytes are UTF-8, a cut last character and a stray byte among many good ones allowed."""
    text = head.decode("utf-8", "surrogateescape")
    bad = len(re.findall("[\udc80-\udcff]", text[:-3]))
    good = sum(letter > "\x7f" for letter in text) - bad
    return bad == 0 or good > 10 * bad


def _is_plainly_utf_8(data: bytes, declared: str) -> bool:
    """Return whether a text is UTF-8 whatever it declares, as files that were saved anew often are."""
    if declared.startswith("utf") or data.isascii() or not _is_utf_8(data):
        return False
    text = data.decode("utf-8", "ignore")
    fewest = _PLAINLY if declared.startswith(_ONE_BYTE) else _PLAINLY_TWO_BYTE
    return sum(letter > "\x7f" for letter in text) >= fewest


def _find_utf_16(head: bytes) -> str:
    """Return the name of UTF-16 without a mark, in which every other byte of Western text is null, or ""."""
    half = len(head) // 2
    even, odd = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if half < 8 or max(even, odd) < 0.4 * half or min(even, odd) > 0.05 * half:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"
