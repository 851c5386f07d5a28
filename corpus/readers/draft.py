"""Turn what a reader found, whatever its shape, into a clean `Article`."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from corpus.archive.rows import content_digest
from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.memory import recall_or_read
from corpus.readers.refusal import ArticleDigest, Limits, ReadOptions, Refusal
from corpus.text import cleaning, correction_notices, date_parsing, language_detection
from corpus.text.characters import has_mixed_scripts, strip_invisible
from corpus.text.credit_names import clean_byline, clean_outlet, reduce_name
from corpus.text.urls import canonicalise, parse_url, url_key

_log = logging.getLogger(__name__)
_ID_LENGTH = 200
# As WordPress, Ghost and other systems mark what nobody was to read yet, or any more.
_UNPUBLISHED = ("draft", "auto-draft", "pending", "private", "future", "scheduled", "trash", "inherit", "hidden")
# The word before a byline; "Von" begins names too, so each only in its language.
_BY = {"de": "von", "fr": "par", "es": "por", "pt": "por", "it": "di", "nl": "door", "sv": "av", "no": "av", "da": "af"}


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold the fields of one article as the source gives them, not cleaned yet.

    Attributes:
        id: The source's own key, kept as it is.
        wire_id: A key that stays the same over the versions of a story (a GUID, a URN); our key is made from it.
        status: "draft" or the like, where the source says that it has not published the item; else "".
        published, updated: Any value that `parse_instant` reads.
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
    status: str = ""


def convert_drafts(item: str, draft: Draft, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article that a draft makes and the warnings about it, or the refusal."""
    content = json.dumps(astuple(draft), default=repr).encode() if options.memory else b""
    yield from recall_or_read(item, content, options, lambda inner: _read(item, draft, inner))


def _read(item: str, draft: Draft, options: ReadOptions) -> Iterator[Article | Refusal]:
    try:
        article = build_article(draft, options)
    except InputError as error:
        yield Refusal(item, str(error))
        return
    if options.memory and not (_is_in_future(draft.published) or _is_in_future(draft.updated)):
        options.memory.note(b"", [ArticleDigest(article.id, content_digest(article))])
    yield article
    for warning in _collect_warnings(draft, article, options.limits):
        _log.warning("%s: %s", item, warning)
        yield Refusal(item, warning, kept=True)


def _is_in_future(value: object) -> bool:
    """Return whether a date is refused only because it lies in the future."""
    return (
        bool(value)
        and date_parsing.parse_instant(value) is None
        and date_parsing.parse_instant(value, now=date_parsing.ANY_TIME) is not None
    )


def build_article(draft: Draft, options: ReadOptions) -> Article:
    """Return the clean article.

    Raises:
        InputError: If it was never published, or no headline or no text is left.
    """
    limits, named = options.limits, options.hints.describe_name
    if draft.status.strip().lower() in _UNPUBLISHED:
        raise InputError(
            f"It was not published (its status is {draft.status.strip().lower()!r}): there is nothing to do."
        )
    title = cleaning.clean_line(draft.title, cleaning.TITLE_LENGTH)
    body = cleaning.cut_text(
        _drop_headline(cleaning.clean_body(draft.body[: limits.page_bytes]), title), limits.article_bytes
    )
    if not title:
        raise InputError(f"It has no headline: give one, or name the field that holds it {named('title', 'FIELD')}.")
    if not body:
        raise InputError(f"It has no text: give some, or name the field that holds it {named('body', 'FIELD')}.")
    url = parse_url(draft.url)
    published, updated = date_parsing.parse_instant(draft.published), date_parsing.parse_instant(draft.updated)
    tongue = language_detection.choose_language(draft.language, f"{title}\n{body[:4000]}")
    source = clean_outlet(cleaning.clean_line(draft.source))
    return Article(
        id=_identity(draft, url, title, body),
        title=title,
        body=body,
        source=source,
        url=url,
        author=clean_byline(_drop_by(cleaning.clean_line(draft.author), tongue), source),
        published_at=published,
        # Nothing is changed before it is published: the clock of one of the two dates was wrong.
        updated_at=updated if not (updated and published and updated < published) else None,
        language=tongue,
        category=cleaning.clean_line(draft.category, cleaning.SECTION_LENGTH),
        notice=correction_notices.find_correction(body.split("\n\n")),
    )


def _drop_headline(body: str, title: str) -> str:
    """Drop a first paragraph that only repeats the headline."""
    first, _, rest = body.partition("\n\n")
    return rest if rest and reduce_name(first) == reduce_name(title) else body


def _drop_by(author: str, tongue: str) -> str:
    first, _, rest = author.partition(" ")
    return rest if rest and first.lower() in ("by", _BY.get(tongue)) else author


def _identity(draft: Draft, url: str, title: str, body: str) -> str:
    if draft.id.strip():
        return _clean_id(draft.id)
    if parse_url(draft.wire_id):
        return url_key("u", canonicalise(draft.wire_id.strip()))
    if draft.wire_id.strip():
        return url_key("u", draft.wire_id.strip())
    return url_key("u", canonicalise(url)) if url else url_key("c", title, body)


def _clean_id(given: str) -> str:
    """Return an ordinary key as it is; of another one, a clean beginning and a hash, so that two never become one."""
    cleaned = re.sub(r"[\s<>\"'`]+", "_", strip_invisible(given[: 4 * _ID_LENGTH]).strip())
    if cleaned == given and len(cleaned) <= _ID_LENGTH:
        return cleaned
    return f"{cleaned[: _ID_LENGTH - 18]}{url_key('-', given).removeprefix('-')}".lstrip("-")


def _collect_warnings(draft: Draft, article: Article, limits: Limits) -> Iterator[str]:
    longest = limits.article_bytes - 3000
    if len(draft.body) > limits.page_bytes or (len(draft.body) > longest and len(article.body.encode()) > longest):
        yield f"Its text is longer than {limits.article_bytes:,} bytes: the rest was cut."
    if words := has_mixed_scripts(f"{article.source} {article.author}"):
        yield f"Outlet or author mixes alphabets in one word ({words[0]}): look whether it is who it claims to be."
