"""What the meta elements of a page state: Open Graph, Dublin Core, and the names that outlets use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import lxml.html

_BYLINE = re.compile(r"author|byline", re.IGNORECASE)
_TITLE = re.compile(r"title|role|job|position|function|desc", re.IGNORECASE)
_MOST = 5_000
_NAMES = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "source": ("og:site_name", "dc.publisher", "application-name", "publisher"),
    "author": (
        "author",
        "article:author_name",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "byl",
        "article:author",
    ),
    "published": (
        *(
            "article:published_time",
            "og:published_time",
            "datepublished",
            "parsely-pub-date",
            "sailthru.date",
            "dc.date",
        ),
        *("dc.date.issued", "dcterms.created", "pubdate", "publishdate", "publication_date", "publish-date", "date"),
    ),
    "updated": (
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "lastmod",
        "last-modified",
        "dcterms.modified",
    ),
    "category": ("article:section", "parsely-section", "section"),
    "language": ("og:locale", "content-language"),
}


@dataclass(frozen=True, slots=True)
class PageMeta:
    """Hold what the meta elements state, the best first; a page may state one thing several times."""

    titles: tuple[str, ...]
    sources: tuple[str, ...]
    authors: tuple[str, ...]
    published: tuple[str, ...]
    updated: tuple[str, ...]
    category: str
    language: str
    url: str


def read_meta(root: lxml.html.HtmlElement) -> PageMeta:
    """Return what the meta elements, the canonical link and `lang` state."""
    stated = _find_stated(root)

    def values(field: str) -> tuple[str, ...]:
        return tuple(stated[name][0] for name in _NAMES[field] if name in stated)

    links = [e.get("href", "") for e in root.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    return PageMeta(
        titles=values("title"),
        sources=values("source"),
        # Each element names one author.
        authors=tuple(", ".join(dict.fromkeys(stated[name])) for name in _NAMES["author"] if name in stated),
        published=values("published"),
        updated=values("updated"),
        category=next(iter(values("category")), ""),
        language=root.get("lang") or next(iter(values("language")), ""),
        url=next(iter(links or stated.get("og:url", [])), ""),
    )


def find_marked_authors(root: lxml.html.HtmlElement) -> Iterator[str]:
    """Yield the authors that elements of the page name: microdata, and a byline in which the title has its own element."""
    marked = [
        one for one in root.iter() if isinstance(one.tag, str) and "author" in (one.get("itemprop") or "").split()
    ]
    names = [name for one in marked for name in one.iter() if name.get("itemprop") == "name"]
    yield ", ".join(dict.fromkeys(" ".join(name.text_content().split()) for name in names))
    for element in islice(root.iter("div", "p", "span", "address", "li"), _MOST):
        children = list(element)
        if (
            len(children) > 1
            and _BYLINE.search(element.get("class", ""))
            and _TITLE.search(children[1].get("class", ""))
        ):
            yield " ".join(children[0].text_content().split())


def _find_stated(root: lxml.html.HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content", "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found
