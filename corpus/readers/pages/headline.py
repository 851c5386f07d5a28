"""The headline of a page: not the outlet's name, nor a menu, nor the headline with the outlet behind it."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeAlias

import lxml.html

from corpus.text.cleaning import clean_line
from corpus.text.credit_names import reduce_name
from corpus.text.urls import host

_BETWEEN = re.compile(r" [-–—:·•»«›/~|]{1,3} | ?[|¦]{1,3} ?")
_MENU = frozenset(
    "menu menü navigation search suche home startseite accueil inicio news sections login contact".split()
)
_MOST_HEADINGS = 50
_LONGEST_OUTLET = 6  # Words.
_FEWEST_WORDS = 3
Element: TypeAlias = lxml.html.HtmlElement


def find_headline(root: Element, stated: Iterable[str], outlets: Iterable[str], url: str, guessed: str) -> str:
    """Return the headline of a page, or "".

    Args:
        root: The page.
        stated: What its data and its meta elements give as the headline, the best first.
        outlets: Names of the outlet.
        url: Its address.
        guessed: A headline to fall back on.
    """
    names = {reduce_name(name) for name in outlets} | _host_names(url) | {reduce_name(find_site_name(root))}
    names.discard("")
    headings = find_headings(root)
    titles = [" ".join(element.text_content().split()) for element in root.iter("title")][:1]
    candidates = [
        *((one, False) for one in stated),
        *((one, False) for one in headings),
        *((one, True) for one in titles),
        (guessed, False),
    ]
    known = {reduce_name(one) for one in (*headings, *_subheadings(root))}
    for candidate, loose in candidates:
        headline = strip_outlet(clean_line(candidate, 300), names, known, loose)
        if headline and reduce_name(headline) not in names and headline.casefold() not in _MENU:
            return headline
    return ""


def find_headings(root: Element) -> list[str]:
    """Return the texts of the `h1` elements that may be the headline."""
    found = (" ".join(one.text_content().split()) for one in root.iter("h1") if not _is_chrome(one))
    return list(islice((text for text in found if text and text.casefold() not in _MENU), _MOST_HEADINGS))


def find_site_name(root: Element) -> str:
    """Return the text of an `h1` that is the name of the site: it leads to the front page, or ends the title; or ""."""
    title = next((" ".join(one.text_content().split()) for one in root.iter("title")), "")
    last = list(_BETWEEN.finditer(title))[-1:]
    behind = (
        reduce_name(title[last[0].end() :]) if last and len(title[: last[0].start()].split()) >= _FEWEST_WORDS else ""
    )
    for element in islice(root.iter("h1"), _MOST_HEADINGS):
        name = " ".join(element.text_content().split())
        within = any(one.tag in ("article", "main") for one in element.iterancestors())
        if name and (_leads_home(element) or (behind and reduce_name(name) == behind and not within)):
            return name
    return ""


def strip_outlet(title: str, outlets: set[str], headings: set[str], loose: bool = False) -> str:
    """Return a title without the outlet, and what stands between, behind or before it.

    Args:
        title: "Pier to be rebuilt - Harbour Gazette".
        outlets: Its names, reduced by `reduce_name`.
        headings: Headings of the page, reduced: what is one of them is the whole headline.
        loose: It is the title of a window, of which the last part is the outlet even where no name of it is known.
    """
    breaks = list(_BETWEEN.finditer(title))
    for found in breaks:
        if reduce_name(title[: found.start()]) in headings - outlets:
            return title[: found.start()]
    while breaks and _is_outlet(title[breaks[-1].end() :], outlets):
        title = title[: breaks.pop().start()]
    if breaks and reduce_name(title[: breaks[0].start()]) in outlets and ":" not in breaks[0][0]:
        title = title[breaks[0].end() :]
        breaks = list(_BETWEEN.finditer(title))
    while loose and breaks and (shorter := _drop_last(title, breaks.pop())) != title:
        title = shorter
    return title


def _drop_last(title: str, between: re.Match[str]) -> str:
    """Return the title of a window without its last part, where that is short and written as a name."""
    head, tail = title[: between.start()], title[between.end() :]
    is_name = tail[:1].isupper() or not tail[:1].isalpha()
    short = len(head.split()) >= _FEWEST_WORDS and len(tail.split()) < min(_LONGEST_OUTLET, len(head.split()))
    return head if is_name and short and ":" not in between[0] else title


def _is_outlet(text: str, outlets: set[str]) -> bool:
    name = reduce_name(text)
    if not name or len(text.split()) > _LONGEST_OUTLET:
        return False
    # "Harbour Gazette Online", and "Gazette" for "Harbour Gazette".
    return name in outlets or any(
        len(one) >= 5 and (name.startswith(one) or (len(name) >= 5 and one.endswith(name))) for one in outlets
    )


def _host_names(url: str) -> set[str]:
    """Return the host of an address and its labels that name the outlet, reduced."""
    labels = host(url).removeprefix("www.").split(".")
    named = {reduce_name(label) for label in labels[:-1] if len(label) > 3}
    return named | ({reduce_name(".".join(labels))} if named else set())


def _subheadings(root: Element) -> Iterator[str]:
    for element in islice(root.iter("h2"), _MOST_HEADINGS):
        yield " ".join(element.text_content().split())


def _is_chrome(element: Element) -> bool:
    """Return whether a heading leads home, stands in the navigation, or is a list of links."""
    links = list(islice(element.iter("a"), 3))
    inside = any(one.tag == "nav" or one.get("role") == "navigation" for one in element.iterancestors())
    return inside or len(links) > 2 or _leads_home(element)


def _leads_home(element: Element) -> bool:
    links = [one for one in (*element.iter("a"), *element.iterancestors("a")) if one.get("href")]
    return any(_is_root(link.get("href", "")) or link.get("rel") == "home" for link in links)


def _is_root(link: str) -> bool:
    _, scheme, rest = link.strip().partition("://")
    path = rest.partition("/")[2] if scheme else link.strip().removeprefix("/")
    return path in ("", "index.html", "index.php") and bool(link.strip()) and not link.startswith("#")
