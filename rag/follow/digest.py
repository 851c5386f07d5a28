"""What is new on the topics that a user follows: new articles, other figures, corrections, first reports."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpus.archive.database import Archive
from corpus.archive.revisions import read_revision
from corpus.article import Article
from corpus.errors import InputError
from corpus.text.characters import one_line
from corpus.text.days import format_day, parse_time
from corpus.text.word_diff import DiffPiece
from rag.follow.new_figures import Told, find_new_figures
from rag.follow.topic_book import Topic, TopicBook, TopicFinding
from rag.text.dates.question_period import find_periods

_COMPARED = 40
"""Articles told before whose figures a new one is compared with, the last first."""


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """Hold an article that is told, with the sentences that bear on the topic.

    Attributes:
        finding: Why it is told.
        article: The version that was found.
        copies: Other articles with the same report, which were found with it.
        notes: What is remarkable about it: a first report, another figure, a correction.
        changes: Of a new version, what changed in its words.
    """

    finding: TopicFinding
    article: Article
    copies: tuple[Article, ...] = ()
    notes: tuple[str, ...] = ()
    changes: tuple[DiffPiece, ...] = ()

    @property
    def quotes(self) -> list[str]:
        """Return the sentences that bear on the topic, in the order of the text."""
        return [self.article.body[start:end] for start, end, _ in sorted(self.finding.spans)]


@dataclass(frozen=True, slots=True)
class TopicNews:
    """Hold what is told of one topic.

    Attributes:
        topic: The topic.
        entries: The newest first; those that only mention the topic come last.
        repeats: Articles that carry a report which was told before.
    """

    topic: Topic
    entries: tuple[DigestEntry, ...]
    repeats: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """Hold what is told to one user.

    Attributes:
        since: What was found from then on, or None for all that no digest has told.
        made_at: When it was made.
        news: The topics that have news, in the order in which they were made.
        quiet: The other topics.
        pending: How many articles of the archive are not indexed yet, so that nobody has looked at them.
        up_to: The number of the last finding that was there.
    """

    since: datetime | None
    made_at: datetime
    news: tuple[TopicNews, ...] = ()
    quiet: tuple[Topic, ...] = ()
    pending: int = 0
    up_to: int = 0


def read_since(text: str, now: datetime) -> datetime:
    """Return the instant that a text names, in words ("yesterday", "Monday", "3 days ago") or as 2017-09-01.

    Args:
        text: What a user writes.
        now: What it is counted from, on the clock of its zone.

    Raises:
        InputError: It names no time, or one that is still to come.
    """
    words = one_line(text)
    try:
        found = parse_time(words)
    except InputError:
        # Words are read on the user's clock as if it were UTC; what they name is moved back to its zone.
        local = now.replace(tzinfo=UTC)
        times = [p for before in ("since", "on") for p in find_periods(f"{before} {words}", local)]
        begun = [(p.since, p.relative) for p in times if p.since]
        if not begun:
            raise InputError(f"{words[:60]!r} names no day; write yesterday, Monday or 2017-09-01") from None
        found = begun[0][0].replace(tzinfo=now.tzinfo) if begun[0][1] else begun[0][0]
    if found > now:
        raise InputError(f"{words[:60]!r} is still to come; write a day that has begun")
    return found


def make_digest(
    book: TopicBook, archive: Archive, user: str, since: datetime | None = None, pending: int = 0
) -> Digest:
    """Return what was found for a user's topics, since an instant or else since the last digest.

    Args:
        book: Where topics and findings are kept.
        archive: Where the articles are.
        user: Whose topics.
        since: From when on; None for what no digest has told.
        pending: How many articles are not indexed yet.
    """
    told, _ = book.last_told(user)
    news: list[TopicNews] = []
    quiet: list[TopicNews] = []
    up_to = told
    for topic in book.topics(user):
        found = book.findings(topic.id)
        up_to = max(up_to, *(one.key for one in found), 0)
        fresh = [one for one in found if one.kind != "known" and _is_fresh(one, since, told)]
        told_now = {one.key for one in fresh}
        told_before = [one for one in found if one.key not in told_now]
        one = tell_news(archive, topic, fresh, told_before)
        (news if one.entries or one.repeats else quiet).append(one)
    return Digest(since, datetime.now(UTC), tuple(news), tuple(one.topic for one in quiet), pending, up_to)


def tell_news(
    archive: Archive, topic: Topic, fresh: Sequence[TopicFinding], before: Sequence[TopicFinding]
) -> TopicNews:
    """Return what is to be told of a topic.

    Args:
        archive: Where the articles are; what it does not hold any more is left out.
        topic: The topic.
        fresh: What is told.
        before: What was found before, the last first.
    """
    newest: dict[str, TopicFinding] = {}
    for one in sorted(fresh, key=lambda one: one.version):
        newest[one.article] = one
    articles = {i: article for i, one in newest.items() if (article := archive.get(i, one.version) or archive.get(i))}
    stories = archive.stories([*articles, *(one.article for one in before)])
    known = {stories[one.article] for one in before if one.article in stories} - {
        stories.get(i) for i, one in newest.items() if one.kind == "changed"
    }
    groups: dict[object, list[Article]] = {}
    for article in sorted(articles.values(), key=_order_by_date):
        groups.setdefault(stories.get(article.id, article.id), []).append(article)
    told = _read_told(archive, before)
    entries = []
    for story, group in groups.items():
        if story not in known:
            entries.append(_make_entry(archive, newest[group[0].id], group, told))
            told = [(group[0], newest[group[0].id]), *told][:_COMPARED]
    if entries and not before:
        first = min(entries, key=lambda entry: _order_by_date(entry.article))
        at = entries.index(first)
        note = "The first report on this topic in the archive."
        entries[at] = replace(first, notes=(note, *first.notes))
    # Two sorts, since sorting is stable: the newest first among those that are about the topic, then among the rest.
    entries.sort(key=lambda entry: _order_by_date(entry.article), reverse=True)
    entries.sort(key=lambda entry: not entry.finding.main)
    repeats = [article for story, group in groups.items() if story in known for article in group]
    return TopicNews(topic, tuple(entries), tuple(repeats))


def _is_fresh(one: TopicFinding, since: datetime | None, told: int) -> bool:
    return one.key > told if since is None else bool(one.found_at and one.found_at >= since)


def _order_by_date(article: Article) -> tuple[bool, float, str]:
    """Return what articles are ordered by, the oldest first; undated ones come last, as if they were new."""
    date = article.published_at
    return date is None, date.timestamp() if date else 0.0, article.id


def _make_entry(archive: Archive, one: TopicFinding, group: Sequence[Article], told: Sequence[Told]) -> DigestEntry:
    lead, *copies = group
    outlets = list(dict.fromkeys(article.source for article in group if article.source))
    dated = [article.published_at for article in group if article.published_at]
    notes = []
    if one.kind == "new" and len(outlets) > 1 and len(dated) == len(group) and dated[0] < dated[1]:
        notes.append(f"First reported by {lead.source}, on {format_day(lead.published_at)}.")
    changes: list[DiffPiece] = []
    if one.kind == "changed":
        changes, note = _describe_change(archive, lead)
        notes.append(note)
    else:
        notes += find_new_figures(lead, one, told)
    return DigestEntry(one, lead, tuple(copies), tuple(notes), tuple(changes))


def _describe_change(archive: Archive, article: Article) -> tuple[list[DiffPiece], str]:
    """Return what changed since the version before, and the correction notice in a line."""
    revision = read_revision(archive, article.id, article.version)
    notice = revision.new_notice if revision else ""
    changes = revision.list_changes() if revision else []
    return changes, f"Corrected: {notice}" if notice else "The outlet changed the text."


def _read_told(archive: Archive, findings: Sequence[TopicFinding]) -> list[Told]:
    pairs = [(archive.get(one.article, one.version), one) for one in findings[:_COMPARED]]
    return [(article, one) for article, one in pairs if article]
