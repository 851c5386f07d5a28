"""The tables of what the page keeps: conversations, followed topics, and who is signed in.

Each is a store: a SQLite file of its own (what is gone with a restart: one in memory), or tables of the PostgreSQL database,
where `IN_POSTGRESQL` is the second migration. What a column is called and holds is the same in both.
"""

import sqlite3
from collections.abc import Sequence

from corpus.archive.engine.tables import Tables


def _list_steps_of_conversations(connection: sqlite3.Connection, found: int) -> Sequence[str]:
    """Return what a file needs that was made before its tables had a number."""
    if found:
        return ()
    columns = {column[1] for column in connection.execute("PRAGMA table_info(conversations)")}
    steps = (
        ["ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0"] if "pinned" not in columns else []
    )
    steps += [
        "ALTER TABLE conversations ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE articles RENAME TO cited_articles",
    ]
    return steps if columns else ()


# A turn is a question with what was answered; `under_way` has a row for each whose answer is being made: by which page, when
# that page was last heard of by the clock that all pages share, and whether its reader wants it stopped. `cited_articles`
# are those that the answers rest on, as they were then.
CONVERSATIONS = Tables(
    "conversations",
    1,
    """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, title TEXT NOT NULL, changed_at TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0, unseen INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS of_user ON conversations (user, changed_at);
CREATE INDEX IF NOT EXISTS unseen_of_user ON conversations (user) WHERE unseen = 1;
CREATE TABLE IF NOT EXISTS turns (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    question TEXT NOT NULL, filters TEXT, alone INTEGER NOT NULL, whole INTEGER NOT NULL, model TEXT NOT NULL,
    stage TEXT NOT NULL, text TEXT NOT NULL, error TEXT NOT NULL, note TEXT NOT NULL, answer TEXT,
    asked_at TEXT NOT NULL, opinion INTEGER NOT NULL DEFAULT 0, remark TEXT NOT NULL DEFAULT '', cost REAL NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS of_conversation ON turns (conversation, key);
CREATE TABLE IF NOT EXISTS under_way (
    turn INTEGER PRIMARY KEY REFERENCES turns ON DELETE CASCADE,
    page TEXT NOT NULL, heard_at REAL NOT NULL, stopped INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS cited_articles (digest TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evidence (
    turn INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE,
    digest TEXT NOT NULL REFERENCES cited_articles, PRIMARY KEY (turn, digest)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS of_article ON evidence (digest);
""",
    _list_steps_of_conversations,
    oldest_readable=0,
    views="""
CREATE TEMP VIEW cited_articles AS SELECT * FROM main.articles;
CREATE TEMP VIEW conversations AS SELECT *, 0 AS unseen FROM main.conversations;
CREATE TEMP VIEW under_way AS SELECT 0 AS turn, '' AS page, 0.0 AS heard_at, 0 AS stopped WHERE false;
""",
)

TOPICS = Tables(
    "topics",
    1,
    """
CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, text TEXT NOT NULL, filters TEXT NOT NULL,
    made_at TEXT NOT NULL, archive TEXT NOT NULL, checked_to INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS topics_of_user ON topics (user);
CREATE TABLE IF NOT EXISTS findings (
    key INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL REFERENCES topics ON DELETE CASCADE,
    article TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, main INTEGER NOT NULL, spans TEXT NOT NULL,
    found_at TEXT NOT NULL, seen INTEGER NOT NULL, UNIQUE (topic, article, version)) STRICT;
CREATE TABLE IF NOT EXISTS followers (
    user TEXT PRIMARY KEY, address TEXT NOT NULL UNIQUE, told_to INTEGER NOT NULL DEFAULT 0, told_at TEXT) STRICT;
""",
    oldest_readable=0,
)

# `accounts` and `account_keys` are used in a database only: else they are in a file of lines, which is edited by hand.
# `fingerprint` is a hash of the account as it was at the sign-in, `used_at` and `at` are by the clock that all pages share.
SIGN_IN = Tables(
    "sign-in",
    1,
    """
CREATE TABLE IF NOT EXISTS accounts (
    place INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, salt BLOB NOT NULL, digest BLOB NOT NULL, role TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS account_keys (
    place INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, made_on TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sign_in_sessions (
    token BLOB PRIMARY KEY, name TEXT NOT NULL, fingerprint BLOB NOT NULL, used_at REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sign_in_sessions_name ON sign_in_sessions (name, used_at);
CREATE TABLE IF NOT EXISTS sign_in_attempts (
    kind TEXT NOT NULL, name TEXT NOT NULL, failures INTEGER NOT NULL, last_at REAL NOT NULL,
    PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sign_in_attempts_last ON sign_in_attempts (kind, last_at);
CREATE TABLE IF NOT EXISTS questions_asked (
    key INTEGER PRIMARY KEY AUTOINCREMENT, client TEXT NOT NULL, at REAL NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS questions_asked_client ON questions_asked (client, key);
CREATE INDEX IF NOT EXISTS questions_asked_at ON questions_asked (at);
""",
)

IN_POSTGRESQL = """
CREATE TABLE conversations (
    id text COLLATE "C" PRIMARY KEY,
    "user" text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    changed_at text COLLATE "C" NOT NULL,
    pinned bigint NOT NULL DEFAULT 0,
    unseen bigint NOT NULL DEFAULT 0
);
CREATE INDEX conversations_user ON conversations ("user", changed_at);
CREATE INDEX conversations_unseen ON conversations ("user") WHERE unseen = 1;
CREATE TABLE turns (
    key bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    conversation text COLLATE "C" NOT NULL REFERENCES conversations ON DELETE CASCADE,
    question text COLLATE "C" NOT NULL,
    filters text COLLATE "C",
    alone bigint NOT NULL,
    whole bigint NOT NULL,
    model text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    error text COLLATE "C" NOT NULL,
    note text COLLATE "C" NOT NULL,
    answer text COLLATE "C",
    asked_at text COLLATE "C" NOT NULL,
    opinion bigint NOT NULL DEFAULT 0,
    remark text COLLATE "C" NOT NULL DEFAULT '',
    cost double precision NOT NULL DEFAULT 0
);
CREATE INDEX turns_conversation ON turns (conversation, key);
CREATE TABLE under_way (
    turn bigint PRIMARY KEY REFERENCES turns ON DELETE CASCADE,
    page text COLLATE "C" NOT NULL,
    heard_at double precision NOT NULL,
    stopped bigint NOT NULL DEFAULT 0
);
CREATE TABLE cited_articles (digest text COLLATE "C" PRIMARY KEY, record text COLLATE "C" NOT NULL);
CREATE TABLE evidence (
    turn bigint NOT NULL REFERENCES turns ON DELETE CASCADE,
    digest text COLLATE "C" NOT NULL REFERENCES cited_articles,
    PRIMARY KEY (turn, digest)
);
CREATE INDEX evidence_digest ON evidence (digest);
CREATE TABLE topics (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    "user" text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    filters text COLLATE "C" NOT NULL,
    made_at text COLLATE "C" NOT NULL,
    archive text COLLATE "C" NOT NULL,
    checked_to bigint NOT NULL
);
CREATE INDEX topics_user ON topics ("user");
CREATE TABLE findings (
    key bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    topic bigint NOT NULL REFERENCES topics ON DELETE CASCADE,
    article text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    main bigint NOT NULL,
    spans text COLLATE "C" NOT NULL,
    found_at text COLLATE "C" NOT NULL,
    seen bigint NOT NULL,
    UNIQUE (topic, article, version)
);
CREATE TABLE followers (
    "user" text COLLATE "C" PRIMARY KEY,
    address text COLLATE "C" NOT NULL UNIQUE,
    told_to bigint NOT NULL DEFAULT 0,
    told_at text COLLATE "C"
);
CREATE TABLE accounts (
    place bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    salt bytea NOT NULL,
    digest bytea NOT NULL,
    role text COLLATE "C" NOT NULL
);
CREATE TABLE account_keys (
    place bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL UNIQUE,
    digest bytea NOT NULL,
    made_on text COLLATE "C" NOT NULL
);
CREATE INDEX account_keys_name ON account_keys (name);
CREATE TABLE sign_in_sessions (
    token bytea PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    used_at double precision NOT NULL
);
CREATE INDEX sign_in_sessions_name ON sign_in_sessions (name, used_at);
CREATE TABLE sign_in_attempts (
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    failures bigint NOT NULL,
    last_at double precision NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE INDEX sign_in_attempts_last ON sign_in_attempts (kind, last_at);
CREATE TABLE questions_asked (
    key bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    client text COLLATE "C" NOT NULL,
    at double precision NOT NULL
);
CREATE INDEX questions_asked_client ON questions_asked (client, key);
CREATE INDEX questions_asked_at ON questions_asked (at);
"""
