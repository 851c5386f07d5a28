"""Turn what a reader found, whatever its shape, into a clean `Article`."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from corpus.archive.rows import digest
from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.memory import remembered
from corpus.readers.refusal import Limits, Reading, ReadOptions, Refusal
from corpus.text import cleaning, correction_notices, date_parsing, language_detection
from corpus.text.characters import mixed_scripts, visible
from corpus.text.urls import address, canonical, key

_log = logging.getLogger(__name__)
_ID_LENGTH = 200
# The word before a byline; "Von" begins names too, so each only in its language.
_BY = {"de": "von", "fr": "par", "es": "por", "pt": "por", "it": "di", "nl": "door", "sv": "av", "no": "av", "da": "af"}


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold the fields of one article as they stand in the source, uncleaned.

    Attributes:
        id: The source's own key, kept as it is.
        wire_id: A key that stays the same over the versions of a story (a GUID, a URN); our key is made from it.
        published, updated: Any value that `dates.instant` reads.
        The others are as in `Article`.
    """

    title: str = ""
    body: str = ""
    source: str = ""
    url: str = ""
    author: str = ""
    published: object = None
    updated: object = None
    language: str = ""
    category: str = ""
    id: str = ""
    wire_id: str = ""


def outcomes(item: str, draft: Draft, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article that a draft makes and the warnings about it, or the refusal."""
    content = json.dumps(astuple(draft), default=repr).encode() if options.memory else b""
    yield from remembered(item, content, options, lambda inner: _read(item, draft, inner))


def _read(item: str, draft: Draft, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        article = article_of(draft, options)
    except InputError as error:
        yield Refusal(item, str(error))
        return
    if options.memory and not (_is_ahead(draft.published) or _is_ahead(draft.updated)):
        options.memory.note(b"", [Reading(article.id, digest(article))])
    yield article
    for warning in _warnings(draft, article, options.limits):
        _log.warning("%s: %s", item, warning)
        yield Refusal(item, warning, kept=True)


def _is_ahead(value: object) -> bool:
    """Tell whether a date is not believed yet, as it lies in the future: some day it will be."""
    return (
        bool(value)
        and date_parsing.instant(value) is None
        and date_parsing.instant(value, now=date_parsing.ANY_TIME) is not None
    )


def article_of(draft: Draft, options: ReadOptions) -> Article:
    """Return the clean article.

    Raises:
        InputError: If no headline or no text is left.
    """
    limits, named = options.limits, options.hints.named
    title = cleaning.line(draft.title, cleaning.TITLE_LENGTH)
    body = cleaning.cut(_without_headline(cleaning.body(draft.body[: limits.page_bytes]), title), limits.article_bytes)
    if not title:
        raise InputError(f"It has no headline: give one, or name the field that holds it {named('title', 'FIELD')}.")
    if not body:
        raise InputError(f"It has no text: give some, or name the field that holds it {named('body', 'FIELD')}.")
    url = address(draft.url)
    published = date_parsing.instant(draft.published)
    tongue = language_detection.code(draft.language) or language_detection.detected(f"{title}\n{body[:4000]}")
    return Article(
        id=_identity(draft, url, title, body),
        title=title,
        body=body,
        source=cleaning.line(draft.source),
        url=url,
        author=_without_by(cleaning.line(draft.author), tongue),
        published_at=published,
        updated_at=date_parsing.instant(draft.updated),
        language=tongue,
        category=cleaning.line(draft.category, 100),
        notice=correction_notices.correction(body.split("\n\n")),
    )


def _without_headline(body: str, title: str) -> str:
    """Drop a first paragraph that only repeats the headline."""
    first, _, rest = body.partition("\n\n")
    return rest if rest and first.casefold() == title.casefold() else body


def _without_by(author: str, tongue: str) -> str:
    first, _, rest = author.partition(" ")
    return rest if rest and first.lower() in ("by", _BY.get(tongue)) else author


def _identity(draft: Draft, url: str, title: str, body: str) -> str:
    if draft.id.strip():
        return _given_id(draft.id)
    if address(draft.wire_id):
        return key("u", canonical(draft.wire_id.strip()))
    if draft.wire_id.strip():
        return key("u", draft.wire_id.strip())
    return key("u", canonical(url)) if url else key("c", title, body)


def _given_id(given: str) -> str:
    """Return an ordinary key as it is; of another one, a clean beginning and a hash, so that two never become one."""
    cleaned = re.sub(r"[\s<>\"'`]+", "_", visible(given[: 4 * _ID_LENGTH]).strip())
    if cleaned == given and len(cleaned) <= _ID_LENGTH:
        return cleaned
    return f"{cleaned[: _ID_LENGTH - 18]}{key('-', given).removeprefix('-')}".lstrip("-")


def _warnings(draft: Draft, article: Article, limits: Limits) -> Iterator[str]:
    longest = limits.article_bytes - 3000
    if len(draft.body) > limits.page_bytes or (len(draft.body) > longest and len(article.body.encode()) > longest):
        yield f"Its text is longer than {limits.article_bytes:,} bytes: the rest was cut."
    if words := mixed_scripts(f"{article.source} {article.author}"):
        yield f"Outlet or author mixes alphabets in one word ({words[0]}): look whether it is who it claims to be."
