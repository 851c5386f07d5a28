"""The gate that every word of a model passes: no image, no link, no markup that a page could act on."""

import re

_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[[^\]]*\]|<img\b[^>]*>?", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\((?:[^()\s]|\([^()]*\))+[^)\n]*\)")
_DEFINITION = re.compile(r"^\s*\[[^\]\n]+\]:\s*\S+.*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"<?\b(?:https?|ftp|wss?|file|ldaps?)\s?:\s?//[^\s>\])]*>?|\b(?:javascript|vbscript|data):[^\s>\])]+", re.IGNORECASE
)
_TAG = re.compile(
    r"</?(?:script|style|iframe|object|embed|svg|math|form|input|link|meta|base|video|audio|a|b|i|p|div|span|br)\b[^>]*>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def gated(text: str) -> str:
    """Return a model's text without images, links, addresses, tags and invisible characters; words of a link stay."""
    text = _INVISIBLE.sub("", text)
    for pattern, instead in ((_IMAGE, ""), (_LINK, r"\1"), (_DEFINITION, ""), (_ADDRESS, ""), (_TAG, "")):
        text = pattern.sub(instead, text)
    return re.sub(r"[ \t]+(?=[ \t\n]|$)", "", text).strip()
