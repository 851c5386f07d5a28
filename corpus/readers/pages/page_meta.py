"""What the meta elements of a page state: Open Graph, Dublin Core, and the names that outlets use."""

import lxml.html

from corpus.readers.draft import Draft

_NAMES = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "source": ("og:site_name", "dc.publisher", "application-name", "publisher"),
    "author": ("author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator", "byl"),
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
}


def build_draft(root: lxml.html.HtmlElement) -> Draft:
    """Return the draft that the meta elements, the canonical link, `lang` and `<time>` make."""
    stated = _find_stated(root)
    found = {field: next((stated[n] for n in names if stated.get(n)), "") for field, names in _NAMES.items()}
    links = [e.get("href", "") for e in root.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    times = [e.get("datetime", "") for e in root.iter("time") if e.get("datetime") and _is_publication(e)]
    headings = [" ".join(e.text_content().split()) for e in root.iter("h1")]
    return Draft(
        title=found["title"] or (headings[0] if len(headings) == 1 else ""),
        source=found["source"],
        url=(links or [stated.get("og:url", "")])[0],
        author="" if found["author"].startswith("http") else found["author"],
        published=found["published"] or (times[0] if times else ""),
        updated=found["updated"],
        language=root.get("lang") or stated.get("og:locale", "") or stated.get("content-language", ""),
        category=found["category"],
    )


def _find_stated(root: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if name and element.get("content"):
            found.setdefault(name.strip().lower(), element.get("content", "").strip())
    return found


def _is_publication(element: lxml.html.HtmlElement) -> bool:
    if "pubdate" in element.attrib or element.get("itemprop") == "datePublished":
        return True
    return any(above.tag in ("article", "header", "main") for above in element.iterancestors())
