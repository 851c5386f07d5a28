"""Write the answer to a question about coverage: the figure first, then the stories by date or by outlet, each cited."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from corpus.article import Article
from corpus.text.days import format_day
from rag.answer.verbatim_answer import format_headline, strip_emphasis
from rag.model import Citation, Filters
from rag.question.coverage_question import CoverageQuestion
from rag.question.filter_values import phrase_names
from rag.retrieval.topic_coverage import LOOKED_AT, CoveredStories, Story, TopicCoverage

MOST: dict[str, int] = {"timeline": 30, "count": 8, "first": 1, "outlets": 20, "latest": 5, "articles": 30, "news": 12}
"""How many stories (for "outlets": outlets) a text lists; all are counted."""


def select_listed(
    asked: CoverageQuestion, found: CoveredStories, entries: Sequence[Citation], coverage: TopicCoverage
) -> list[Citation]:
    """Return what the text lists, in its order: the stories that tell most where there are too many.

    Args:
        asked: What is asked.
        found: What the archive has.
        entries: One for each story, in order of time.
        coverage: Where the first article of each outlet is looked up.
    """
    most = MOST[asked.form]
    if asked.form == "news":
        return _number(entries if asked.filters.timed else entries[::-1])
    if asked.form == "outlets":
        return coverage.cite_stories(found, [Story((articles[0],)) for _, articles in _list_by_outlet(found)[:most]])
    if asked.form == "latest":
        dated = [entry for entry in entries if entry.passage.article.published_at]
        return _number((dated[::-1] or entries)[:most])
    ranked = sorted(entries, key=lambda entry: (-_list_headlines(entry, found), -entry.passage.score, entry.n))
    return _number(entries[:most] if asked.form == "first" else sorted(ranked[:most], key=lambda entry: entry.n))


def _number(entries: Sequence[Citation]) -> list[Citation]:
    return [replace(entry, n=n, passage=replace(entry.passage, rank=n)) for n, entry in enumerate(entries, 1)]


def write_text(asked: CoverageQuestion, found: CoveredStories, citations: Sequence[Citation]) -> str:
    """Write the answer; a mark `[n]` gives the place of its passage among those of `citations`, counted from 1."""
    outlets = dict(_list_by_outlet(found))
    blocks = [f"**{_write_head(asked, found)}**"]
    for place, citation in enumerate(citations, 1):
        article = citation.passage.article
        if asked.form == "outlets":
            count = found.outlets.get(article.source) or len(outlets[article.source])
            phrase = f"{_outlet(article.source)}: {_pluralise(count, 'article')}, the first on {_day(article)}"
        else:
            phrase = ", ".join(
                map(_outlet, dict.fromkeys([article.source, *(c.source for c in citation.passage.copies)]))
            )
            phrase = f"{_day(article)}: {phrase}{format_headline(article)}"
        told, head = f"{strip_emphasis(citation.quote)} [{place}]", f"**{phrase}**\n"
        if blocks[-1].startswith(head):  # Several sentences of one article stand under one headline.
            blocks[-1] += f" {told}"
        else:
            blocks.append(head + told)
    return "\n\n".join(blocks)


def collect_notes(
    asked: CoverageQuestion, found: CoveredStories, citations: Sequence[Citation], waiting: int
) -> list[str]:
    """Return what a reader must know of a count: its rule, what is undated, what is not listed, what is not indexed."""
    if asked.topic and not found.rule:
        return [
            "These are the articles that come nearest to the topic; a timeline of it counts every one that mentions it."
        ]
    if asked.form == "news":
        notes = _note_unlisted(asked, found)
    elif asked.topic:
        notes = _count_sentence(asked, found, citations)
    else:
        notes = _note_rest(asked, found, len(citations))
    if waiting:
        notes.append(f"Not indexed yet, and so not counted: {_pluralise(waiting, 'article')}.")
    return notes


def _count_sentence(asked: CoverageQuestion, found: CoveredStories, citations: Sequence[Citation]) -> list[str]:
    """Return the rule of a count, what is undated, and what is not listed."""
    articles, stories = len(found.articles), len(found.stories)
    undated = sum(article.published_at is None for article in found.articles)
    notes = [f"Counted over the whole archive: every article whose {found.rule}, in any form of the words."]
    if stories < articles:
        notes.append(f"{articles} articles carry {_pluralise(stories, 'story')}: copies of one story count once there.")
    if undated:
        verb = "is undated: it counts, but stands" if undated == 1 else "are undated: they count, but stand"
        notes.append(f"{_pluralise(undated, 'article')} {verb} in no order of time.")
    shown = len(_list_by_outlet(found)) if asked.form == "outlets" else stories
    if asked.form in {"timeline", "outlets", "count", "articles"} and len(citations) < shown:
        kept = "with the most articles" if asked.form == "outlets" else "that tell most of it"
        notes.append(f"{len(citations)} of {shown} are listed, those {kept}.")
    return notes


def write_nothing_found(asked: CoverageQuestion, found: CoveredStories) -> str:
    """Return what to say where no article is on the topic, or of the time."""
    if not asked.topic:
        return f"No article is {_list_by_date(asked.filters)}."
    return f"No article’s {found.rule}{phrase_filters(asked.filters)}."


def _note_unlisted(asked: CoverageQuestion, found: CoveredStories) -> list[str]:
    """Return what a reader must know of the news of a time: which of its stories are listed."""
    (articles, stories), shown = found.counted, len(found.stories)
    if not asked.filters.timed or shown >= stories:
        return []
    looked = f" Looked at were the newest {LOOKED_AT:,} articles." if articles > LOOKED_AT else ""
    return [
        f"{shown} of {_pluralise(stories, 'story')} are listed: those that most articles carry, and others spread over the "
        f"time.{looked}"
    ]


def _note_rest(asked: CoverageQuestion, found: CoveredStories, listed: int) -> list[str]:
    """Return a note where an answer about the archive as such lists some of it only."""
    whole = len(found.outlets) if asked.form == "outlets" else found.counted[0]
    if asked.form == "first" or listed >= whole:
        return []
    return [
        f"{listed} of {whole:,} are listed, {'those with the most articles' if asked.form == 'outlets' else 'the newest'}."
    ]


def _list_by_date(filters: Filters) -> str:
    """Return the time and the outlets of filters: "dated 12 March 2018 to 18 March 2018, in Coast Wire"."""
    first = format_day(filters.since) if filters.since else ""
    # `until` is the first instant that is not meant.
    last = format_day(filters.until - timedelta(seconds=1)) if filters.until else ""
    if first and last:
        phrase = f"dated {first}" if first == last else f"dated {first} to {last}"
    else:
        phrase = f"dated {first} or later" if first else f"dated {last} or before" if last else ""
    outlets = ", ".join(map(_outlet, filters.outlets))
    named = [phrase, f"in {outlets}" if outlets else "", strip_emphasis(phrase_names(filters))]
    return ", ".join(filter(None, named)) or "dated"


def phrase_filters(filters: Filters) -> str:
    """Return what filters say, to be put after a topic: " in Coast Wire, since 2017", or ""."""
    phrase = [", ".join(map(_outlet, filters.outlets))] if filters.outlets else []
    phrase += [strip_emphasis(phrase_names(filters))] if filters.listed else []
    if filters.since:
        phrase.append(f"from {format_day(filters.since)}")
    if filters.until:
        phrase.append(f"before {format_day(filters.until)}")
    return f" ({', '.join(phrase)})" if phrase else ""


def _write_head(asked: CoverageQuestion, found: CoveredStories) -> str:
    articles, stories = found.articles, found.stories
    if asked.form == "news":
        total = _pluralise(found.counted[0], "article")
        return (
            f"{total} {_list_by_date(asked.filters)}"
            if asked.filters.timed
            else f"The newest of {total}{phrase_filters(asked.filters)}"
        )
    if not asked.topic:
        return _write_archive_head(asked, found)
    about = f"“{strip_emphasis(found.topic)}”{phrase_filters(asked.filters)}"
    outlets = sum(bool(name) for name, _ in _list_by_outlet(found))
    first = articles[0]
    if asked.form == "first":
        if first.published_at is None:
            return f"{_pluralise(len(articles), 'article')} on {about}, all undated: which was first cannot be told"
        return f"First reported in this archive on {_day(first)}, by {_outlet(first.source)}"
    if asked.form == "outlets":
        return f"{_pluralise(outlets, 'outlet')} covered {about}, in {_pluralise(len(articles), 'article')}"
    if asked.form == "latest":
        newest = max((a for a in articles if a.published_at), key=_instant, default=first)
        return f"The newest of {_pluralise(len(articles), 'article')} on {about}: {_day(newest)}"
    if not found.rule:
        return f"{_pluralise(len(articles), 'article')} on {about}{_span(articles)}"
    mention = "mentions" if len(articles) == 1 else "mention"
    if asked.form == "timeline":
        return f"{_pluralise(len(stories), 'story')} on {about}{_span(articles)}"
    stories_line = f"{_pluralise(len(stories), 'story')} in {_pluralise(outlets, 'outlet')}{_span(articles)}"
    return f"{_pluralise(len(articles), 'article')} {mention} {about}: {stories_line}"


def _write_archive_head(asked: CoverageQuestion, found: CoveredStories) -> str:
    within = f" {_list_by_date(asked.filters)}" if asked.filters else ""
    total = f"{_pluralise(found.counted[0], 'article')}{within}"
    if asked.form == "outlets":
        return f"{_pluralise(len(found.outlets), 'outlet')}, with {total}"
    if asked.form == "first":
        return f"The oldest of {total}: {_day(found.articles[0])}, by {_outlet(found.articles[0].source)}"
    return total


def _list_by_outlet(found: CoveredStories) -> list[tuple[str, list[Article]]]:
    """Return the outlets with their articles, the outlet with the most first."""
    groups: dict[str, list[Article]] = {}
    for article in found.articles:
        groups.setdefault(article.source, []).append(article)
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))


def _list_headlines(citation: Citation, found: CoveredStories) -> int:
    title = citation.passage.article.title
    return sum(part.text.casefold() in title.casefold() for part in found.parts)


def _span(articles: Sequence[Article]) -> str:
    dated = [article for article in articles if article.published_at]
    if not dated:
        return ""
    first, last = _day(dated[0]), _day(dated[-1])
    return f", {first}" if first == last else f", {first} to {last}"


def _day(article: Article) -> str:
    return format_day(article.published_at)


def _outlet(name: str) -> str:
    return strip_emphasis(name) or "Unknown outlet"


def _pluralise(count: int, thing: str) -> str:
    plural = "stories" if thing == "story" else f"{thing}s"
    return f"{count:,} {thing if count == 1 else plural}"


def _instant(article: Article) -> float:
    return article.published_at.timestamp() if article.published_at else 0.0
