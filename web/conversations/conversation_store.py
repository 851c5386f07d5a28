"""The store of conversations: a SQLite file or tables of a database, separate by user, every answer complete with its evidence.

What an answer cites is stored with it, so that it reads the same after a restart, also if an article was changed or removed.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.archive.engine import Connection, Place, Row, open_engine
from corpus.archive.engine.page_tables import CONVERSATIONS
from corpus.archive.engine.shared_connection import SharedConnection
from corpus.errors import ArchiveError
from corpus.text.characters import one_line
from web.conversations.conversation import Conversation, Exchange
from web.conversations.running_turns import LEASE_S, RunningTurns
from web.conversations.turn_rows import find_turn, insert_turn, list_evidence, read_turn, sweep, write_outcome

FILE = "conversations.sqlite3"
LONGEST_TITLE = 120
"""Characters."""

_LISTED = 200
# In the order of the last questions by their numbers, as the clock may jump.
_FOUND = """
SELECT id, title, changed_at, pinned FROM conversations
WHERE "user" = ? AND (? = '' OR instr(fold_text(title), ?) > 0 OR EXISTS (
    SELECT 1 FROM turns WHERE conversation = id AND (instr(fold_text(question), ?) > 0 OR instr(fold_text(text), ?) > 0)))
ORDER BY pinned DESC, (SELECT max(key) FROM turns WHERE conversation = id) DESC NULLS LAST, changed_at DESC, id LIMIT ?
"""

# With what is under way in one statement: an answer may end between two of them.
_TURNS = "SELECT turns.*, turn FROM turns LEFT JOIN under_way ON turn = key WHERE conversation = ? ORDER BY key"


@dataclass(frozen=True, slots=True)
class Listed:
    """Hold what a list shows of a conversation.

    Attributes:
        id: Its id.
        title: Its title.
        changed_at: When a question was last asked in it, in UTC.
        pinned: Whether it stands above the days.
        new: Whether its first answer is still being made, so that it is not kept yet.
    """

    id: str
    title: str
    changed_at: datetime
    pinned: bool = False
    new: bool = False


class ConversationStore:
    """Keep, find and give back conversations; safe to use from several threads.

    Every method takes the user first ("" where nobody signs in) and sees only what is that user's. Each raises
    `ArchiveError` if the store cannot be read or written.

    Attributes:
        running: Which answers are under way, on this page and others.
    """

    def __init__(self, place: Place, wait_s: float = 10.0, lease_s: float = LEASE_S) -> None:
        """Open the file, which the first question makes; a database is first asked when it is needed.

        Args:
            place: The file, or the address of a PostgreSQL database.
            wait_s: Seconds that another process which writes to a file is waited for.
            lease_s: After so many seconds without a word of it, a page that was answering is taken for dead.

        Raises:
            ArchiveError: There is a file that holds no conversations.
        """
        self.place = place
        self._shared = SharedConnection(open_engine(place, CONVERSATIONS, wait_s), CONVERSATIONS)
        self.running = RunningTurns(self._shared, lease_s)
        if isinstance(place, Path):
            try:
                self.has_judged("")
            except ArchiveError as error:
                raise ArchiveError(
                    f"{place}: cannot keep conversations ({error}); name another folder with --data"
                ) from error

    def close(self) -> None:
        """Close the file, or the connection."""
        self._shared.close()

    def list_conversations(self, user: str, words: str = "") -> list[Listed]:
        """Return the user's conversations, those that are pinned and then the last used first; with words, those whose texts hold them."""
        with self._shared.read() as connection:
            rows = connection.execute(_FOUND, (user, *[words.strip().casefold()] * 4, _LISTED))
            return [
                Listed(row["id"], row["title"], datetime.fromisoformat(row["changed_at"]), bool(row["pinned"]))
                for row in rows
            ]

    def open(self, user: str, conversation_id: str) -> Conversation | None:
        """Return a conversation as it was left, or None if the user has none of this id."""
        with self._shared.read() as connection:
            row = _own(connection, user, conversation_id)
            if row is None:
                return None
            turns = connection.execute(_TURNS, (conversation_id,))
            return Conversation(
                [read_turn(connection, turn) for turn in turns], conversation_id, row["title"], kept=True
            )

    def begin(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
        """Write an exchange whose answer this page begins to make; the first one makes the conversation, and names it.

        Where the conversation was deleted meanwhile, nothing is written.

        Raises:
            NewsdeskError: On this page or another one, the conversation awaits an answer already, or too many are under
                way.
        """

        def write(connection: Connection) -> int:
            if exchange.key:  # The reader has stopped it already.
                return exchange.key
            self.running.check_within(connection, user, conversation.id)
            key = self._insert(connection, user, conversation, exchange)
            if key:
                self.running.note(connection, key)
            return key

        self._note(conversation, exchange, write)

    def keep(self, user: str, conversation: Conversation, exchange: Exchange, unseen: bool = False) -> None:
        """Write an exchange that has come to its end, once.

        Where the conversation was deleted meanwhile, nothing is written.

        Args:
            user: Whose it is.
            conversation: Of which it is a part.
            exchange: What to write.
            unseen: Whether the user has to be told that there is an answer.
        """

        def write(connection: Connection) -> int:
            key = exchange.key or find_turn(connection, conversation.id, exchange)
            if not key:
                key = written = self._insert(connection, user, conversation, exchange)
            else:
                # An exchange that was stopped is saved by the stop and once more by the end of its stream.
                own = _own(connection, user, conversation.id) is not None
                written = own and self.running.end(connection, (key, conversation.id))
                if written:
                    write_outcome(connection, key, exchange)
            if written and unseen:
                connection.execute("UPDATE conversations SET unseen = 1 WHERE id = ?", (conversation.id,))
            return key

        self._note(conversation, exchange, write)

    def _insert(self, connection: Connection, user: str, conversation: Conversation, exchange: Exchange) -> int:
        """Return the number of an exchange that was written, or 0 where its conversation is there no longer."""
        # Looked up in here: another thread may be about to keep the first exchange of the same conversation.
        if not conversation.kept:
            _insert_conversation(connection, user, conversation, exchange)
        if _own(connection, user, conversation.id) is None:
            return 0
        return insert_turn(connection, conversation.id, exchange)

    def _note(self, conversation: Conversation, exchange: Exchange, write: Callable[[Connection], int]) -> None:
        """Write in a transaction, and note in memory what is in the store then."""
        before: tuple[int, bool] | None = None
        try:
            with self._shared.write() as connection:
                before = exchange.key, conversation.kept
                key = write(connection)
                exchange.key, conversation.kept = key, conversation.kept or bool(key)
        except BaseException:
            if (
                before is not None
            ):  # Nothing was kept of it, or only the reply was lost: then the next attempt finds it.
                exchange.key, conversation.kept = before
            raise

    def take_back(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
        """Remove an exchange."""
        with self._shared.write() as connection:
            if _own(connection, user, conversation.id):
                mine = (exchange.key, conversation.id)
                rested_on = list_evidence(connection, conversation.id)
                connection.execute("DELETE FROM turns WHERE key = ? AND conversation = ?", mine)
                sweep(connection, rested_on)

    def judge(self, user: str, conversation: Conversation, exchange: Exchange) -> None:
        """Write the reader's opinion and remark on an exchange."""
        with self._shared.write() as connection:
            if _own(connection, user, conversation.id):
                values = (exchange.opinion, exchange.remark, exchange.key, conversation.id)
                connection.execute(
                    "UPDATE turns SET opinion = ?, remark = ? WHERE key = ? AND conversation = ?", values
                )

    def rename(self, user: str, conversation_id: str, title: str) -> str:
        """Give a conversation another title; return the one that it has now, "" if the user has none of this id."""
        with self._shared.write() as connection:
            if shorten_title(title):
                named = (shorten_title(title), conversation_id, user)
                connection.execute('UPDATE conversations SET title = ? WHERE id = ? AND "user" = ?', named)
            row = _own(connection, user, conversation_id)
        return str(row["title"]) if row else ""

    def pin(self, user: str, conversation_id: str, pinned: bool) -> None:
        """Let a conversation stand above the days of the list, or among them again."""
        with self._shared.write() as connection:
            sql = 'UPDATE conversations SET pinned = ? WHERE id = ? AND "user" = ?'
            connection.execute(sql, (int(pinned), conversation_id, user))

    def remove(self, user: str, conversation_id: str) -> None:
        """Delete a conversation with the articles that no other one cites."""
        with self._shared.write() as connection:
            # Looked up first: the evidence goes with the turns.
            rested_on = list_evidence(connection, conversation_id)
            connection.execute('DELETE FROM conversations WHERE id = ? AND "user" = ?', (conversation_id, user))
            sweep(connection, rested_on)

    def has_judged(self, user: str) -> bool:
        """Return whether the user has an opinion on anything."""
        sql = 'SELECT 1 FROM turns JOIN conversations ON id = conversation WHERE "user" = ? AND opinion != 0 LIMIT 1'
        with self._shared.read() as connection:
            return connection.execute(sql, (user,)).fetchone() is not None

    def list_judged(self, user: str) -> list[tuple[Conversation, int]]:
        """Return each exchange that the user has an opinion on, as its conversation and its place there; oldest first."""
        sql = (
            "SELECT DISTINCT conversation FROM turns JOIN conversations ON id = conversation "
            'WHERE "user" = ? AND opinion != 0 ORDER BY conversation'
        )
        with self._shared.read() as connection:
            ids = [str(row["conversation"]) for row in connection.execute(sql, (user,))]
        # After the lock was let go, since `open` takes it again.
        found = [conversation for name in ids if (conversation := self.open(user, name))]
        places = [(c, i) for c in found for i, exchange in enumerate(c.exchanges) if exchange.opinion]
        return sorted(places, key=lambda place: place[0].exchanges[place[1]].key)


def shorten_title(title: str) -> str:
    """Return a title in one line of at most `LONGEST_TITLE` characters."""
    words = one_line(title)
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"


def _own(connection: Connection, user: str, conversation_id: str) -> Row | None:
    sql = 'SELECT title FROM conversations WHERE id = ? AND "user" = ?'
    row: Row | None = connection.execute(sql, (conversation_id, user)).fetchone()
    return row


def _insert_conversation(connection: Connection, user: str, conversation: Conversation, exchange: Exchange) -> None:
    conversation.id = conversation.id or secrets.token_urlsafe(12)
    conversation.title = conversation.title or shorten_title(exchange.question)
    values = (conversation.id, user, conversation.title, datetime.now(UTC).isoformat())
    # It may be there already, where the reply to an attempt before was lost.
    sql = 'INSERT INTO conversations (id, "user", title, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING'
    connection.execute(sql, values)
