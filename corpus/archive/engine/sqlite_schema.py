"""The tables of an archive in a SQLite file."""

import sqlite3
from collections.abc import Sequence

from corpus.archive.engine.tables import Tables

VERSION = 8
# Versions 2 to 7 lack some tables and columns (`corpus.archive.schema`): where they cannot be upgraded, they can be read.
OLDEST_READABLE = 2
# What a version changes in the tables of the one before it; what it adds is made below, where it is missing.
STEPS = {
    5: (
        "ALTER TABLE articles ADD COLUMN published_offset INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE articles ADD COLUMN updated_offset INTEGER NOT NULL DEFAULT 0",
        "DROP INDEX IF EXISTS articles_facets",
        "DROP INDEX IF EXISTS articles_date",
    ),
    6: (
        "CREATE TABLE IF NOT EXISTS revisions (article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE, "
        "version INTEGER NOT NULL, arrived_at TEXT NOT NULL, PRIMARY KEY (article_key, version)) WITHOUT ROWID",
        # When they came was not noted; the outlet's date is the nearest to it.
        "INSERT OR IGNORE INTO revisions SELECT key, version, updated_at FROM articles "
        "WHERE version > 1 AND updated_at IS NOT NULL",
    ),
}

# `articles` holds the newest text of each article, `versions` the earlier ones; `digest` is that of an article as it
# arrived. `story` names a group of near duplicates, found by `bands`. `chunks` belong to a profile (embedder and rule
# of chunking); `indexed` says which version of an article was cut and embedded. `changes` is the log that the indexes
# follow: one row each time an article's chunks were added, changed or removed. `arrivals` says which articles came in
# the same run of adding, until they are embedded. `revisions` says when each text but the first came here. A row of
# `collections` has a `selection` where it is a filter, else its articles are in `collected`. `articles` holds particulars
# as they are shown: where somebody here edited one, `edits` holds what the source wrote. `versions`, `digest` and
# `text_digest` are always those of the source.
TABLES = """
CREATE TABLE IF NOT EXISTS articles (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    author TEXT NOT NULL,
    published_at TEXT,
    published_offset INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT,
    updated_offset INTEGER NOT NULL DEFAULT 0,
    language TEXT NOT NULL,
    category TEXT NOT NULL,
    notice TEXT NOT NULL,
    feed TEXT NOT NULL,
    digest BLOB NOT NULL,
    text_digest BLOB NOT NULL,
    story INTEGER,
    added_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS articles_url ON articles(url) WHERE url != '';
DROP INDEX IF EXISTS articles_text;
CREATE INDEX IF NOT EXISTS articles_twin ON articles(text_digest, source);
CREATE INDEX IF NOT EXISTS articles_date ON articles(published_at, published_offset);
CREATE INDEX IF NOT EXISTS articles_source ON articles(source);
CREATE INDEX IF NOT EXISTS articles_author ON articles(author) WHERE author != '';
CREATE INDEX IF NOT EXISTS articles_category ON articles(category) WHERE category != '';
CREATE INDEX IF NOT EXISTS articles_facets
    ON articles(id, version, source, published_at, published_offset, language, feed, story);
CREATE INDEX IF NOT EXISTS articles_story ON articles(story) WHERE story IS NOT NULL;
CREATE TABLE IF NOT EXISTS versions (
    article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    text_digest BLOB NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (article_key, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions_text ON versions(text_digest);
CREATE TABLE IF NOT EXISTS revisions (
    article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    arrived_at TEXT NOT NULL,
    PRIMARY KEY (article_key, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS revisions_date ON revisions(arrived_at);
CREATE TABLE IF NOT EXISTS edits (
    article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    field TEXT NOT NULL,
    original TEXT NOT NULL,
    edited_by TEXT NOT NULL,
    edited_at TEXT NOT NULL,
    PRIMARY KEY (article_key, field)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bands (
    band INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    PRIMARY KEY (band, hash, article_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bands_article ON bands(article_key);
CREATE TABLE IF NOT EXISTS indexed (
    article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    profile TEXT NOT NULL,
    version INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    PRIMARY KEY (article_key, profile)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (
    article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    profile TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (article_key, profile, ordinal)
);
CREATE TABLE IF NOT EXISTS changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS arrivals (
    article_key INTEGER PRIMARY KEY REFERENCES articles(key) ON DELETE CASCADE,
    run INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS collections (
    key INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    selection TEXT,
    made_at TEXT NOT NULL,
    UNIQUE (folded, owner)
);
CREATE TABLE IF NOT EXISTS collected (
    collection INTEGER NOT NULL REFERENCES collections(key) ON DELETE CASCADE,
    article_key INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    PRIMARY KEY (collection, article_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS collected_article ON collected(article_key);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('archive', lower(hex(randomblob(8))));
"""


def _list_steps(_: sqlite3.Connection, found: int) -> Sequence[str]:
    return [step for number in range(found + 1, VERSION + 1) if found for step in STEPS.get(number, ())]


ARCHIVE = Tables("archive", VERSION, TABLES, _list_steps, OLDEST_READABLE)
