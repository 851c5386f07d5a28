"""The topics that are followed and the articles found for them: a SQLite file or tables of a database, separate by user.

They are no part of the archive, which may be rebuilt or replaced: then only what arrives from that moment on is new.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import TypeAdapter

from corpus.archive.engine import Place, Row, open_engine
from corpus.archive.engine.page_tables import TOPICS
from corpus.archive.engine.shared_connection import SharedConnection
from corpus.errors import ArchiveError, InputError
from corpus.text.characters import one_line
from rag.model import Filters

FILE = "topics.sqlite3"
MOST_TOPICS = 50
"""Topics of one user: each is scored against every article that arrives."""

Kind = Literal["known", "new", "changed"]
"""What a finding is: there before the topic was followed, a new article, or a new version of an article found before."""

Span = tuple[int, int, float]
"""Offsets of a sentence in the body, and which share of the topic's words it holds in its context (0 to 1)."""

_FILTERS: TypeAdapter[Filters | None] = TypeAdapter(Filters | None)
_WAIT_S, _PATIENCE_S = 10.0, 60.0


@dataclass(frozen=True, slots=True)
class Topic:
    """Hold a topic that somebody follows.

    Attributes:
        id: Its number.
        user: Who follows it; "" where nobody signs in, and on the command line.
        text: A question or some words.
        filters: What every article must meet, or None.
        made_at: Since when, in UTC.
        archive: The identity of the archive that `checked_to` counts in.
        checked_to: The last change of the archive that was looked at.
    """

    id: int
    user: str
    text: str
    filters: Filters | None
    made_at: datetime
    archive: str
    checked_to: int

    def to_record(self) -> dict[str, object]:
        """Return plain JSON values."""
        filters = self.filters.to_record() if self.filters else None
        return {"id": self.id, "topic": self.text, "filters": filters, "made_at": self.made_at.isoformat()}


@dataclass(frozen=True, slots=True)
class TopicFinding:
    """Hold an article that bears on a topic.

    Attributes:
        article: Its id.
        version: Which of its versions.
        kind: See `Kind`.
        main: The article is about the topic; else it mentions it.
        spans: The sentences that bear on it, the most telling first.
        key: Its number, in the order of finding; 0 before it is kept.
        topic: The number of the topic; 0 before it is kept.
        found_at: When it was found, in UTC; None before it is kept.
        seen: Whether the user has looked at it.
    """

    article: str
    version: int
    kind: Kind
    main: bool
    spans: tuple[Span, ...]
    key: int = 0
    topic: int = 0
    found_at: datetime | None = None
    seen: bool = False


class TopicBook:
    """Keep topics and what was found for them; safe to use from several threads.

    Methods that take a user see only what is that user's. Each raises `ArchiveError` if the store cannot be read or written.
    """

    def __init__(self, place: Place) -> None:
        """Name the file, which the first topic makes, or the address of a PostgreSQL database."""
        self._shared = SharedConnection(open_engine(place, TOPICS, _WAIT_S), TOPICS)

    def close(self) -> None:
        """Close the file, or the connection."""
        self._shared.close()

    def add(self, user: str, text: str, filters: Filters | None, archive: str, checked_to: int) -> Topic:
        """Follow a topic from a change of an archive on; the same topic with the same filters is followed once.

        Raises:
            InputError: The user follows as many as one may.
        """
        packed, now = _FILTERS.dump_json(filters or None).decode(), datetime.now(UTC).isoformat()
        with self._shared.write() as connection:
            same = 'SELECT * FROM topics WHERE "user" = ? AND text = ? AND filters = ?'
            row = connection.execute(same, (user, one_line(text), packed)).fetchone()
            if row is None:
                count = connection.execute('SELECT count(*) FROM topics WHERE "user" = ?', (user,)).fetchone()[0]
                if count >= MOST_TOPICS:
                    raise InputError(f"{MOST_TOPICS} topics are followed, which is the most; remove one first")
                sql = (
                    'INSERT INTO topics ("user", text, filters, made_at, archive, checked_to) VALUES (?, ?, ?, ?, ?, ?)'
                )
                connection.execute(sql, (user, one_line(text), packed, now, archive, checked_to))
                row = connection.execute(same, (user, one_line(text), packed)).fetchone()
            return _topic(row)

    def remove(self, user: str, topic: int) -> bool:
        """Follow a topic no longer; return False if the user has none of this number."""
        with self._shared.write() as connection:
            return connection.execute('DELETE FROM topics WHERE id = ? AND "user" = ?', (topic, user)).rowcount == 1

    def topics(self, user: str | None = None) -> list[Topic]:
        """Return the topics of a user, or of all, in the order in which they were made."""
        whose = "" if user is None else 'WHERE "user" = ? '
        with self._shared.read() as connection:
            rows = connection.execute(f"SELECT * FROM topics {whose}ORDER BY id", () if user is None else (user,))
            return [_topic(row) for row in rows]

    def record(self, topic: Topic, found: Sequence[TopicFinding], archive: str, checked_to: int) -> None:
        """Keep what was found for a topic, and up to which change of which archive was looked.

        What is kept already stays as it is; of a topic that was removed meanwhile nothing is kept.
        """
        now = datetime.now(UTC).isoformat()
        sql = (
            "INSERT INTO findings (topic, article, version, kind, main, spans, found_at, seen) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        )
        with self._shared.write() as connection:
            row = connection.execute("SELECT archive, checked_to FROM topics WHERE id = ?", (topic.id,)).fetchone()
            if row is None:
                return
            rows = [
                (topic.id, one.article, one.version, one.kind, int(one.main), json.dumps(one.spans), now)
                for one in found
            ]
            connection.executemany(sql, [(*kept, int(kept[3] == "known")) for kept in rows])
            # Several processes may look at the same time, and none may fall back behind another.
            upto = max(checked_to, row["checked_to"]) if row["archive"] == archive else checked_to
            connection.execute("UPDATE topics SET checked_to = ?, archive = ? WHERE id = ?", (upto, archive, topic.id))

    def findings(self, topic: int, articles: Sequence[str] | None = None) -> list[TopicFinding]:
        """Return what was found for a topic, the last found first; of some articles only, where they are named."""
        only = "" if articles is None else "AND article IN (SELECT value FROM json_each(?)) "
        wanted = () if articles is None else (json.dumps(list(articles)),)
        with self._shared.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM findings WHERE topic = ? {only}ORDER BY key DESC", (topic, *wanted)
            )
            return [_finding(row) for row in rows]

    def count_unseen(self, user: str) -> dict[int, int]:
        """Return by topic how many articles the user has not seen; topics without any are left out."""
        sql = (
            "SELECT topic, count(DISTINCT article) FROM findings JOIN topics ON id = topic "
            'WHERE "user" = ? AND seen = 0 GROUP BY topic'
        )
        with self._shared.read() as connection:
            return {int(topic): int(count) for topic, count in connection.execute(sql, (user,))}

    def mark_seen(self, user: str, topic: int, up_to: int) -> None:
        """Note that the user has seen what was found for a topic up to a finding."""
        sql = (
            'UPDATE findings SET seen = 1 WHERE topic = (SELECT id FROM topics WHERE id = ? AND "user" = ?) AND key <= ? '
            "AND seen = 0"
        )
        with self._shared.write() as connection:
            connection.execute(sql, (topic, user, up_to))

    def last_told(self, user: str) -> tuple[int, datetime | None]:
        """Return the last finding that a digest of the user told, 0 before the first one, and when that was."""
        with self._shared.read() as connection:
            row = connection.execute('SELECT told_to, told_at FROM followers WHERE "user" = ?', (user,)).fetchone()
        return (int(row["told_to"]), _moment(row["told_at"])) if row else (0, None)

    def mark_told(self, user: str, up_to: int) -> None:
        """Note that a digest told the user of everything up to a finding."""
        sql = (
            'INSERT INTO followers VALUES (?, ?, ?, ?) ON CONFLICT ("user") DO UPDATE SET told_at = excluded.told_at, '
            "told_to = CASE WHEN excluded.told_to > followers.told_to THEN excluded.told_to ELSE followers.told_to END"
        )
        with self._shared.write() as connection:
            connection.execute(sql, (user, _make_secret(), up_to, datetime.now(UTC).isoformat()))

    @contextmanager
    def tell(self, user: str, wait_s: float = _PATIENCE_S) -> Iterator[None]:
        """Let nobody else who shares the database tell the user what is new until the block ends; wait for who does.

        Raises:
            ArchiveError: Somebody else does so for too long.
        """
        with self._shared.claim(f"digest of {user}", wait_s) as own:
            if not own:
                raise ArchiveError("another process is still sending this digest; ask for it again in a minute")
            yield

    def feed_address(self, user: str, renew: bool = False) -> str:
        """Return the secret in the address of the user's feed, which is made at the first call, or anew."""
        with self._shared.write() as connection:
            make = 'INSERT INTO followers ("user", address) VALUES (?, ?) ON CONFLICT DO NOTHING'
            connection.execute(make, (user, _make_secret()))
            if renew:
                connection.execute('UPDATE followers SET address = ? WHERE "user" = ?', (_make_secret(), user))
            row = connection.execute('SELECT address FROM followers WHERE "user" = ?', (user,)).fetchone()
        return str(row["address"])

    def find_reader(self, address: str) -> str | None:
        """Return whose feed has a secret address, or None."""
        with self._shared.read() as connection:
            row = connection.execute('SELECT "user" FROM followers WHERE address = ?', (address,)).fetchone()
        return str(row["user"]) if row else None


def _make_secret() -> str:
    return secrets.token_urlsafe(32)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _topic(row: Row) -> Topic:
    filters = _FILTERS.validate_json(row["filters"])
    made = datetime.fromisoformat(row["made_at"])
    return Topic(row["id"], row["user"], row["text"], filters, made, row["archive"], row["checked_to"])


def _finding(row: Row) -> TopicFinding:
    spans = tuple((int(a), int(b), float(share)) for a, b, share in json.loads(row["spans"]))
    return TopicFinding(
        row["article"],
        row["version"],
        row["kind"],
        bool(row["main"]),
        spans,
        row["key"],
        row["topic"],
        _moment(row["found_at"]),
        bool(row["seen"]),
    )
