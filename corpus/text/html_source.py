"""Prepare the source of a page for a parser that knows HTML less well than a browser does."""

import re

# What a browser reads as raw text: no tag within it counts (HTML 13.2.5 and, with scripting, 13.2.6.4.7).
_OPENING = re.compile(r"<(!--|(?:script|style|textarea|noscript)(?=[\s/>]))", re.IGNORECASE)
_CLOSING = {
    "!--": re.compile(r"-->"),
    **{
        name: re.compile(rf"</{name}\s{{0,20}}>", re.IGNORECASE) for name in ("script", "style", "textarea", "noscript")
    },
}
_NOSCRIPT = re.compile(r"<noscript[\s>]", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));?")


def split_noscript(html: str) -> tuple[str, str]:
    """Return the source as a browser with scripts reads it, without `<noscript>`, and as one without scripts reads it.

    The second is "" where there is no `<noscript>`. An element that is opened within one and closed elsewhere then
    swallows nothing.
    """
    if not _NOSCRIPT.search(html):
        return html, ""
    scripted: list[str] = []
    unscripted: list[str] = []
    done, place = 0, 0
    missing: set[str] = set()  # Looking for the same end again and again would take quadratic time.
    while opening := _OPENING.search(html, place):
        name, place = opening[1].lower(), opening.end()
        closing = None if name in missing else _CLOSING[name].search(html, place)
        if closing is None:
            missing.add(name)
            continue
        place = closing.end()
        if name == "noscript":
            scripted.append(html[done : opening.start()])
            unscripted += [scripted[-1], html[html.find(">", opening.start()) + 1 : closing.start()]]
            done = place
    rest = html[done:]
    return "".join([*scripted, rest]), "".join([*unscripted, rest])


def drop_unreadable(markup: str) -> str:
    """Return markup without the characters that XML does not know, written or as references: parsers stop at them."""
    return _REFERENCE.sub(_keep_readable, _NOT_XML.sub(_blank, markup))


def _blank(match: re.Match[str]) -> str:
    return " " if match[0] in "\x0b\x0c" else ""


def _keep_readable(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    readable = 0 < number <= 0x10FFFF and not _NOT_XML.match(chr(number))
    return match[0] if readable else ""
