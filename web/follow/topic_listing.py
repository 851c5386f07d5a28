"""What the tab of topics shows: the topics with their counts, and the articles of the one that is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus import Article
from corpus.archive.database import Archive
from rag.follow.digest import DigestEntry, TopicNews, tell_news
from rag.follow.digest_export import describe_origin
from rag.follow.topic_book import Topic, TopicBook, TopicFinding
from web.filters.filter_bar import describe_filters
from web.markup.templating import render

_KNOWN = 50
"""Articles from before the topic was followed that are listed."""


@dataclass(frozen=True, slots=True)
class ShownTopic:
    """Hold a topic as the tab lists it: with what narrows it in words, and how many articles were not seen."""

    topic: Topic
    narrowed: str
    unseen: int


def render_topics(book: TopicBook, user: str, opened: int, pending: int) -> str:
    """Render the topics of a user, the open one marked, and the address of the feed.

    Args:
        book: Where topics are kept.
        user: Whose topics.
        opened: The number of the open topic, or 0.
        pending: How many articles are not indexed yet, so that nobody has looked at them.
    """
    unseen = book.count_unseen(user)
    topics = [
        ShownTopic(topic, describe_filters(topic.filters) if topic.filters else "", unseen.get(topic.id, 0))
        for topic in book.topics(user)
    ]
    return render(
        "follow_topics",
        topics=topics,
        opened=opened,
        pending=pending,
        feed=book.feed_address(user) if topics else "",
    )


def render_topic_articles(archive: Archive, topic: Topic, found: Sequence[TopicFinding]) -> str:
    """Render what was found for a topic, the newest first, with the sentences that bear on it."""
    known = [one for one in found if one.kind == "known"]
    news = tell_news(archive, topic, [one for one in found if one.kind != "known"], known)
    before = [article for one in known[:_KNOWN] if (article := archive.get(one.article, one.version))]
    unseen = {one.article for one in found if not one.seen}
    entries = [_show_entry(entry, unseen) for entry in news.entries]
    return render("follow_articles", topic=topic, entries=entries, repeats=_list_repeats(news), before=before)


def render_count(unseen: Mapping[int, int]) -> str:
    """Render how many new articles there are on the topics, as a button that leads there; nothing where there are none."""
    return render("follow_count", count=sum(unseen.values()))


def _show_entry(entry: DigestEntry, unseen: set[str]) -> dict[str, object]:
    spans = sorted(entry.finding.spans)
    marks = ",".join(f"{start}-{end}" for start, end, _ in spans)
    passage = spans[0][:2] if spans else None
    fresh = entry.article.id in unseen
    return {"entry": entry, "origin": describe_origin(entry), "passage": passage, "marks": marks, "fresh": fresh}


def _list_repeats(news: TopicNews) -> list[Article]:
    return list(news.repeats)
