"""Filter the output of a model: no image, no link, no markup that a page could act on."""

import re

from corpus.text.characters import strip_invisible

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^)]*\)?|\[[^\]]*\])|<img\b[^>]*>?", re.IGNORECASE)
_MARK_LINK = re.compile(r"(\[\[?[#^]?\d{1,4}\]\]?)\([^)\n]*\)?")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?:[^()\n]|\([^()\n]*\))*\)?")
_REFERENCE = re.compile(r"\[([^\[\]\n]{1,300})\]\[(?!\d+\])[^\[\]\n]{0,300}\]")
_DEFINITION = re.compile(r"^[^\S\n]*\[[^\]\n]+\]:[^\S\n]*\S+.*$", re.MULTILINE)
_SCHEME = r"[a-z]\w{0,20}"  # Any: browsers and apps act on schemes of their own.
_ADDRESS = re.compile(
    rf"<?\b{_SCHEME}\s?:\s?[/\\]{{2}}[^\s>\])\"']*>?|<?\b(?:javascript|vbscript|data|mailto|tel|blob):[^\s>\])\"']+>?"
    r"|(?<![\w:/])[/\\]{2}[\w-]+(?:\.[\w-]+)+[^\s>\])\"']*|\bwww\.[^\s>\])\"']+"
    r"|(?<![\w-])(?<![\w-]\.)(?:[\w-]+\.)+[a-z]{2,24}(?::\d+)?[/?#][^\s>\])\"']*",
    re.IGNORECASE,
)
_TAGS = "script|style|iframe|object|embed|svg|math|form|input|button|link|meta|base|video|audio|source|picture|template|details"
# One of these that is never closed runs to the end of the text; "x <b" and "<base case" there may be arithmetic.
_UNCLOSED = "script|style|iframe|embed|svg"
_TAG = re.compile(rf"</?(?:(?:{_TAGS}|a|b|i|p|div|span|br)\b[^<>]*>|(?:{_UNCLOSED})\b[^<>]*\Z)", re.IGNORECASE)
_ONLY_MARKS = re.compile(r"^[^\S\n]*(?:\[[#^]?\d[\d, -]*\][^\w\n[]*)+\n?", re.MULTILINE)  # What a removed image leaves.
# Images before links, which they end like; marks before other links, as they keep their brackets.
_STEPS = (
    (_THOUGHT, ""), (_IMAGE, ""), (_MARK_LINK, r"\1"), (_LINK, r"\1"), (_REFERENCE, r"\1"), (_DEFINITION, ""),
    (_TAG, ""), (_ADDRESS, ""),
)  # fmt: skip


def filter_output(text: str) -> str:
    """Return a model's text without images, links, addresses, tags and invisible characters; the words of a link stay.

    A removal can create a new tag ("<scr<b>ipt>"), so this repeats until nothing changes.
    """
    text = strip_invisible(text)
    given, before = text, ""
    while before != text:
        before = text
        for pattern, instead in _STEPS:
            text = pattern.sub(instead, text)
    if text != given:
        text = _ONLY_MARKS.sub("", text)
    return re.sub(r"[ \t]+(?=[ \t\n]|$)", "", text).strip()
