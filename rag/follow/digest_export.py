"""Write a digest: Markdown and HTML to be read, Atom to be subscribed to, JSON for programs."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.article import Article
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.text.days import format_day
from corpus.text.urls import parse_url
from rag.answer.answer_export import escape_markdown
from rag.follow.digest import Digest, DigestEntry, TopicNews

if TYPE_CHECKING:
    from jinja2 import Environment

FORMS = ("md", "html", "atom", "json")
"""What a digest can be written as; a file is named so too."""

_TEMPLATES = Path(__file__).with_name("templates")


def read_form(file: Path) -> str:
    """Return the form that the ending of a name tells.

    Raises:
        InputError: It is none of `FORMS`.
    """
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise InputError(
            f"{file}: written are Markdown, HTML, Atom and JSON; end the name in .md, .html, .atom or .json"
        )
    return form


def render_digest(digest: Digest, form: str) -> str:
    """Return a digest in one of `FORMS`."""
    if form == "atom":
        from rag.follow.atom_feed import render_atom

        return render_atom(digest)
    return {"md": render_markdown, "html": render_html, "json": render_json}[form](digest)


def write_title(digest: Digest) -> str:
    """Return the title of a digest: how many articles there are on how many topics."""
    count = sum(len(one.entries) + len(one.repeats) for one in digest.news)
    if not count:
        return "No news on the topics that you follow"
    articles = "1 new article" if count == 1 else f"{count} new articles"
    return f"{articles} on {digest.news[0].topic.text if len(digest.news) == 1 else f'{len(digest.news)} topics'}"


def write_summary(digest: Digest) -> str:
    """Return what a digest covers, in a sentence or two."""
    since = f"Found since {format_day(digest.since)}." if digest.since else "Found since the last digest."
    some = "1 article of the archive is" if digest.pending == 1 else f"{digest.pending:,} articles of the archive are"
    waiting = f" {some} not indexed yet, and not looked at." if digest.pending else ""
    return f"{since} Made on {format_day(digest.made_at)}.{waiting}"


def describe_origin(entry: DigestEntry) -> str:
    """Return outlet and date of an article, who else carries it, and whether it only mentions the topic."""
    article = entry.article
    outlets = [o for o in dict.fromkeys(copy.source for copy in entry.copies) if o and o != article.source]
    also = f"; also in {', '.join(outlets)}" if outlets else ""
    mentioned = "" if entry.finding.main else "; mentions the topic"
    return f"{article.source or 'Unknown outlet'}, {format_day(article.published_at)}{also}{mentioned}"


def describe_repeats(articles: Sequence[Article]) -> str:
    """Return headlines and outlets of articles in one line."""
    return "; ".join(f"{article.title} ({article.source or 'unknown outlet'})" for article in articles)


def render_html(digest: Digest) -> str:
    """Return a digest as one HTML page without scripts or anything that is fetched; all text is escaped."""
    template = _environment().get_template("digest.html")
    title = write_title(digest)
    return template.render(digest=digest, title=title, summary=write_summary(digest), nothing=_tell_nothing(digest))


def render_entry(entry: DigestEntry) -> str:
    """Return what is told of an article as HTML without its headline; all text is escaped."""
    return _environment().get_template("digest_entry.html").render(entry=entry)


def render_markdown(digest: Digest) -> str:
    """Return a digest as Markdown; what the articles say is escaped and shows as text."""
    blocks = [f"# {escape_markdown(write_title(digest))}", escape_markdown(write_summary(digest))]
    for one in digest.news:
        blocks += _write_topic(one)
    if not digest.news:
        blocks.append(escape_markdown(_tell_nothing(digest)))
    elif digest.quiet:
        blocks.append(f"Nothing new: {'; '.join(escape_markdown(topic.text) for topic in digest.quiet)}")
    return "\n\n".join(blocks) + "\n"


def render_json(digest: Digest) -> str:
    """Return a digest as JSON; offsets count characters of the article's body."""
    return json.dumps(to_record(digest), ensure_ascii=False, indent=2) + "\n"


def to_record(digest: Digest) -> dict[str, Any]:
    """Return a digest as plain JSON values."""
    return {
        "since": digest.since.isoformat() if digest.since else None,
        "made_at": digest.made_at.isoformat(),
        "pending": digest.pending,
        "topics": [
            {
                "id": one.topic.id,
                "topic": one.topic.text,
                "articles": [_entry_record(entry) for entry in one.entries],
                "repeats": [article.id for article in one.repeats],
            }
            for one in digest.news
        ],
        "quiet": [topic.text for topic in digest.quiet],
    }


def _entry_record(entry: DigestEntry) -> dict[str, Any]:
    article, spans = entry.article, sorted(entry.finding.spans)
    return {
        "article_id": article.id,
        "version": article.version,
        "kind": entry.finding.kind,
        "about": entry.finding.main,
        "title": article.title,
        "outlet": article.source,
        "url": article.url,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "notes": list(entry.notes),
        "quotes": [{"start": a, "end": b, "quote": article.body[a:b]} for a, b, _ in spans],
        "changes": [{"side": piece.side, "text": piece.text} for piece in entry.changes],
        "copies": [copy.id for copy in entry.copies],
    }


def _tell_nothing(digest: Digest) -> str:
    if not digest.quiet:
        return f"No topic is followed; add one with: {name_command('rag follow add TOPIC')}"
    return f"Nothing new on {'; '.join(topic.text for topic in digest.quiet)}."


def _write_topic(one: TopicNews) -> list[str]:
    blocks = [f"## {escape_markdown(one.topic.text)}"]
    for entry in one.entries:
        article = entry.article
        address = f", {escape_markdown(article.url)}" if parse_url(article.url) else ""
        blocks.append(f"### {escape_markdown(article.title)}")
        blocks.append(f"{escape_markdown(describe_origin(entry))}{address} ({escape_markdown(article.id)})")
        blocks += [f"**{escape_markdown(note)}**" for note in entry.notes]
        if entry.changes:
            marks = {"removed": "~~{}~~", "added": "**{}**", "same": "{}"}
            blocks.append(
                " ".join(marks[p.side].format(escape_markdown(p.text)) for p in entry.changes if p.text.strip())
            )
        else:
            blocks += [f"> {escape_markdown(quote)}" for quote in entry.quotes]
    if one.repeats:
        blocks.append(f"Told before, and now also carried: {escape_markdown(describe_repeats(one.repeats))}")
    return blocks


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    made.globals.update(describe_origin=describe_origin, describe_repeats=describe_repeats, address_of=parse_url)
    return made
