"""Follow topics: look at what arrived in the archive since the last time, and keep what bears on each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from corpus.archive.database import Archive
from corpus.archive.lineage import shares_log
from corpus.archive.revisions import find_earlier, read_revision
from corpus.errors import InputError
from rag.follow.digest import Digest, make_digest, read_since
from rag.follow.topic_book import Topic, TopicBook, TopicFinding
from rag.follow.topic_match import TopicMatcher
from rag.model import Filters
from rag.question.question_text import read_question
from rag.retrieval.evidence_search import EvidenceSearch


class TopicWatch:
    """Look for news on the topics of a book, in one archive; several processes may do so at the same time."""

    def __init__(self, book: TopicBook, evidence: EvidenceSearch) -> None:
        """Look in the archive that `evidence` searches."""
        self.book = book
        self._matcher = TopicMatcher(evidence)
        self._indexes = evidence.retriever.indexes
        self._store = self._indexes.store

    @property
    def _archive(self) -> Archive:
        return self._store.archive

    def follow(self, user: str, text: str, filters: Filters | None = None) -> Topic:
        """Follow a topic from now on; what the archive has on it already is kept as seen.

        Raises:
            NewsdeskError: It is empty or too long, or the user follows too many.
        """
        if filters and filters.collections:
            filters = replace(filters, owner=user)
        change = self._store.last_change()
        topic = self.book.add(user, read_question(text), filters, self._archive.identity, change)
        # Whoever follows the topic already has findings of it.
        if not self.book.findings(topic.id):
            self.book.record(topic, self._matcher.find_known(topic), topic.archive, topic.checked_to)
        return topic

    def describe(self, topic: Topic) -> dict[str, object]:
        """Return a topic as plain JSON values, with how many articles on it the archive has."""
        return topic.to_record() | {"known": len(self.book.findings(topic.id))}

    def unfollow(self, user: str, topic: int) -> None:
        """Follow a topic no longer.

        Raises:
            InputError: The user has none of this number.
        """
        # A number of any length is compared here; SQLite takes none of more than 64 bits.
        known = {one.id for one in self.book.topics(user)}
        if topic not in known or not self.book.remove(user, topic):
            raise InputError(f"there is no topic {topic}; the list of topics gives the number of each")

    def list_records(self, user: str) -> list[dict[str, object]]:
        """Look for news, and return a user's topics as plain JSON values, with how many articles on each were not seen."""
        self.check()
        unseen = self.book.count_unseen(user)
        return [topic.to_record() | {"unseen": unseen.get(topic.id, 0)} for topic in self.book.topics(user)]

    def make_digest(self, user: str, since: datetime | None = None) -> Digest:
        """Look for news, and return what was found for a user's topics since an instant, or else since the last digest."""
        self.check()
        done, total = self._indexes.progress()
        return make_digest(self.book, self._archive, user, since, total - done)

    def tell_digest(self, user: str, since: str = "") -> Digest:
        """Return a digest since a day in words or numbers; without one it counts as told from now on.

        Raises:
            InputError: `since` names no day that has begun.
        """
        if since.strip():
            return self.make_digest(user, read_since(since, datetime.now().astimezone()))
        with self.tell_news(user) as made:
            return made

    @contextmanager
    def tell_news(self, user: str) -> Iterator[Digest]:
        """Yield what no digest has told; it counts as told once the block has ended without an error."""
        with self.book.tell(user):
            made = self.make_digest(user)
            yield made
            self.book.mark_told(user, made.up_to)

    def check(self) -> int:
        """Look at what changed in the archive since the last time, for every topic; return how many findings are new.

        An article that is not embedded yet is looked at once it is.
        """
        last, identity = self._store.last_change(), self._archive.identity
        waiting = [t for t in self.book.topics() if (t.archive, t.checked_to) != (identity, last)]
        changed: dict[int, tuple[int, list[str]]] = {}  # Topics that were checked together have the same changes.
        count = 0
        for topic in waiting:
            # Another archive, or this one restored from a backup: what it holds is no news.
            if not shares_log(self._archive.connection, topic.archive, topic.checked_to):
                self.book.record(topic, (), identity, last)
                continue
            after = topic.checked_to
            if after not in changed:
                changed[after] = self._store.changes(after)
            upto, ids = changed[after]
            found = self._look_at(topic, ids)
            self.book.record(topic, found, identity, upto)
            count += sum(one.kind != "known" for one in found)
        return count

    def _look_at(self, topic: Topic, ids: Sequence[str]) -> list[TopicFinding]:
        """Return what the changed articles mean for a topic."""
        told: dict[str, int] = {}
        for one in self.book.findings(topic.id, ids):
            told[one.article] = max(one.version, told.get(one.article, 0))
        news = list(self._matcher.find(topic, [i for i in ids if i not in told]))
        # After a rebuild every article is in the log of changes again.
        old = find_earlier(self._archive, [one.article for one in news], topic.made_at)
        news = [replace(one, kind="known") if one.article in old else one for one in news]
        return news + self._find_changed(topic, told)

    def _find_changed(self, topic: Topic, told: dict[str, int]) -> list[TopicFinding]:
        """Return the newer versions of articles that were told, those that differ in words and are indexed."""
        found = []
        for name, version in told.items():
            article = self._archive.get(name)
            if article is None or article.version <= version or not self._store.read_embedded([name]):
                continue
            revision = read_revision(self._archive, name, article.version, version)
            if revision is None or revision.in_words:
                nothing = TopicFinding(name, article.version, "changed", main=True, spans=())
                found.append(next(self._matcher.find(topic, [name], "changed"), nothing))
        return found
