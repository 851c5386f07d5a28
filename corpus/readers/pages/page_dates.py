"""The dates that a page states: in its data, its meta elements, or an element that is marked as its date."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

import lxml.html

from corpus.readers.pages.live_blog import find_entries
from corpus.text import date_parsing
from corpus.text.date_parsing import parse_instant

_MARKED = re.compile(
    r"(?:^|[\s_-])(?:pub-?date|published|publish(?:ed)?-?(?:date|time|on|at)|posted-?on|(?:post|entry|article|story|news)"
    r"[_-]*(?:date|time)|dt-published|date(?:line|time|-published)?|timestamp|created)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"updat|modif|aktualisiert|actualiz|actualis|mise? à jour|aggiorna|bijgewerkt|atualiz|uppdater|opdater|oppdater"
    r"|edited|changed|geändert",
    re.IGNORECASE,
)
_APART = re.compile(r"comment|related|teaser|recommend|sidebar|promo|caption|footer|widget|breaking", re.IGNORECASE)
_OUTSIDE = ("aside", "nav", "footer", "figure", "figcaption", "form")
_IN_ADDRESS = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>\d\d?)[/-](?P<day>\d\d?)(?:[/-]|$)")
_LONGEST = 100
_SENTENCE = 60
_MOST = 500
_LABEL_WORDS = 6
# Two statements of one date differ by no more than the widest zones do.
_SAME = timedelta(hours=26)
Element: TypeAlias = lxml.html.HtmlElement


def choose_date(candidates: Iterable[object]) -> object:
    """Return the first candidate that is a date; one with a zone goes before one of the same day without."""
    dates = [(value, at) for value in candidates if value and (at := parse_instant(value))]
    if not dates or date_parsing.has_zone(dates[0][0]):
        return dates[0][0] if dates else None
    return next((value for value, at in dates if _is_zoned(value, at, dates[0][1])), dates[0][0])


def _is_zoned(value: object, at: datetime, first: datetime) -> bool:
    return date_parsing.has_zone(value) and abs(at - first) <= _SAME


def find_published(root: Element, url: str) -> Iterator[object]:
    """Yield what the elements of a page, then its address, state as the date of publication, the most certain first."""
    yield from _marked_up(root, "datePublished")
    entries = set(find_entries(root).values())
    times = [one for one in islice(root.iter("time"), _MOST) if one not in entries and not _is_apart(one)]
    times = [one for one in times if not _is_changed(one) and not _is_in_sentence(one)]
    yield from (_value(one) for one in times if "pubdate" in one.attrib)
    yield from (_value(one) for one in times if len(times) == 1 or _is_within(one))
    for element in islice(root.iter("span", "div", "p", "abbr", "li", "em", "small", "b", "i", "a", "dd"), 20 * _MOST):
        name = f"{element.get('class', '')} {element.get('id', '')}"
        if _MARKED.search(name) and not _is_apart(element) and not _is_changed(element):
            yield element.get("title") or _find_in_text(_text(element))
    if match := _IN_ADDRESS.search(url):
        yield f"{match['year']}-{int(match['month']):02}-{int(match['day']):02}"


def find_updated(root: Element) -> Iterator[object]:
    """Yield what the elements of a page state as the date of its last change."""
    yield from _marked_up(root, "dateModified")
    yield from (_value(one) for one in islice(root.iter("time"), _MOST) if _is_changed(one) and not _is_apart(one))


def _marked_up(root: Element, name: str) -> Iterator[object]:
    """Yield what microdata, or RDFa, states under a name."""
    for element in root.iter():
        if isinstance(element.tag, str) and name in (element.get("itemprop") or element.get("property") or "").split():
            yield element.get("content") or _value(element)


def _value(element: Element) -> object:
    return element.get("datetime") or element.get("title") or _find_in_text(_text(element))


def _find_in_text(text: str) -> object:
    """Return the date that a short text is, without up to six words before it ("Published on", "By Mara Voss,")."""
    words = text.split()
    if len(text) > _LONGEST or not any(letter.isdecimal() for letter in text):
        return None
    endings = (" ".join(words[skipped:]).lstrip("|·•-–— ") for skipped in range(min(len(words), _LABEL_WORDS + 1)))
    return next((ending for ending in endings if parse_instant(ending)), None)


def _is_within(element: Element) -> bool:
    return any(above.tag in ("article", "header", "main") for above in element.iterancestors())


def _is_in_sentence(element: Element) -> bool:
    holders = map(_text, element.iterancestors("p", "li", "blockquote"))
    return any(len(text) > _SENTENCE and text.endswith((".", "!", "?", "”", '"')) for text in holders)


def _is_apart(element: Element) -> bool:
    """Return whether an element belongs to something else than the article: a comment, a picture, another story."""
    return any(
        one.tag in _OUTSIDE or _APART.search(f"{one.get('class', '')} {one.get('id', '')}")
        for one in (element, *element.iterancestors())
        if one.tag not in ("html", "body")
    )


def _is_changed(element: Element) -> bool:
    """Return whether an element gives the date of a change: by its marks, its words, or those just before it."""
    marks = " ".join(element.get(name, "") for name in ("itemprop", "property", "class", "id"))
    previous, parent = element.getprevious(), element.getparent()
    before = (previous.tail or _text(previous)) if previous is not None else (parent.text if parent is not None else "")
    return bool(_CHANGED.search(f"{marks} {(before or '')[-40:]} {_text(element)[:40]}"))


def _text(element: Element) -> str:
    return " ".join(element.text_content().split()) if isinstance(element.tag, str) else ""
